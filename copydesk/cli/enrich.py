"""copydesk enrich: what is out of date is listed, and done again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from copydesk.cli.options import (
    Config,
    Db,
    Json,
    Lang,
    Quiet,
    Since,
    Source,
    Until,
    examples,
    filters_of,
    open_existing,
    settings_of,
)
from copydesk.present import count_of, say, write, write_json
from copydesk.settings import Settings
from schemas.filters import Filters

if TYPE_CHECKING:
    from flows.redo import Redone, ToDo
    from flows.stages import Stage
    from schemas.provenance import Provenance
    from schemas.stored import Problem


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        epilog=examples("copydesk enrich --dry-run", "copydesk enrich --stage figures --since 30d")
    )(enrich)


def enrich(
    *,
    stage: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STAGE",
            help="clean, entities, figures, quotations, salience, vectors, or a package's (repeatable).",
        ),
    ] = None,
    since: Since = None,
    until: Until = None,
    source: Source = None,
    lang: Lang = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is out of date.")] = False,
    quiet: Quiet = False,
    db: Db = None,
    config: Config = None,
    json: Json = False,
) -> int:
    """Do again whatever is out of date.

    That is what another model or version made, or what was never made. What there was serves until the new is there; a run
    that is cut off goes on where it stopped.
    """
    filters = filters_of(since, until, source, lang)
    in_force = settings_of(db, config)
    return enrich_and_tell(
        stage or [], in_force, filters=filters, dry_run=dry_run, quiet=quiet, json=json
    )


def enrich_and_tell(
    stages: Sequence[str],
    settings: Settings,
    *,
    filters: Filters | None = None,
    dry_run: bool = False,
    quiet: bool = False,
    json: bool = False,
    schedule: str | None = None,
) -> int:
    """Do again what is out of date and tell of it; returns the exit code. Whoever names a schedule holds its lock."""
    from copydesk.api import make_engines
    from copydesk.progress import Progress
    from flows.recording import recorded
    from flows.redo import list_out_of_date, redo
    from flows.stages import unusable_stages
    from flows.workers import kept_workers

    engines, which = make_engines(settings, notify=say), filters or Filters()
    with open_existing(settings, "w") as store, kept_workers(engines):
        unusable = unusable_stages(engines, stages)
        todo = list_out_of_date(store, engines, stages, filters=which)
        if dry_run:
            _tell_todo(todo, unusable, json=json, quiet=quiet)
            return 0
        total = sum(one.articles for one in todo)
        with (
            Progress("enrich", total=total, silent=quiet or json) as progress,
            recorded(store, "enrich", schedule=schedule) as recording,
        ):
            found = recording.done(
                redo(
                    store,
                    engines,
                    stages,
                    filters=which,
                    tell=lambda _, number: progress.step(by=number),
                )
            )
    _tell_done(found, unusable, json=json, quiet=quiet)
    return 3 if found.failed or unusable else 0


def _tell_todo(
    todo: Sequence[ToDo], unusable: Mapping[Stage, Problem], *, json: bool, quiet: bool
) -> None:
    if json:
        stages = {one.stage: one.articles for one in todo}
        listed = [_record(one) for one in todo if one.articles]
        write_json({"stages": stages, "failed": {}, "out_of_date": listed, "unusable": unusable})
        return
    width = max((len(one.stage) for one in todo), default=0)
    for one in todo if not quiet else ():
        line = f"{one.stage:<{width}} {count_of(one.articles, 'article')} to do"
        write(f"{line}: {_origin(one)}" if one.articles else line)
    _tell_unusable(unusable)


def _record(one: ToDo) -> dict[str, object]:
    made_by = [{"maker": maker, "articles": number} for maker, number in one.made_by]
    return {"stage": one.stage, "articles": one.articles, "made_by": made_by, "maker": one.maker}


def _origin(one: ToDo) -> str:
    made = ", ".join(
        f"{number:,} {f'by {_name(maker)}' if maker else 'never done'}"
        for maker, number in one.made_by
    )
    return f"{made}; now {_name(one.maker)}"


def _name(maker: Provenance) -> str:
    """A maker in a few words: two that differ differ here, too."""
    parts = (maker.name, maker.version, maker.precision, maker.backend, (maker.sha256 or "")[:8])
    return " ".join(part for part in parts if part)


def _tell_done(
    found: Redone, unusable: Mapping[Stage, Problem], *, json: bool, quiet: bool
) -> None:
    if json:
        told = {} if found.change is None else {"model": found.change}
        also = {"unusable": unusable} if unusable else {}
        write_json({"stages": found.done, "failed": found.failed, **told, **also})
        return
    width = max((len(stage) for stage in found.done), default=0)
    for stage, number in found.done.items() if not quiet else ():
        write(f"{stage:<{width}} {count_of(number, 'article')} done")
    for article, problem in found.failed.items():
        say(f"article {article} stays as it was: {problem.message}")
    _tell_unusable(unusable)
    if found.change is not None and not quiet:
        new = found.change.new
        write(
            f"{new.name} serves ({new.backend}, {new.precision}); "
            f"{count_of(found.change.removed, 'vector')} of other models removed"
        )


def _tell_unusable(unusable: Mapping[Stage, Problem]) -> None:
    for problem in unusable.values():
        say(f"copydesk: {problem.message}")
