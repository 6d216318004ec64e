"""Telling webhooks of articles: what stands in the outbox is sent, at least once, oldest first, and never in a hurry.

A message is claimed, posted, and only then taken out: whatever kills the process between the two has it sent again, with the
same id. A webhook that fails is left alone for longer each time; a message that was refused lets the next ones by, but not
those of its own article. Imports no Prefect.
"""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from flows.posting import Address, Refusal, address_of, post, posting
from schemas.errors import CopydeskError, FetchError
from schemas.webhooks import Delivery, Webhook
from storage import outbox
from storage.sqlite import Store

if TYPE_CHECKING:
    from aiohttp import ClientSession

_AT_ONCE: Final = 4
_CLAIMED_AT_ONCE: Final = 16
_LONGEST_BACKOFF_S: Final = 3_600.0
_MOST_REFUSALS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryOptions:
    """How delivering goes: nothing new is begun after `budget_s`, and one request takes `timeout_s` at most.

    So the whole takes no longer than both together. What a process claims is its own for `lease_s`, which has to be longer
    than four requests. The first failure is waited out for about `backoff_s`, the next ones for twice as long each, an hour
    at most.
    """

    budget_s: float = 10.0
    timeout_s: float = 10.0
    lease_s: float = 60.0
    backoff_s: float = 5.0


@dataclass(slots=True, kw_only=True)
class DeliveryReport:
    """What became of the messages that were tried; the rest waits."""

    delivered: int = 0
    failed: int = 0
    given_up: int = 0


