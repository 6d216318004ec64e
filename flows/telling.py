"""Telling webhooks at the end of a run of what it stored: in bounded time, and never to the run's harm. Imports no Prefect.

For runs that know their webhooks by their parameters; whoever has settings delivers by them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NoReturn

from flows.outbox import DeliveryOptions, deliver_outbox
from schemas.errors import CopydeskError
from schemas.webhooks import Webhook
from storage import outbox
from storage.sqlite import Store

AT_END: Final = DeliveryOptions(budget_s=10.0, timeout_s=5.0)
"""A container that is told to end is killed after 30 s or so; what is left waits for the next run."""


@contextmanager
def webhooks_told(
    store: Store,
    webhooks: Sequence[Webhook],
    *,
    environment: Mapping[str, str],
    say: Callable[[str], object],
    options: DeliveryOptions = AT_END,
) -> Iterator[None]:
    """The webhooks hear of what the block stores, when it has ended, also where it failed; not where it was interrupted.

    Other webhooks that the database knows stay as they are. Raises DatabaseError where it cannot be told of these.
    """
    if not webhooks:
        yield
        return
    with store.transaction():
        outbox.watch_also(store.connection, {hook.name: hook.on for hook in webhooks})
    try:
        yield
    except Exception:
        _deliver(store.path, webhooks, environment, say, options)
        raise
    _deliver(store.path, webhooks, environment, say, options)


def _deliver(
    db: Path,
    webhooks: Sequence[Webhook],
    environment: Mapping[str, str],
    say: Callable[[str], object],
    options: DeliveryOptions,
) -> None:
    said: list[str] = []

    def run() -> None:
        try:
            with Store(db, encoder=_no_encoder, mode="w") as store:
                deliver_outbox(store, webhooks, environment=environment, options=options)
                said.append(_problem(store, webhooks))
        except Exception as error:
            said.append(
                f"webhooks were not told: {type(error).__name__}"
            )  # its text may hold an address

    # In a thread of its own, since the flow may have been called on an event loop; a name that does not resolve, or a
    # database that is busy, may outlast the budget.
    thread = threading.Thread(target=run, name="copydesk-webhooks", daemon=True)
    thread.start()
    thread.join(options.budget_s + options.timeout_s + 1.0)
    problem = said[0] if said else "webhooks were not told in time"
    if problem:
        say(problem)


def _problem(store: Store, webhooks: Sequence[Webhook]) -> str:
    names = {hook.name for hook in webhooks}
    states = outbox.read_webhooks(store.connection)
    return "; ".join(
        f"webhook {state.name!r}: {state.waiting} messages wait for the next run"
        + (f" ({state.last_error})" if state.last_error else "")
        for state in states
        if state.name in names and state.waiting
    )


def _no_encoder() -> NoReturn:
    raise CopydeskError("telling webhooks searches for nothing")
