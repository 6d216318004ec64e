"""The stages there are: what they are called, and who does each. Those that packages add stand behind our own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from enrichers.cleaning.clean import provenance as cleaner
from flows.engines import Engines
from schemas.errors import CopydeskError
from schemas.filters import require_one_of
from schemas.provenance import Provenance
from schemas.stored import Problem
from storage.salience import MAKER as SALIENCE

Stage = str
STAGES: tuple[Stage, ...] = ("clean", "entities", "figures", "quotations", "salience", "vectors")
"""Our own, in the order in which they are done."""


def all_stages(engines: Engines) -> tuple[Stage, ...]:
    """Ours and those of plug-ins."""
    return (*STAGES, *engines.plugins.names)


def chosen_stages(engines: Engines, named: Iterable[str]) -> list[Stage]:
    """The stages that are named, or all of them that can be done, in order.

    Raises UsageError with the nearest name for an unknown one, CopydeskError for the named one of a plug-in that cannot
    be used.
    """
    asked = set(named)
    known = all_stages(engines)
    for name in sorted(asked):
        require_one_of("stage", name, known)
    for name in asked:
        maker_of(engines, name)
    return [stage for stage in known if stage in asked or not (asked or unusable(engines, stage))]


def unusable(engines: Engines, stage: Stage) -> Problem | None:
    """Why the plug-in behind a stage cannot be used; None where it can, and for our own."""
    if stage in STAGES:
        return None
    maker = engines.plugins.maker(stage)
    return maker if isinstance(maker, Problem) else None


def unusable_stages(engines: Engines, named: Sequence[str] = ()) -> dict[Stage, Problem]:
    """The stages that are left out, and why, where none is named."""
    if named:
        return {}
    found = {stage: unusable(engines, stage) for stage in engines.plugins.names}
    return {stage: problem for stage, problem in found.items() if problem}


def maker_of(engines: Engines, stage: Stage) -> Provenance:
    """Who does the stage today. Raises CopydeskError for a plug-in that cannot be used."""
    if stage == "clean":
        return cleaner()
    if stage == "vectors":
        return engines.encoder().provenance
    if stage == "salience":
        return SALIENCE
    if stage == "quotations":
        return engines.quotations.provenance
    if stage in STAGES:
        return engines.tagger.provenance if stage == "entities" else engines.figures.provenance
    maker = engines.plugins.maker(stage)
    if isinstance(maker, Problem):
        raise CopydeskError(maker.message, remedy=maker.remedy, code=maker.code)
    return maker
