"""What joining entities over articles adds to the file, as its migration makes it. Never changed, only added to."""

from __future__ import annotations

# A row of entities is one name with its kind; which names are one entity in which article stands in appearances, of current
# renderings alone. Corrections name entities by key and kind, as ids do not outlive their articles.
ENTITIES_OVER_ARTICLES = (
    "ALTER TABLE mentions ADD COLUMN joined_by TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE entities ADD COLUMN usual_label TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE entities ADD COLUMN form TEXT NOT NULL DEFAULT 'other'",
    "ALTER TABLE entities ADD COLUMN block TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE entities ADD COLUMN country TEXT",
    "ALTER TABLE entities ADD COLUMN ref TEXT",
    "ALTER TABLE entities ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX entities_block ON entities(block, label, form)",
    "CREATE INDEX entities_country ON entities(country) WHERE country IS NOT NULL",
    """CREATE TABLE appearances (
        rendering_id INTEGER NOT NULL REFERENCES renderings(id) ON DELETE CASCADE, name_id INTEGER NOT NULL,
        entity_id INTEGER NOT NULL, name TEXT NOT NULL, label TEXT NOT NULL, mentions INTEGER NOT NULL,
        acronym TEXT, reason TEXT NOT NULL DEFAULT '', PRIMARY KEY (rendering_id, name_id)) STRICT, WITHOUT ROWID""",
    "CREATE INDEX appearances_name ON appearances(name_id, rendering_id)",
    "CREATE INDEX appearances_entity ON appearances(entity_id, rendering_id)",
    "CREATE INDEX appearances_acronym ON appearances(acronym, name_id) WHERE acronym IS NOT NULL",
    """CREATE TABLE entity_corrections (
        id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name_key TEXT NOT NULL, label TEXT NOT NULL, other_key TEXT,
        other_label TEXT, name TEXT, made_at TEXT NOT NULL) STRICT""",
    "CREATE INDEX paragraphs_masked ON paragraphs(rendering_id) WHERE masked <> 0",
    "CREATE TABLE entity_rules (id INTEGER PRIMARY KEY CHECK (id = 1), version TEXT NOT NULL) STRICT",
)
