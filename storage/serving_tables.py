"""What the migration to a model that serves does to the file. Loaded only with the migrations."""

from __future__ import annotations

# Which model's vectors are searched, and how each was opened. In a file from before it is the one that most articles have.
# Only what serves is searched: when other vectors go, that is no change.
SERVING_MODEL = (
    "ALTER TABLE models ADD COLUMN serves INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE models ADD COLUMN opened_as TEXT",
    "CREATE UNIQUE INDEX models_serving ON models(serves) WHERE serves = 1",
    """UPDATE models SET serves = 1 WHERE id = (
        SELECT m.id FROM models m LEFT JOIN stages s
        ON s.stage = 'vectors' AND s.name = m.name AND s.version = m.version AND s.sha256 = m.sha256
        AND s.precision = m.precision AND s.backend = m.backend
        WHERE EXISTS (SELECT 1 FROM embeddings e WHERE e.model_id = m.id)
        ORDER BY (SELECT count(*) FROM stage_done d WHERE d.stage_id = s.id) DESC, m.id DESC LIMIT 1)""",
    "DROP TRIGGER vector_went",
    """CREATE TRIGGER vector_went AFTER DELETE ON embeddings
        WHEN (SELECT serves FROM models WHERE id = old.model_id) = 1
        BEGIN INSERT INTO article_changes (article_id)
        SELECT r.article_id FROM paragraphs p JOIN renderings r ON r.id = p.rendering_id
        WHERE p.text_sha256 = old.text_sha256; END""",
)
