"""Who made a derived value: the stage, the model or rules, and at which version."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """One maker. Two makers that could give different results never compare equal.

    `sha256` is of the model's weights or of the rules' data; `precision` and `backend` are set where they change the
    result (embeddings).
    """

    stage: str
    name: str
    version: str
    sha256: str | None = None
    precision: str | None = None
    backend: str | None = None
