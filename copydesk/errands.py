"""What serving does beside its schedules: webhooks are told what waits for them, and somebody hears of runs that died.

In a thread of its own, so that a webhook that hangs holds up no schedule.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NoReturn, Self

from copydesk.settings import Settings
from copydesk.webhooks import watch_webhooks, webhooks_of
from schemas.errors import CopydeskError
from schemas.runs import GONE

if TYPE_CHECKING:
    from storage.sqlite import Store

EVERY_S = 5.0
_JOIN_S = 3.0


class Errands:
    """Runs while the `with` does. `settings` gives those in force now; `say` hears once of each trouble."""

    def __init__(
        self,
        settings: Callable[[], Settings],
        *,
        say: Callable[[str], object],
        every_s: float = EVERY_S,
    ) -> None:
        self._settings, self._say, self._every_s = settings, say, every_s
        self._crashed: deque[tuple[str, str]] = deque()
        self._synced: Settings | None = None
        self._trouble = ""
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="copydesk-errands", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        # What is being sent just now is sent again, under its id, by whoever comes next.
        self._thread.join(_JOIN_S)

    def run_crashed(self, run_id: str, run_name: str) -> None:
        """Have it noted, and told, that a flow run's process is gone."""
        self._crashed.append((run_id, run_name))

    def _run(self) -> None:
        while not self._stopped.wait(self._every_s):
            try:
                self._round(self._settings())
                self._trouble = ""
            except (CopydeskError, OSError) as error:
                if str(error) != self._trouble:
                    self._say(f"webhooks and notices wait: {error}")
                self._trouble = str(error)

    def _round(self, settings: Settings) -> None:
        if not settings.webhook and self._synced is settings and not self._crashed:
            return
        from storage.sqlite import Store

        with Store(settings.db, encoder=_no_encoder, mode="w") as store:
            watch_webhooks(store, settings)
            self._synced = settings
            self._tell_crashed(store, settings)
            self._deliver(store, settings)

    def _deliver(self, store: Store, settings: Settings) -> None:
        from flows.outbox import deliver_outbox

        deliver_outbox(
            store, webhooks_of(settings), environment=os.environ, stopped=self._stopped.is_set
        )

    def _tell_crashed(self, store: Store, settings: Settings) -> None:
        from flows.notify import send_notice
        from flows.recording import note_crash
        from schemas.notices import FailureNotice
        from storage.runs import read_running

        while self._crashed:
            run_id, run_name = self._crashed[0]  # until it is noted: the database may be busy
            known = [one for one in read_running(store.connection) if one.flow_run_id == run_id]
            note_crash(store, flow_run_id=run_id)
            self._crashed.popleft()
            notice = FailureNotice(
                flow=known[0].verb if known else run_name.partition(" ")[0],
                state="crashed",
                message=GONE.message,
                at=datetime.now(UTC),
                db=settings.db,
                schedule=known[0].schedule if known else None,
                run_id=run_id,
                run_name=run_name,
            )
            send_notice(notice, settings.notify, environment=os.environ, log=self._say)


def _no_encoder() -> NoReturn:
    raise CopydeskError("errands search for nothing")
