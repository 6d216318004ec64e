"""The indexes that questions about figures are answered by, as migrations made them."""

from __future__ import annotations

# What figures are asked by. Nouns and subjects are matched against each name there is, which an index lists in one go.
ASKED_FIGURES = (
    "DROP INDEX figures_value",
    "CREATE INDEX figures_unit ON figures(unit, coalesce(value, max(low, high), high, low))",
    "CREATE INDEX figures_kind ON figures(kind, coalesce(value, max(low, high), high, low))",
    "CREATE INDEX figures_noun ON figures(noun) WHERE noun IS NOT NULL",
    "CREATE INDEX figures_subjects ON figures(subjects) WHERE subjects <> '[]'",
)

FIGURES_OF_EITHER_END = (
    "DROP INDEX figures_unit",
    "DROP INDEX figures_kind",
    "CREATE INDEX figures_unit ON figures(unit, coalesce(value, max(low, high), high, low))",
    "CREATE INDEX figures_kind ON figures(kind, coalesce(value, max(low, high), high, low))",
)
