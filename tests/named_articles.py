"""Articles that mention just the names that a test gives them, and what became of those names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from schemas.stored import PreparedArticle
from storage.sqlite import Store

Prepare = Callable[..., PreparedArticle]

RENKO, BARE, IVO = ("Dalia Renko", "PERSON"), ("Renko", "PERSON"), ("Ivo Renko", "PERSON")
ORSA, OSLO, NORWAY = ("Orsa", "ORG"), ("Oslo", "GPE"), ("Norway", "GPE")
ABROAD = [RENKO, ORSA, OSLO]


def named_articles(prepare_article: Prepare) -> Prepare:
    """Makes an article that mentions just these names, in its own file."""

    def make(origin: str, *names: tuple[str, str], acronym: str | None = None) -> PreparedArticle:
        text = ". ".join(dict.fromkeys(name for name, _ in names)) + f". Story {origin}."
        made = prepare_article(text, origin=origin, names=names)
        whole = [m for m in made.mentions if (m.text, m.label) in names]
        kept = [m for m in whole if not any(_inside(m, other) for other in whole)]
        if acronym:
            kept.append(replace(kept[0], text=acronym, joined_by="acronym"))
        return replace(made, mentions=kept)

    return make


def _inside(one: object, other: object) -> bool:
    a, b = one, other
    return (a.start, a.end) != (b.start, b.end) and b.start <= a.start and a.end <= b.end  # type: ignore[attr-defined]


def homes(store: Store) -> set[tuple[str, str, str, str]]:
    """Every name of every article with the name of the entity that it is there, and why."""
    rows = store.connection.execute(
        """SELECT v.origin, n.name_key, e.name_key || '/' || e.name || '/' || e.usual_label, a.reason
           FROM appearances a JOIN entities n ON n.id = a.name_id JOIN entities e ON e.id = a.entity_id
           JOIN renderings r ON r.id = a.rendering_id JOIN versions v ON v.id = r.version_id"""
    )
    return {(row[0], row[1], row[2], row[3]) for row in rows}


def whose(store: Store, origin: str, key: str) -> str:
    """The key of the entity that a name is in the article of that origin."""
    return next(
        home.split("/")[0]
        for place, name, home, _ in homes(store)
        if (place, name) == (origin, key)
    )
