"""Which stored article a document is: by its address, else by where it came from, else by its bytes.

An article's key is a hash of its canonical address, else of its raw document; it never changes once given. A deleted
article leaves its names (key, content, origin) as tombstones, so that no way it came by brings it back.
"""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass

from schemas.addresses import address_key, is_on_same_site
from schemas.article import Article
from schemas.document import Hints, RawDocument
from schemas.provenance import Provenance
from storage.values import content_sha256, dump, sha256

KEY_LENGTH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The names of one document: what it is looked up by, and what its tombstone would hold.

    `canonical` is the address that the page gives itself, where that is believed; `asked` the one it was asked for under.
    """

    key: str
    address: str | None
    origin_id: str | None
    raw_sha256: str
    content_sha256: str | None
    canonical: str | None = None
    asked: str | None = None

    @property
    def addresses(self) -> set[str]:
        """All addresses it goes by."""
        return {name for name in (self.address, self.canonical, self.asked) if name}

    @property
    def tombstones(self) -> list[str]:
        """Every name under which the document would come back.

        Where it came from counts only once its text is known to name no address: a path may hold another page by now.
        """
        names = [f"key:{self.key}", f"raw:{self.raw_sha256}"]
        if self.content_sha256:
            names.append(f"content:{self.content_sha256}")
            if self.origin_id and not self.address:
                names.append(origin_name(self.origin_id))
        return names


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A stored article and its current rendering."""

    article_id: int
    key: str
    address: str | None
    origin_id: str | None
    version_id: int
    version: int
    raw_sha256: str
    hints: str
    rendering_id: int
    content_sha256: str
    cleaner: Provenance
    found_by: str


_PLACE = """
    SELECT a.id, a.key, a.address_key, a.origin_id, v.id, v.n, v.raw_sha256, v.hints, r.id, r.content_sha256,
           s.stage, s.name, s.version, s.sha256, s.precision, s.backend
    FROM articles a
    JOIN renderings r ON r.article_id = a.id AND r.current = 1
    JOIN versions v ON v.id = r.version_id
    JOIN stages s ON s.id = r.cleaner_id
"""


def identify(document: RawDocument, article: Article | None) -> Identity:
    """The names of `document`; with its clean article, also those that the page itself gives."""
    address = address_key(document.url) if document.url else None
    if article is not None and address is None:
        address = _own_address(article)
    raw = sha256(document.content)
    return Identity(
        key=address_hash(address) if address else raw[:KEY_LENGTH],
        address=address,
        origin_id=document.origin_id,
        raw_sha256=raw,
        content_sha256=content_sha256(article) if article else None,
        canonical=_canonical(document, article),
        asked=address_key(document.origin) if address else None,
    )


def _canonical(document: RawDocument, article: Article | None) -> str | None:
    """The page's own canonical link: believed only on its own site, and never as the front page."""
    link = article.canonical_url if article else None
    if not link or not document.url or not is_on_same_site(link, document.url):
        return None
    address = address_key(link)
    return address if address and address.partition("/")[2] else None


def address_hash(address: str) -> str:
    """The key of the article at an address (as `address_key` gives it)."""
    return sha256(address)[:KEY_LENGTH]


def origin_name(origin_id: str) -> str:
    """A tombstone's name for where an article came from: a hash, for a path may tell what was deleted."""
    return f"origin:{sha256(origin_id)}"


def _own_address(article: Article) -> str | None:
    url = article.canonical_url or article.url
    return address_key(url) if url else None


def hints_text(hints: Hints) -> str:
    """The hints as they stand in the file: part of what makes two documents the same input."""
    return dump({name: value for name, value in asdict(hints).items() if value not in (None, ())})


def find_place(connection: sqlite3.Connection, identity: Identity) -> Place | None:
    """The stored article that `identity` names, or None."""
    if identity.address:
        place = _select(connection, "address", "a.address_key = ?", identity.address)
        place = place or _find_by_other_address(connection, identity)
        if place or not identity.origin_id:
            return place
        # The same file, now with an address: it takes the address over.
        return _select(
            connection, "origin", "a.origin_id = ? AND a.address_key IS NULL", identity.origin_id
        )
    if identity.origin_id:
        place = _select(connection, "origin", "a.origin_id = ?", identity.origin_id)
        if place:
            return place
    return _select(connection, "key", "a.key = ?", identity.key)


def _find_by_other_address(connection: sqlite3.Connection, identity: Identity) -> Place | None:
    other = identity.canonical or identity.address
    row = connection.execute(
        """SELECT id FROM articles WHERE address_key = ?
           UNION ALL SELECT article_id FROM addresses WHERE address_key = ? LIMIT 1""",
        (other, other),
    ).fetchone()
    return _select(connection, "other_address", "a.id = ?", row[0]) if row else None


def note_addresses(connection: sqlite3.Connection, identity: Identity, article_id: int) -> None:
    """Have an article found under every address it came by; what is noted already is not written again."""
    for address in sorted(identity.addresses):
        connection.execute(
            """INSERT OR IGNORE INTO addresses (address_key, article_id) SELECT ?1, ?2
               WHERE NOT EXISTS (SELECT 1 FROM articles WHERE address_key = ?1)""",
            (address, article_id),
        )


def find_same_input(connection: sqlite3.Connection, document: RawDocument) -> Place | None:
    """The article whose newest version came from the very same bytes, address and hints; None where none did.

    A file whose article holds something else is changed, even where another article holds just these bytes.
    """
    address = address_key(document.url) if document.url else None
    where = "v.raw_sha256 = ? AND v.hints = ? AND (? IS NULL OR a.address_key = ?)"
    same = (sha256(document.content), hints_text(document.hints), address, address)
    if document.origin_id and address is None:
        mine = "a.origin_id = ?"
        place = _select(connection, "raw", f"{where} AND {mine}", *same, document.origin_id)
        if place or _select(
            connection, "origin", f"{mine} AND a.address_key IS NULL", document.origin_id
        ):
            return place
    return _select(connection, "raw", where, *same)


def find_same_content(connection: sqlite3.Connection, content: str) -> Place | None:
    """The first article whose current text is the same to the letter."""
    return _select(connection, "content", "r.content_sha256 = ?", content)


def find_tombstone(connection: sqlite3.Connection, identity: Identity) -> str | None:
    """The key of the deleted article that `identity` would bring back, or None."""
    names = identity.tombstones
    marks = ", ".join("?" * len(names))
    row = connection.execute(
        f"SELECT key FROM tombstones WHERE name IN ({marks})", names
    ).fetchone()
    return str(row[0]) if row else None


def _select(
    connection: sqlite3.Connection, found_by: str, where: str, *values: object
) -> Place | None:
    row = connection.execute(f"{_PLACE} WHERE {where} ORDER BY a.id LIMIT 1", values).fetchone()
    if row is None:
        return None
    return Place(
        article_id=row[0],
        key=row[1],
        address=row[2],
        origin_id=row[3],
        version_id=row[4],
        version=row[5],
        raw_sha256=row[6],
        hints=row[7],
        rendering_id=row[8],
        content_sha256=row[9],
        cleaner=provenance_of(row[10:16]),
        found_by=found_by,
    )


def provenance_of(row: tuple[str, str, str, str, str, str]) -> Provenance:
    """A maker from its row (stage, name, version, sha256, precision, backend); blank columns are None."""
    stage, name, version, digest, precision, backend = row
    return Provenance(
        stage=stage,
        name=name,
        version=version,
        sha256=digest or None,
        precision=precision or None,
        backend=backend or None,
    )
