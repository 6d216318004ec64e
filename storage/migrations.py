"""The schema, as forward-only migrations. Loaded only when a database is made or brought up to date."""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database, Migrations

from storage.enrichment_tables import SPEECH_AND_SALIENCE
from storage.entity_tables import ENTITIES_OVER_ARTICLES
from storage.figure_tables import ASKED_FIGURES, FIGURES_OF_EITHER_END
from storage.near_copies import NEAR_COPIES, note_all_copies
from storage.serving_tables import SERVING_MODEL
from storage.word_rows import rewrite_words

migrations = Migrations("copydesk")

# Ids are AUTOINCREMENT where people see them: an id that was deleted never comes back as another article.
_FIRST = (
    """CREATE TABLE sources (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, url TEXT,
        settings TEXT NOT NULL DEFAULT '{}', enabled INTEGER NOT NULL DEFAULT 1) STRICT""",
    """CREATE TABLE fetches (
        url TEXT PRIMARY KEY, source TEXT, etag TEXT, last_modified TEXT, status INTEGER, error TEXT,
        raw_sha256 TEXT, fetched_at TEXT) STRICT""",
    """CREATE TABLE raw_documents (
        sha256 TEXT PRIMARY KEY, media_type TEXT NOT NULL, size INTEGER NOT NULL,
        content BLOB NOT NULL) STRICT""",
    """CREATE TABLE articles (
        id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, url TEXT, address_key TEXT,
        source TEXT, origin TEXT NOT NULL, origin_id TEXT, first_seen TEXT NOT NULL) STRICT""",
    "CREATE UNIQUE INDEX articles_address ON articles(address_key) WHERE address_key IS NOT NULL",
    "CREATE INDEX articles_origin ON articles(origin_id) WHERE origin_id IS NOT NULL",
    "CREATE INDEX articles_source ON articles(source)",
    """CREATE TABLE versions (
        id INTEGER PRIMARY KEY, article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
        n INTEGER NOT NULL, raw_sha256 TEXT NOT NULL REFERENCES raw_documents(sha256),
        media_type TEXT NOT NULL, url TEXT, origin TEXT NOT NULL, hints TEXT NOT NULL,
        fetched_at TEXT NOT NULL, first_seen TEXT NOT NULL, UNIQUE (article_id, n)) STRICT""",
    "CREATE INDEX versions_raw ON versions(raw_sha256)",
    """CREATE TABLE stages (
        id INTEGER PRIMARY KEY, stage TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL,
        sha256 TEXT NOT NULL DEFAULT '', precision TEXT NOT NULL DEFAULT '', backend TEXT NOT NULL DEFAULT '',
        UNIQUE (stage, name, version, sha256, precision, backend)) STRICT""",
    """CREATE TABLE renderings (
        id INTEGER PRIMARY KEY, version_id INTEGER NOT NULL REFERENCES versions(id) ON DELETE CASCADE,
        article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
        cleaner_id INTEGER NOT NULL REFERENCES stages(id), content_sha256 TEXT NOT NULL,
        canonical_url TEXT, site TEXT, title TEXT, authors TEXT NOT NULL, published_at TEXT,
        published_precision TEXT, published_from TEXT, modified_at TEXT, language TEXT, summary TEXT,
        page_kind TEXT NOT NULL, current INTEGER NOT NULL) STRICT""",
    "CREATE UNIQUE INDEX renderings_current ON renderings(article_id) WHERE current = 1",
    "CREATE INDEX renderings_article ON renderings(article_id)",
    "CREATE INDEX renderings_version ON renderings(version_id)",
    "CREATE INDEX renderings_content ON renderings(content_sha256)",
    "CREATE INDEX renderings_published ON renderings(published_at) WHERE current = 1",
    "CREATE INDEX renderings_language ON renderings(language) WHERE current = 1",
    """CREATE TABLE paragraphs (
        id INTEGER PRIMARY KEY, rendering_id INTEGER NOT NULL REFERENCES renderings(id) ON DELETE CASCADE,
        n INTEGER NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, text_sha256 TEXT NOT NULL,
        masked INTEGER NOT NULL DEFAULT 0, UNIQUE (rendering_id, n)) STRICT""",
    "CREATE INDEX paragraphs_text ON paragraphs(text_sha256)",
    """CREATE TABLE dropped (
        rendering_id INTEGER NOT NULL REFERENCES renderings(id) ON DELETE CASCADE,
        place INTEGER NOT NULL, text TEXT NOT NULL, reason TEXT NOT NULL) STRICT""",
    "CREATE INDEX dropped_rendering ON dropped(rendering_id)",
    """CREATE TABLE entities (
        id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, label TEXT NOT NULL,
        name_key TEXT NOT NULL, UNIQUE (name_key, label)) STRICT""",
    """CREATE TABLE aliases (
        entity_id INTEGER NOT NULL REFERENCES entities(id) ON DELETE CASCADE, alias TEXT NOT NULL,
        alias_key TEXT NOT NULL, PRIMARY KEY (entity_id, alias)) STRICT, WITHOUT ROWID""",
    "CREATE INDEX aliases_key ON aliases(alias_key)",
    """CREATE TABLE mentions (
        id INTEGER PRIMARY KEY, paragraph_id INTEGER NOT NULL REFERENCES paragraphs(id) ON DELETE CASCADE,
        start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL, label TEXT NOT NULL,
        name TEXT NOT NULL, entity_id INTEGER NOT NULL REFERENCES entities(id)) STRICT""",
    "CREATE INDEX mentions_paragraph ON mentions(paragraph_id)",
    "CREATE INDEX mentions_entity ON mentions(entity_id)",
    """CREATE TABLE figures (
        id INTEGER PRIMARY KEY, paragraph_id INTEGER NOT NULL REFERENCES paragraphs(id) ON DELETE CASCADE,
        start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL, kind TEXT NOT NULL,
        value REAL, low REAL, high REAL, modifier TEXT NOT NULL, unit TEXT, base_value REAL, base_unit TEXT,
        noun TEXT, change TEXT, role TEXT, date_start TEXT, date_end TEXT, time TEXT, about_start TEXT,
        about_end TEXT, subjects TEXT NOT NULL, sentence_start INTEGER NOT NULL,
        sentence_end INTEGER NOT NULL, rule TEXT NOT NULL) STRICT""",
    "CREATE INDEX figures_paragraph ON figures(paragraph_id)",
    "CREATE INDEX figures_value ON figures(kind, unit, value)",
    """CREATE TABLE stage_done (
        rendering_id INTEGER NOT NULL REFERENCES renderings(id) ON DELETE CASCADE,
        stage TEXT NOT NULL, stage_id INTEGER NOT NULL REFERENCES stages(id), done_at TEXT NOT NULL,
        PRIMARY KEY (rendering_id, stage)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE models (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, version TEXT NOT NULL, sha256 TEXT NOT NULL,
        backend TEXT NOT NULL, precision TEXT NOT NULL, dim INTEGER NOT NULL,
        UNIQUE (name, version, sha256, backend, precision)) STRICT""",
    """CREATE TABLE embeddings (
        model_id INTEGER NOT NULL REFERENCES models(id), text_sha256 TEXT NOT NULL, part INTEGER NOT NULL,
        vector BLOB NOT NULL, PRIMARY KEY (model_id, text_sha256, part)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE quarantine (
        id INTEGER PRIMARY KEY AUTOINCREMENT, origin TEXT NOT NULL, origin_id TEXT, stage TEXT NOT NULL,
        code TEXT NOT NULL, message TEXT NOT NULL, remedy TEXT NOT NULL, attempts INTEGER NOT NULL,
        next_try TEXT, payload_sha256 TEXT REFERENCES raw_documents(sha256), media_type TEXT, url TEXT,
        hints TEXT NOT NULL, first_seen TEXT NOT NULL, last_seen TEXT NOT NULL) STRICT""",
    "CREATE INDEX quarantine_origin ON quarantine(origin)",
    "CREATE INDEX quarantine_origin_id ON quarantine(origin_id)",
    "CREATE INDEX quarantine_payload ON quarantine(payload_sha256)",
    """CREATE TABLE tombstones (
        name TEXT PRIMARY KEY, article_id INTEGER NOT NULL, key TEXT NOT NULL,
        deleted_at TEXT NOT NULL) STRICT""",
    """CREATE TABLE runs (
        id INTEGER PRIMARY KEY, verb TEXT NOT NULL, started_at TEXT NOT NULL, took_s REAL NOT NULL,
        counts TEXT NOT NULL) STRICT""",
    # Words are folded and stemmed by us, a language at a time, before they come here: what is left is splitting at blanks.
    """CREATE VIRTUAL TABLE paragraphs_fts USING fts5(
        words, tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* Co' tokenchars '_'")""",
)


