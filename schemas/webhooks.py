"""What a webhook is told: of which articles, where to, and how far that has got."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

ArticleEvent = Literal["stored", "updated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where to tell of articles: the keys of [[webhook]]. Address and headers may be secrets ("env:NAME", "file:PATH")."""

    name: str
    url: str = field(repr=False)
    on: tuple[ArticleEvent, ...] = ("stored", "updated")
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message that its holder alone may send now. `delivery_id` is the same at every attempt; `body` is JSON."""

    id: int
    delivery_id: str
    body: str
    attempts: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookState:
    """How a webhook gets on. `waiting` messages are still tried, `given_up` ones are kept for their error alone.

    `oldest` is when the oldest waiting one was written. `failures` counts those in a row, `next_try` is when it is asked
    again after one. `watched` is False where it is no longer in the settings.
    """

    name: str
    watched: bool
    waiting: int = 0
    given_up: int = 0
    oldest: datetime | None = None
    failures: int = 0
    next_try: datetime | None = None
    last_error: str | None = None
    last_delivered: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookMessage:
    """A message that has not been taken. `id` is what the receiver gets as Copydesk-Delivery, the same at every attempt."""

    id: str
    webhook: str
    event: str
    article_id: int
    title: str | None
    version: int
    written_at: datetime
    attempts: int
    given_up: bool
    next_try: datetime | None
    last_error: str | None
