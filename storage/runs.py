"""The runs that were made, each with its sources: what `copydesk status` and the schedules know of the past.

Every run that brought something, failed, or belongs to a schedule or a flow has a row. A plain run without news is noted
only where it says something: see `is_worth_noting`. What was idle is forgotten after a week, all but the last of its kind.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from schemas.addresses import without_credentials
from schemas.runs import Counted, RunHistory, RunRecord, SourceHistory
from schemas.stored import Problem, SourceReport
from storage.values import dump, load, to_instant, to_text

_SAME_MOMENT: Final = timedelta(seconds=60)
_IDLE_KEPT: Final = timedelta(days=8)  # a day more than the week that status counts
_KEPT: Final = timedelta(days=400)
_HABIT: Final = timedelta(days=90)
_THIN_OUT_EVERY: Final = 100
_COLUMNS: Final = "id, verb, started_at, took_s, counts, state, schedule, flow_run_id, error"


def is_worth_noting(connection: sqlite3.Connection, record: RunRecord) -> bool:
    """Whether a run says something that is not known.

    A second fetch right after the first, of the same sources and with nothing new, does not: like an access time under
    Linux's relatime, a source's last success is kept to the minute, and looking twice writes nothing.
    """
    if record.schedule or record.flow_run_id or record.state != "done":
        return True
    if record.news or record.failures:
        return True
    return any(_is_news_of(connection, record, source) for source in record.sources)


def _is_news_of(connection: sqlite3.Connection, record: RunRecord, report: SourceReport) -> bool:
    row = connection.execute(
        "SELECT finished_at, error FROM run_sources WHERE source = ? ORDER BY id DESC LIMIT 1",
        (without_credentials(report.source),),
    ).fetchone()
    if row is None:
        return True
    known = _problem(row[1])
    same = (known and known.code) == (report.error and report.error.code)
    age = record.started_at - cast("datetime", to_instant(row[0]))
    return not same or age > _SAME_MOMENT


def add_run(connection: sqlite3.Connection, record: RunRecord) -> int:
    """Keep a run, in the caller's transaction; returns its id. One that is running is kept so until `finish_run`."""
    cursor = connection.execute(
        """INSERT INTO runs (verb, started_at, finished_at, took_s, counts, news, state, schedule, flow_run_id, error)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            *(record.verb, to_text(record.started_at)),
            *_end_of(record),
            *(record.schedule, record.flow_run_id, _problem_text(record.error)),
        ),
    )
    run_id = int(cursor.lastrowid or 0)
    _add_sources(connection, run_id, record)
    if run_id % _THIN_OUT_EVERY == 0:
        thin_out(connection, _finished_at(record))
    return run_id


def finish_run(connection: sqlite3.Connection, run_id: int, record: RunRecord) -> None:
    """Say what came of a run that was kept as running, in the caller's transaction."""
    connection.execute(
        """UPDATE runs SET finished_at = ?, took_s = ?, counts = ?, news = ?, state = ?, error = ?
           WHERE id = ?""",
        (*_end_of(record), _problem_text(record.error), run_id),
    )
    _add_sources(connection, run_id, record)


def _end_of(record: RunRecord) -> tuple[object, ...]:
    ended = None if record.state == "running" else to_text(_finished_at(record))
    return ended, record.took_s, dump(dict(record.counts)), record.news, record.state


def _finished_at(record: RunRecord) -> datetime:
    return record.started_at + timedelta(seconds=record.took_s)


def _add_sources(connection: sqlite3.Connection, run_id: int, record: RunRecord) -> None:
    connection.executemany(
        """INSERT INTO run_sources (run_id, source, kind, finished_at, news, new, failed, counts, error)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [
            (
                *(run_id, without_credentials(report.source), report.kind),
                to_text(_finished_at(record)),
                report.counts.get("stored", 0) + report.counts.get("updated", 0),
                report.counts.get("stored", 0),
                report.counts.get("quarantined", 0),
                dump(dict(report.counts)),
                _problem_text(report.error),
            )
            for report in record.sources
        ],
    )


def crash_runs(
    connection: sqlite3.Connection,
    problem: Problem,
    *,
    flow_run_id: str | None = None,
    schedule: str | None = None,
) -> int:
    """Say of running rows of a flow run, or of a schedule, that their process is gone; returns how many there were.

    In the caller's transaction. Who calls it knows that the process is gone: by its lock, not by this table.
    """
    cursor = connection.execute(
        """UPDATE runs SET state = 'crashed', error = ?, finished_at = ?
           WHERE state = 'running' AND (flow_run_id = ? OR schedule = ?)""",
        (dump(_problem_record(problem)), to_text(datetime.now(UTC)), flow_run_id, schedule),
    )
    return cursor.rowcount


def read_running(connection: sqlite3.Connection) -> list[RunRecord]:
    """The runs that were not said to have ended, oldest first: their processes work, or are gone."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM runs WHERE state = 'running' ORDER BY id")
    return [_record_of(row) for row in rows]


def schedule_history(connection: sqlite3.Connection) -> dict[str, RunHistory]:
    """The last run and the last success of each schedule that ever ran, by name."""
    successes = dict(
        connection.execute(
            """SELECT schedule, max(finished_at) FROM runs
               WHERE schedule IS NOT NULL AND state = 'done' GROUP BY schedule"""
        ).fetchall()
    )
    rows = connection.execute(
        f"""SELECT {_COLUMNS} FROM runs
            WHERE id IN (SELECT max(id) FROM runs WHERE schedule IS NOT NULL GROUP BY schedule)"""
    )
    last = [_record_of(row) for row in rows]
    return {
        str(run.schedule): RunHistory(
            last=run, last_success=to_instant(successes.get(str(run.schedule)))
        )
        for run in last
    }


def source_history(
    connection: sqlite3.Connection, *, now: datetime | None = None
) -> dict[str, SourceHistory]:
    """What is known of each source that ever was in a run, by name."""
    moment = now or datetime.now(UTC)
    counted = _counted(connection, moment)
    arrivals = _arrivals(connection, moment)
    # A source asked every minute has ten thousand rows: each question goes to its end of an index, not through them.
    rows = connection.execute(
        """WITH RECURSIVE names(name) AS (
               SELECT min(source) FROM run_sources
               UNION ALL SELECT (SELECT min(source) FROM run_sources WHERE source > name) FROM names
               WHERE name IS NOT NULL)
           SELECT name, last.kind, last.finished_at, last.error,
               (SELECT finished_at FROM run_sources WHERE source = name AND error IS NULL ORDER BY id DESC LIMIT 1),
               (SELECT max(finished_at) FROM run_sources WHERE source = name AND news + failed > 0 AND news > 0)
           FROM names JOIN run_sources last
               ON last.id = (SELECT max(id) FROM run_sources WHERE source = name)
           ORDER BY name"""
    )
    return {
        name: SourceHistory(
            kind=kind,
            last_run=cast("datetime", to_instant(finished_at)),
            last_success=to_instant(good),
            last_error=_problem(error),
            last_new=to_instant(new),
            arrivals=arrivals.get(name, (0, 0.0))[0],
            longest_gap_s=arrivals.get(name, (0, 0.0))[1],
            new=counted.get(name, (Counted(), Counted()))[0],
            failed=counted.get(name, (Counted(), Counted()))[1],
        )
        for name, kind, finished_at, error, good, new in rows
    }


def _counted(
    connection: sqlite3.Connection, now: datetime
) -> Mapping[str, tuple[Counted, Counted]]:
    day, week = to_text(now - timedelta(days=1)), to_text(now - timedelta(days=7))
    rows = connection.execute(
        """SELECT source, sum(new * (finished_at >= ?)), sum(new), sum(failed * (finished_at >= ?)), sum(failed)
           FROM run_sources INDEXED BY run_sources_told
           WHERE news + failed > 0 AND finished_at >= ? GROUP BY source""",
        (day, day, week),
    )
    return {
        row[0]: (Counted(day=row[1], week=row[2]), Counted(day=row[3], week=row[4])) for row in rows
    }


def _arrivals(connection: sqlite3.Connection, now: datetime) -> Mapping[str, tuple[int, float]]:
    rows = connection.execute(
        """SELECT source, count(*), coalesce(max(gap), 0) FROM (
               SELECT source, 86400 * (julianday(finished_at)
                   - julianday(lag(finished_at) OVER (PARTITION BY source ORDER BY finished_at))) AS gap
               FROM run_sources INDEXED BY run_sources_told
               WHERE news + failed > 0 AND news > 0 AND finished_at >= ?) GROUP BY source""",
        (to_text(now - _HABIT),),
    )
    return {row[0]: (int(row[1]), float(row[2])) for row in rows}


def thin_out(connection: sqlite3.Connection, now: datetime) -> None:
    """Forget old runs, in the caller's transaction: those without news after a week, all after a year.

    The last run of each source and schedule and its last success stay, however old.
    """
    idle, oldest = to_text(now - _IDLE_KEPT), to_text(now - _KEPT)
    connection.execute(
        """DELETE FROM run_sources WHERE (finished_at < ? OR (finished_at < ? AND news = 0))
           AND id NOT IN (SELECT max(id) FROM run_sources GROUP BY source)
           AND id NOT IN (SELECT max(id) FROM run_sources WHERE error IS NULL GROUP BY source)
           AND id NOT IN (SELECT max(id) FROM run_sources WHERE news > 0 GROUP BY source)""",
        (oldest, idle),
    )
    connection.execute(
        """DELETE FROM runs WHERE state <> 'running' AND (finished_at < ? OR (finished_at < ? AND news = 0))
           AND id NOT IN (SELECT run_id FROM run_sources)
           AND id NOT IN (SELECT max(id) FROM runs GROUP BY verb, schedule)
           AND id NOT IN (SELECT max(id) FROM runs WHERE state = 'done' GROUP BY verb, schedule)""",
        (oldest, idle),
    )


def _record_of(row: tuple[Any, ...]) -> RunRecord:
    run_id, verb, started_at, took_s, counts, state, schedule, flow_run_id, error = row
    return RunRecord(
        id=run_id,
        verb=verb,
        started_at=cast("datetime", to_instant(started_at)),
        took_s=took_s,
        counts=load(counts),
        state=state,
        schedule=schedule,
        flow_run_id=flow_run_id,
        error=_problem(error),
    )


def _problem_record(problem: Problem) -> dict[str, str]:
    return {"code": problem.code, "message": problem.message, "remedy": problem.remedy}


def _problem_text(problem: Problem | None) -> str | None:
    return dump(_problem_record(problem)) if problem else None


def _problem(text: str | None) -> Problem | None:
    kept = load(text) if text else None
    return Problem(**kept) if kept else None