# Of addresses that were asked: when to ask again. Of sources: how far each was read.
_FETCHING = (
    "ALTER TABLE fetches ADD COLUMN next_try TEXT",
    "CREATE INDEX fetches_error ON fetches(source, error) WHERE error IS NOT NULL",
    """CREATE TABLE cursors (
        source TEXT PRIMARY KEY, cursor TEXT NOT NULL, updated_at TEXT NOT NULL) STRICT""",
)


# What ran, by whom and with what end; and what is to be told to webhooks, written with the article it tells of.
_RUNS = (
    "ALTER TABLE runs ADD COLUMN finished_at TEXT",
    "ALTER TABLE runs ADD COLUMN news INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE runs ADD COLUMN state TEXT NOT NULL DEFAULT 'done'",
    "ALTER TABLE runs ADD COLUMN schedule TEXT",
    "ALTER TABLE runs ADD COLUMN flow_run_id TEXT",
    "ALTER TABLE runs ADD COLUMN error TEXT",
    "UPDATE runs SET finished_at = started_at",
    "CREATE INDEX runs_schedule ON runs(schedule, id) WHERE schedule IS NOT NULL",
    "CREATE INDEX runs_running ON runs(id) WHERE state = 'running'",
    """CREATE TABLE run_sources (
        id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
        source TEXT NOT NULL, kind TEXT NOT NULL, finished_at TEXT NOT NULL, news INTEGER NOT NULL,
        new INTEGER NOT NULL, failed INTEGER NOT NULL, counts TEXT NOT NULL, error TEXT) STRICT""",
    "CREATE INDEX run_sources_run ON run_sources(run_id)",
    "CREATE INDEX run_sources_source ON run_sources(source, id)",
    "CREATE INDEX run_sources_told ON run_sources(source, finished_at) WHERE news + failed > 0",
    "CREATE INDEX articles_first_seen ON articles(first_seen)",
    """CREATE TABLE webhooks (
        name TEXT PRIMARY KEY, events TEXT NOT NULL, of_run INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0, next_try TEXT,
        last_error TEXT, last_delivered TEXT) STRICT""",
    """CREATE TABLE outbox (
        id INTEGER PRIMARY KEY AUTOINCREMENT, delivery_id TEXT NOT NULL UNIQUE, webhook TEXT NOT NULL,
        article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE, body TEXT NOT NULL,
        created_at TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, next_try TEXT NOT NULL,
        claimed_by TEXT, claimed_until TEXT, given_up INTEGER NOT NULL DEFAULT 0, last_error TEXT) STRICT""",
    "CREATE INDEX outbox_article ON outbox(article_id, webhook, id)",
    "CREATE INDEX outbox_next ON outbox(webhook, given_up, id)",
)

