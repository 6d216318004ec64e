"""Telling somebody that a run failed: the log, a web address, a program. Never raises, and takes a bounded time.

Whoever calls it has a failure at hand already; that nobody could be told is said to the log. Imports no Prefect.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import subprocess
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC
from typing import Final

from flows.posting import address_of, post, posting
from schemas.errors import FetchError
from schemas.notices import FailureNotice, NoticeTarget

TIMEOUT_S: Final = 10.0
"""So long a web address, and a program, may take each."""
_LONGEST: Final = 2_000


def send_notice(
    notice: FailureNotice,
    target: NoticeTarget,
    *,
    environment: Mapping[str, str],
    log: Callable[[str], object] | None = None,
    timeout_s: float = TIMEOUT_S,
) -> tuple[str, ...]:
    """Tell everybody in `target`, one after another; returns why somebody could not be told.

    `environment` is what "env:NAME" is looked up in, and what the program runs in. `log` is used where there is one, else the
    logger "copydesk".
    """
    write = log or logging.getLogger("copydesk").error
    body = notice_json(notice)
    problems = [
        f"the notice was not taken by notify.{problem}"
        for problem in deliver(
            body,
            webhook=target.webhook,
            command=target.command,
            environment=environment,
            timeout_s=timeout_s,
        )
    ]
    with suppress(
        Exception
    ):  # a handler of somebody's logger can raise anything; the others were told
        if target.log:
            write(sentence(notice))
        for problem in problems:
            write(problem)
    return tuple(problems)


def deliver(
    body: str,
    *,
    webhook: str | None,
    command: Sequence[str] | None,
    environment: Mapping[str, str],
    owner: str = "notify",
    timeout_s: float = TIMEOUT_S,
) -> list[str]:
    """Give `body` (JSON) to a web address, and to a program on its standard input; why one did not take it.

    `owner` is whose address it is, for messages.
    """
    problems = []
    if webhook and (said := _post(owner, webhook, body, environment, timeout_s)):
        problems.append(f"webhook: {said}")
    if command and (said := _run(command, body, environment, timeout_s)):
        problems.append(f"command: {said}")
    return problems


def notice_json(notice: FailureNotice) -> str:
    """The facts of a notice as one JSON object."""
    return json.dumps(
        {
            "event": f"run_{notice.state}",
            "flow": notice.flow,
            "state": notice.state,
            "message": notice.message[:_LONGEST],
            "at": notice.at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "db": notice.db,
            "schedule": notice.schedule,
            "run_id": notice.run_id,
            "run_name": notice.run_name,
            "link": notice.link,
        },
        # A lone surrogate of somebody's error message is escaped: the receiver gets valid UTF-8.
        ensure_ascii=True,
    )


def sentence(notice: FailureNotice) -> str:
    """A notice in one line, for people.

    >>> from datetime import datetime
    >>> at = datetime(2026, 3, 5, 12, tzinfo=UTC)
    >>> sentence(FailureNotice(flow="fetch", state="crashed", message="killed", at=at, schedule="wires"))
    'fetch crashed (schedule wires): killed'
    """
    of = f" (schedule {notice.schedule})" if notice.schedule else ""
    return f"{notice.flow} {notice.state}{of}: {' '.join(notice.message[:_LONGEST].split())}"


def _post(
    owner: str, url: str, body: str, environment: Mapping[str, str], timeout_s: float
) -> str | None:
    """Why the address did not take it, None where it did."""
    try:
        address = address_of(f"{owner}.webhook", url, (), environment)
    except FetchError as error:
        return error.message

    async def send() -> str | None:
        async with posting(timeout_s) as session:
            refusal = await post(session, address, body, delivery_id=uuid.uuid4().hex)
            return refusal.said if refusal else None

    said: list[str | None] = []

    def run() -> None:
        try:
            said.append(asyncio.run(send()))
        except Exception as error:
            said.append(type(error).__name__)

    # In a thread of its own, since the caller may be on an event loop; name resolution may outlast the timeout.
    thread = threading.Thread(target=run, name="copydesk-notice", daemon=True)
    thread.start()
    thread.join(timeout_s + 1.0)
    return said[0] if said else "no answer in time"


def _run(
    command: Sequence[str], body: str, environment: Mapping[str, str], timeout_s: float
) -> str | None:
    """Why the program did not take it, None where it ended with 0. Never by a shell: arguments are what they are."""
    try:
        process = subprocess.Popen(  # noqa: S603  the program that the settings name, without a shell
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=dict(environment),
            start_new_session=True,
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        return f"it cannot be started ({type(error).__name__})"
    try:
        process.communicate(body.encode(), timeout=timeout_s)
    except subprocess.TimeoutExpired:
        _kill(process)
        return f"it took longer than {timeout_s:g} s and was ended"
    except OSError as error:
        _kill(process)
        return f"it cannot be told ({type(error).__name__})"
    return f"it ended with {process.returncode}" if process.returncode else None


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a program and what it started."""
    with suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(subprocess.SubprocessError, OSError):
        process.wait(timeout=1.0)
    if process.stdin:
        with suppress(OSError):
            process.stdin.close()
