"""The tables that enrichment fills beside mentions and figures, as the migrations make them. Never changed, only added to."""

from __future__ import annotations

# What is said, by whom; how much an article is about an entity; and what enrichers of other packages found. A speaker is
# tied to an entity by the mention that stands where the speaker does, whenever that was tagged.
SPEECH_AND_SALIENCE = (
    """CREATE TABLE quotations (
        id INTEGER PRIMARY KEY, paragraph_id INTEGER NOT NULL REFERENCES paragraphs(id) ON DELETE CASCADE,
        start INTEGER NOT NULL, "end" INTEGER NOT NULL, kind TEXT NOT NULL, speaker TEXT, speaker_key TEXT,
        speaker_paragraph_id INTEGER REFERENCES paragraphs(id) ON DELETE CASCADE, speaker_start INTEGER,
        speaker_end INTEGER, cue TEXT, continues INTEGER NOT NULL, rule TEXT NOT NULL) STRICT""",
    "CREATE INDEX quotations_paragraph ON quotations(paragraph_id)",
    "CREATE INDEX quotations_place ON quotations(speaker_paragraph_id) WHERE speaker_paragraph_id IS NOT NULL",
    "CREATE INDEX quotations_speaker ON quotations(speaker_key) WHERE speaker_key IS NOT NULL",
    """CREATE TABLE salience (
        rendering_id INTEGER NOT NULL REFERENCES renderings(id) ON DELETE CASCADE,
        entity_id INTEGER NOT NULL REFERENCES entities(id) ON DELETE CASCADE, mentions INTEGER NOT NULL,
        score REAL NOT NULL, PRIMARY KEY (rendering_id, entity_id)) STRICT, WITHOUT ROWID""",
    "CREATE INDEX salience_entity ON salience(entity_id, score)",
    """CREATE TABLE enrichments (
        id INTEGER PRIMARY KEY, rendering_id INTEGER NOT NULL REFERENCES renderings(id) ON DELETE CASCADE,
        stage TEXT NOT NULL, n INTEGER, start INTEGER, "end" INTEGER, data TEXT NOT NULL) STRICT""",
    "CREATE INDEX enrichments_rendering ON enrichments(rendering_id, stage)",
    "CREATE INDEX enrichments_stage ON enrichments(stage)",
)