def deliver_outbox(
    store: Store,
    webhooks: Sequence[Webhook],
    *,
    environment: Mapping[str, str],
    options: DeliveryOptions | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> DeliveryReport:
    """Send what waits for `webhooks`, as far as the budget goes; ends early where `stopped` says so.

    Not for a thread with a running event loop: see `deliver`. Raises DatabaseError.
    """
    if not _is_work(store, webhooks, datetime.now(UTC)):
        return DeliveryReport()
    return asyncio.run(
        deliver(store, webhooks, environment=environment, options=options, stopped=stopped)
    )


async def deliver(
    store: Store,
    webhooks: Sequence[Webhook],
    *,
    environment: Mapping[str, str],
    options: DeliveryOptions | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> DeliveryReport:
    """As `deliver_outbox`, on the running event loop."""
    chosen, report = options or DeliveryOptions(), DeliveryReport()
    now = datetime.now(UTC)
    if outbox.has_old(store.connection, now):
        with store.transaction():
            outbox.give_up_old(store.connection, now)
    deadline = time.monotonic() + chosen.budget_s
    async with posting(chosen.timeout_s) as session:
        errands = [
            _Errand(
                store,
                webhook,
                session,
                chosen,
                report,
                lambda: stopped() or time.monotonic() >= deadline,
            )
            for webhook in webhooks
        ]
        # Each ends in its own time; an error of the database is raised when no other one is under way any more.
        ended = await asyncio.gather(
            *(errand.run(environment) for errand in errands), return_exceptions=True
        )
    _raise_first(ended)
    return report


def _raise_first(ended: Iterable[BaseException | None]) -> None:
    for error in ended:
        if error is not None:
            raise error


def _is_work(store: Store, webhooks: Sequence[Webhook], now: datetime) -> bool:
    resting = _resting(store, now)
    return outbox.has_old(store.connection, now) or any(
        outbox.has_due(store.connection, webhook.name, now)
        for webhook in webhooks
        if webhook.name not in resting
    )


def _resting(store: Store, now: datetime) -> frozenset[str]:
    states = outbox.read_webhooks(store.connection)
    return frozenset(state.name for state in states if state.next_try and state.next_try > now)


class _Errand:
    """One webhook's messages in one round."""

    def __init__(
        self,
        store: Store,
        webhook: Webhook,
        session: ClientSession,
        options: DeliveryOptions,
        report: DeliveryReport,
        over: Callable[[], bool],
    ) -> None:
        self._store, self._webhook, self._session = store, webhook, session
        self._options, self._report, self._over = options, report, over
        self._owner = uuid.uuid4().hex
        self._down = False
        states = {state.name: state for state in outbox.read_webhooks(store.connection)}
        known = states.get(webhook.name)
        self._failures = known.failures if known else 0
        self._next_try = known.next_try if known else None

    async def run(self, environment: Mapping[str, str]) -> None:
        now = datetime.now(UTC)
        if self._next_try and self._next_try > now:
            return
        if not outbox.has_due(self._store.connection, self._webhook.name, now):
            return
        owner = f"webhook {self._webhook.name}"
        try:
            address = address_of(owner, self._webhook.url, self._webhook.headers, environment)
        except FetchError as error:
            self._rest(Refusal(said=error.message))
            return
        try:
            while not (self._down or self._over()) and (claimed := self._claim()):
                await self._send_all(claimed, address)
        finally:
            with self._store.transaction():
                outbox.release(self._store.connection, self._owner)

    def _claim(self) -> list[Delivery]:
        now = datetime.now(UTC)
        if not outbox.has_due(self._store.connection, self._webhook.name, now):
            return []
        with self._store.transaction():
            return outbox.claim(
                self._store.connection,
                self._webhook.name,
                owner=self._owner,
                now=now,
                lease_s=self._options.lease_s,
                # One that failed before is asked with one message whether it is back.
                limit=1 if self._failures else _CLAIMED_AT_ONCE,
            )

    async def _send_all(self, claimed: Sequence[Delivery], address: Address) -> None:
        waiting = iter(claimed)

        async def send_some() -> None:
            for delivery in waiting:
                if self._down or self._over():
                    return
                refusal = await post(
                    self._session, address, delivery.body, delivery_id=delivery.delivery_id
                )
                try:
                    self._note(delivery, refusal)
                except CopydeskError:
                    self._down = True  # what is on its way is noted yet; nothing more is sent
                    raise

        ended = await asyncio.gather(
            *(send_some() for _ in range(_AT_ONCE)), return_exceptions=True
        )
        _raise_first(ended)

    def _note(self, delivery: Delivery, refusal: Refusal | None) -> None:
        store, now = self._store, datetime.now(UTC)
        if refusal is None:
            self._failures = 0
            self._report.delivered += 1
            with store.transaction():
                outbox.note_delivered(store.connection, self._webhook.name, delivery, now)
            return
        self._report.failed += 1
        give_up = refusal.of_message and delivery.attempts + 1 >= _MOST_REFUSALS
        self._report.given_up += give_up
        failures = delivery.attempts if refusal.of_message else self._failures
        next_try = now + timedelta(seconds=self._wait(failures, refusal))
        with store.transaction():
            outbox.note_failed(
                store.connection, delivery, refusal.said, next_try=next_try, give_up=give_up
            )
        if not refusal.of_message and not self._down:
            self._rest(refusal, next_try)

    def _rest(self, refusal: Refusal, next_try: datetime | None = None) -> None:
        self._down = True
        until = next_try or datetime.now(UTC) + timedelta(
            seconds=self._wait(self._failures, refusal)
        )
        with self._store.transaction():
            outbox.rest(self._store.connection, self._webhook.name, refusal.said, next_try=until)

    def _wait(self, failures: int, refusal: Refusal) -> float:
        """Exponential back-off with "equal jitter" (Brooker, "Exponential Backoff And Jitter", AWS 2015), or what was asked for."""
        longest = min(_LONGEST_BACKOFF_S, self._options.backoff_s * 2.0 ** min(failures, 20))
        jittered = longest * random.uniform(0.5, 1.0)  # noqa: S311  spreads load, keeps no secret
        return max(jittered, refusal.wait_s or 0.0)