# For a time the second migration made these, so that some files have them already.
_ADDRESSES = (
    """CREATE TABLE IF NOT EXISTS addresses (
        address_key TEXT PRIMARY KEY, article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE)
        STRICT, WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS addresses_article ON addresses(article_id)",
)

# What `storage.site_memory` counts. A site's lines stand in the order in which they are looked for, its name once.
_SITE_MEMORY = (
    "CREATE TABLE site_memory (id INTEGER PRIMARY KEY CHECK (id = 1), is_on INTEGER NOT NULL) STRICT",
    """CREATE TABLE sites (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, changes INTEGER NOT NULL DEFAULT 0,
        articles INTEGER NOT NULL DEFAULT 0, first_id INTEGER NOT NULL DEFAULT 0) STRICT""",
    """CREATE TABLE site_articles (
        article_id INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
        site_id INTEGER NOT NULL, is_searched INTEGER NOT NULL) STRICT""",
    "CREATE INDEX site_articles_newest ON site_articles(site_id, is_searched, article_id)",
    """CREATE TABLE site_lines (
        site_id INTEGER NOT NULL, line TEXT NOT NULL, article_id INTEGER NOT NULL, title TEXT,
        PRIMARY KEY (site_id, line, article_id)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE learned_lines (
        site_id INTEGER NOT NULL, line TEXT NOT NULL, text TEXT NOT NULL, since TEXT NOT NULL,
        due INTEGER NOT NULL, PRIMARY KEY (site_id, line)) STRICT, WITHOUT ROWID""",
    # What a file has already is counted when all migrations are done.
    "INSERT INTO site_memory (id, is_on) SELECT 1, 1 WHERE NOT EXISTS (SELECT 1 FROM articles)",
)


# What search can see of which article changed, in order: by these numbers the file of vectors beside the database knows
# what it lacks. The token makes a number mean one state of one database, also where a copy of it went another way.
# Vectors that come are numbered by `storage.derived`, a batch at a time: a trigger took a tenth of the time of writing.
_CHANGE = "INSERT INTO article_changes (article_id)"
_ARTICLE_CHANGES = (
    """CREATE TABLE article_changes (
        seq INTEGER PRIMARY KEY, article_id INTEGER NOT NULL,
        token INTEGER NOT NULL DEFAULT (random())) STRICT""",
    f"{_CHANGE} VALUES (0)",
    f"""CREATE TRIGGER rendering_came AFTER INSERT ON renderings
        BEGIN {_CHANGE} VALUES (new.article_id); END""",
    f"""CREATE TRIGGER rendering_changed AFTER UPDATE OF current, page_kind ON renderings
        BEGIN {_CHANGE} VALUES (new.article_id); END""",
    f"""CREATE TRIGGER rendering_went AFTER DELETE ON renderings WHEN old.current = 1
        BEGIN {_CHANGE} VALUES (old.article_id); END""",
    f"""CREATE TRIGGER paragraph_masked AFTER UPDATE OF masked ON paragraphs WHEN new.masked <> old.masked
        BEGIN {_CHANGE} SELECT article_id FROM renderings WHERE id = new.rendering_id; END""",
    f"""CREATE TRIGGER vector_went AFTER DELETE ON embeddings
        BEGIN {_CHANGE} SELECT r.article_id FROM paragraphs p JOIN renderings r ON r.id = p.rendering_id
        WHERE p.text_sha256 = old.text_sha256; END""",
    # Whoever is further behind reads everything anew.
    """CREATE TRIGGER changes_forgotten AFTER INSERT ON article_changes
        BEGIN DELETE FROM article_changes WHERE seq <= new.seq - 200000; END""",
)


@migrations()
def m001_first_schema(db: Database) -> None:
    """All tables of the first release."""
    for statement in _FIRST:
        db.conn.execute(statement)


@migrations()
def m002_fetching(db: Database) -> None:
    """What fetching from the web has to remember."""
    for statement in _FETCHING:
        db.conn.execute(statement)


@migrations()
def m003_pages(db: Database) -> None:
    """The page a paragraph begins on, where its document has pages."""
    db.conn.execute("ALTER TABLE paragraphs ADD COLUMN page INTEGER")


@migrations()
def m004_schedules(db: Database) -> None:
    """Which schedules somebody paused; what they are stands in the settings."""
    db.conn.execute(
        """CREATE TABLE schedule_states (
            name TEXT PRIMARY KEY, paused INTEGER NOT NULL, changed_at TEXT NOT NULL) STRICT"""
    )


@migrations()
def m005_runs(db: Database) -> None:
    """How runs ended and what they made of each source; what webhooks have still to be told."""
    for statement in _RUNS:
        db.conn.execute(statement)


@migrations()
def m006_addresses(db: Database) -> None:
    """The other addresses that articles came by."""
    for statement in _ADDRESSES:
        db.conn.execute(statement)


@migrations()
def m007_more_metadata(db: Database) -> None:
    """What else a page says of its article: section, dateline, lead image, and every date it gives."""
    for column in ("modified_precision", "section", "dateline", "image_url", "image_caption"):
        db.conn.execute(f"ALTER TABLE renderings ADD COLUMN {column} TEXT")
    db.conn.execute(
        "ALTER TABLE renderings ADD COLUMN published_candidates TEXT NOT NULL DEFAULT '[]'"
    )


@migrations()
def m008_site_memory(db: Database) -> None:
    """What is counted of the lines that sites repeat, and which of them were learned."""
    for statement in _SITE_MEMORY:
        db.conn.execute(statement)


@migrations()
def m009_asked_figures(db: Database) -> None:
    """The indexes that questions about figures are answered by."""
    for statement in ASKED_FIGURES:
        db.conn.execute(statement)


@migrations()
def m010_article_changes(db: Database) -> None:
    """The numbers of what changed, kept by triggers, which no writer can forget."""
    for statement in _ARTICLE_CHANGES:
        db.conn.execute(statement)


@migrations()
def m011_saved_searches(db: Database) -> None:
    """Searches that are kept under a name."""
    db.conn.execute(
        """CREATE TABLE saved_searches (
            name TEXT PRIMARY KEY, query TEXT NOT NULL, mode TEXT NOT NULL, min_similarity REAL, filters TEXT NOT NULL,
            created_at TEXT NOT NULL, last_run_at TEXT, last_article INTEGER NOT NULL) STRICT"""
    )


@migrations()
def m012_speech_and_salience(db: Database) -> None:
    """Quotations, salience, and the rows of enrichers that are plug-ins."""
    for statement in SPEECH_AND_SALIENCE:
        db.conn.execute(statement)


@migrations()
def m013_serving_model(db: Database) -> None:
    """Which model's vectors serve, and how models were opened."""
    for statement in SERVING_MODEL:
        db.conn.execute(statement)


@migrations()
def m014_words_in_pairs(db: Database) -> None:
    """Korean in pairs, single characters, and stems of accented words, in what is stored already."""
    rewrite_words(db.conn)


@migrations()
def m015_entities_over_articles(db: Database) -> None:
    """Which names are one entity in which article; they are joined when all migrations are done."""
    for statement in ENTITIES_OVER_ARTICLES:
        db.conn.execute(statement)


@migrations()
def m016_near_copies(db: Database) -> None:
    """Which articles are near copies of one another."""
    for statement in NEAR_COPIES:
        db.conn.execute(statement)
    note_all_copies(db.conn)


@migrations()
def m017_figures_of_either_end(db: Database) -> None:
    """Indexes that the ninth migration made otherwise for a time: files of then sorted what newer ones look up."""
    for statement in FIGURES_OF_EITHER_END:
        db.conn.execute(statement)


def apply_migrations(connection: sqlite3.Connection) -> int:
    """Bring the open database up to date; returns the schema's number. The caller holds the write transaction."""
    migrations.apply(Database(connection))
    return len(migrations._migrations)
