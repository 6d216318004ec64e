"""Progress of long work: on stderr, only where that is a terminal, with a rate and the time left."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID


class Progress:
    """Counts steps; draws nothing where stderr is no terminal or `silent` is asked for."""

    def __init__(self, name: str, *, total: int | None, silent: bool = False) -> None:
        self._name, self._total = name, total
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        self._wanted = not silent and sys.stderr.isatty()

    def __enter__(self) -> Self:
        if self._wanted:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            from copydesk.rate import Rate

            self._bar = Bar(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                Rate(),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.start()
            self._task = self._bar.add_task(self._name, total=self._total)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar:
            self._bar.stop()

    def step(self, talk: Callable[[], None] | None = None, *, by: int = 1) -> None:
        """One more is done; `talk` may write lines, the bar stands aside for it."""
        if self._bar is None or self._task is None:
            if talk:
                talk()
            return
        if talk:
            self._bar.stop()
            talk()
            self._bar.start()
        self._bar.advance(self._task, by)
