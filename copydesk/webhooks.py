"""The webhooks and the notices of the settings: which can be meant, that the database is told of them, and delivering."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from copydesk.settings import Settings, WebhookSettings
from copydesk.settings_faults import wrong
from schemas.addresses import canonical_address
from schemas.errors import CopydeskError
from schemas.web import HEADER_NAME
from schemas.webhooks import Webhook

if TYPE_CHECKING:
    from storage.sqlite import Store

_REFERENCE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|file:.+", re.DOTALL)
_LONGEST_NAME = 100
_SHORT_S = 5.0
_NO_ADDRESS = 'it has to begin with https:// or http://, or be "env:NAME" or "file:PATH"'
_Fault = tuple[str, str, str]


def webhooks_of(settings: Settings) -> tuple[Webhook, ...]:
    """The webhooks of the settings, in the file's order; references stay as they are written."""
    return tuple(
        Webhook(name=hook.name, url=hook.url, on=hook.on, headers=tuple(hook.headers.items()))
        for hook in settings.webhook
    )


def check_webhooks(settings: Settings) -> None:
    """Raise SettingsError for the first [[webhook]], or [notify], that cannot be meant. No value of a secret is shown."""
    names: dict[str, int] = {}
    for n, hook in enumerate(settings.webhook):
        key = f"webhook.{n}"
        for part, said, why in _faults(hook):
            raise wrong(f"{key}.{part}", said, settings.origins, why=why)
        if hook.name in names:
            why = f"webhook.{names[hook.name]} has that name; each has to have its own"
            raise wrong(f"{key}.name", f"= {hook.name!r} is wrong", settings.origins, why=why)
        names[hook.name] = n
    notify = settings.notify
    if notify.webhook is not None and not _is_address(notify.webhook):
        raise wrong("notify.webhook", "is wrong", settings.origins, why=_NO_ADDRESS)
    if notify.command and (not notify.command[0].strip() or "\0" in "".join(notify.command)):
        why = 'it has to be a program and its arguments, as in ["mail", "desk@example.org"]'
        raise wrong("notify.command", "is wrong", settings.origins, why=why)


def _faults(hook: WebhookSettings) -> Iterator[_Fault]:
    if not hook.name.strip() or not hook.name.isprintable() or len(hook.name) > _LONGEST_NAME:
        why = f"it has to be 1 to {_LONGEST_NAME} printable characters"
        yield "name", f"= {hook.name[:_LONGEST_NAME]!r} is wrong", why
    if not _is_address(hook.url):
        yield "url", "is wrong", _NO_ADDRESS
    if not hook.on:
        yield "on", "= [] is wrong", 'it has to name one at least of "stored" and "updated"'
    for name, value in hook.headers.items():
        if not HEADER_NAME.fullmatch(name):
            yield "headers", "is wrong", "one has no name that HTTP knows"
        if not value.strip() or not value.isprintable():
            yield "headers", "is wrong", f"the value of {name} is empty or has control characters"


def _is_address(text: str) -> bool:
    return bool(_REFERENCE.fullmatch(text)) or canonical_address(text) is not None


def shown_address(url: str) -> str:
    """An address as it may be shown: where it leads, not what lets one in there; a reference as it is.

    >>> shown_address("https://ann:hush@hooks.example.org/services/T0/hush"), shown_address("env:HOOK")
    ('https://hooks.example.org/...', 'env:HOOK')
    """
    if _REFERENCE.fullmatch(url):
        return url
    parts = urlsplit(canonical_address(url) or "")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/..."


def watch_webhooks(store: Store, settings: Settings) -> None:
    """Have the database told which webhooks there are, by name: from then on every writer leaves them their messages.

    Settings that come from no file say nothing of webhooks, and change nothing. Writes only where something changed.
    """
    from storage import outbox

    if not settings.webhook and not has_file(settings):
        return
    events = {hook.name: hook.on for hook in settings.webhook}
    if not outbox.is_watched_so(store.connection, events):
        with store.transaction():
            outbox.watch(store.connection, events)


def has_file(settings: Settings) -> bool:
    """Whether any of the settings stands in a file."""
    return any(origin not in ("environment", "flag") for origin in settings.origins.values())


def deliver_after_run(store: Store, settings: Settings, *, say: Callable[[str], object]) -> None:
    """Send what waits for the webhooks, for some seconds at most; what is left waits for the next run or for serve.

    Never stops a run: what goes wrong is said.
    """
    if not settings.webhook:
        return
    from flows.outbox import DeliveryOptions, deliver_outbox

    options = DeliveryOptions(budget_s=_SHORT_S, timeout_s=_SHORT_S)
    try:
        report = deliver_outbox(
            store, webhooks_of(settings), environment=os.environ, options=options
        )
    except CopydeskError as error:
        say(f"webhooks were not told: {error.message}")
        return
    if report.failed:
        say(
            "a webhook did not take what it was sent, which waits to be sent again: copydesk status"
        )


@contextmanager
def told_of_run(settings: Settings, *, say: Callable[[str], object]) -> Iterator[None]:
    """Have the webhooks told of what another process's run stores while the block lasts: a flow knows no settings."""
    from copydesk.api import open_store_with

    if not settings.webhook:
        yield
        return
    with open_store_with(settings.db, "a", settings):
        pass  # opening it tells it which webhooks there are
    yield
    with open_store_with(settings.db, "w", settings) as store:
        deliver_after_run(store, settings, say=say)
