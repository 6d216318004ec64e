"""Which mentions of one article are one entity, and why: each mention's name, canonical within the article.

"Modi" and "Prime Minister Modi" are Narendra Modi, SCO is its full form, Britain is the United Kingdom; Russians are not
Russia, but both carry its code. Whose a surname is that two people of the article share is for `people`. Spans and labels come
from `names`; names of other articles are not looked at here.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from enrichers.entities.boundaries import TITLE
from enrichers.entities.people import SPELLING, Named, People
from enrichers.entities.places import country_code, gazetteer
from enrichers.entities.spans import Span
from enrichers.entities.user_names import NO_NAMES, UserNames
from schemas.entity_names import entity_key, fold_name, kind_of

_ARTICLE = re.compile(r"[Tt]he\s+(?!Hague\b)(?=\S)")
_SPACE = re.compile(r"\s+")
_POSSESSIVE = re.compile(r"(?:['’]\s?s|['’])$")
_SMALL_WORDS = frozenset(
    ["and", "de", "des", "di", "du", "for", "in", "la", "of", "on", "the", "to", "und", "y"]
)
# What a company may be called without: "Toyota Motor" is Toyota. A Toyota Foundation is not.
_FORM_WORDS = frozenset(
    [
        "airlines",
        "airways",
        "brands",
        "capital",
        "corporation",
        "enterprises",
        "group",
        "holding",
        "holdings",
        "industries",
        "international",
        "motor",
        "motors",
        "pharmaceuticals",
        "stores",
        "systems",
        "technologies",
    ]
)
_INITIALS_FROM = 3
"""Letters that an acronym must have to be told by initials alone, with no brackets that explain it."""

_ALSO_A_PEOPLE = frozenset({"GPE", "NORP"})
Place = tuple[int, int]
"""A mention by its row and its number there."""


class Joined(NamedTuple):
    """The canonical name of a mention, and why it is another than the text (else empty).

    `country` is the code of the country that it is or whose people; `ref` the number that the user's own list gives.
    """

    name: str
    reason: str
    country: str | None = None
    ref: str | None = None


class _Plain(NamedTuple):
    """A name by itself, before the others of the article are looked at; a `fixed` one stays, though others may be joined to it."""

    name: str
    reason: str
    fixed: bool = False


def join_names(
    texts: Sequence[str],
    spans: Sequence[Sequence[Span]],
    long_by_short: Mapping[str, str] | None = None,
    own: UserNames = NO_NAMES,
) -> list[list[Joined]]:
    """The name of each span, in the shape of `spans`.

    `long_by_short` are the article's acronyms; without it they are looked for. `own` takes precedence over all else.
    """
    if long_by_short is None:
        from enrichers.entities.acronyms import acronyms

        long_by_short = acronyms(texts)
    plain = {
        (n, i): _plain(texts[n][span.start : span.end], span.label, long_by_short, own)
        for n, row in enumerate(spans)
        for i, span in enumerate(row)
    }
    label_of = {(n, i): span.label for n, row in enumerate(spans) for i, span in enumerate(row)}
    named = dict(_organisations(plain, label_of))
    people = People(
        Named((n, i), plain[n, i].name, texts[n], spans[n][i].start)
        for n, i in plain
        if label_of[n, i] == "PERSON"
    )
    named.update((place, one) for place, one in people.names() if not plain[place].fixed)
    spelled = _spelled(plain, named, label_of)
    return [
        [_joined(plain[n, i], *spelled[n, i], span.label, own) for i, span in enumerate(row)]
        for n, row in enumerate(spans)
    ]


def _joined(plain: _Plain, name: str, reason: str, label: str, own: UserNames) -> Joined:
    entry = own.by_key.get(fold_name(name))
    ref = entry.ref if entry and kind_of(entry.label) == kind_of(label) else None
    return Joined(name, plain.reason or reason, country_code(name, label), ref)


def _plain(text: str, label: str, long_by_short: Mapping[str, str], own: UserNames) -> _Plain:
    """The name by itself: without article and possessive, spelled out if an acronym, a listed place as it is usually called."""
    name = _POSSESSIVE.sub("", _SPACE.sub(" ", text)) or text
    entry = own.by_key.get(fold_name(name))
    if entry and kind_of(entry.label) == kind_of(label):
        return _Plain(entry.name, "" if entry.name == name else "own list", fixed=True)
    if label == "PERSON":
        return _untitled(name)
    if name in long_by_short and label == "ORG":
        return _Plain(_without_article(_SPACE.sub(" ", long_by_short[name])), "acronym")
    place = gazetteer().by_text.get(name) or gazetteer().by_text.get(name.title())
    if place and place.label == label:
        same = fold_name(place.name) == fold_name(name)
        return _Plain(place.name, "" if same else "other name of the same", fixed=True)
    return _Plain(name if label == "WORK_OF_ART" else _without_article(name), "")


def _untitled(name: str) -> _Plain:
    """A person's name without the titles before it."""
    start = 0
    title = TITLE.match(name)
    while title and title.end() < len(name) and name[title.end()].isupper():
        start = title.end()
        title = TITLE.match(name, start)
    return _Plain(name[start:], "title and name" if start else "")


def _without_article(name: str) -> str:
    return _ARTICLE.sub("", name, count=1) if _ARTICLE.match(name) else name


def _organisations(
    plain: Mapping[Place, _Plain], label_of: Mapping[Place, str]
) -> Iterator[tuple[Place, tuple[str, str]]]:
    """Acronyms and short names of organisations with the one full name of the article that they stand for."""
    names = {p.name for place, p in plain.items() if label_of[place] == "ORG"}
    by_initials: dict[str, set[str]] = {}
    by_short: dict[str, set[str]] = {}
    for name in names:
        by_initials.setdefault(_initials(name), set()).add(name)
        words = entity_key(name, "ORG").split()
        while len(words) > 1 and words[-1] in _FORM_WORDS:
            words.pop()
            by_short.setdefault(" ".join(words), set()).add(name)
    for place, one in plain.items():
        if label_of[place] != "ORG" or one.fixed or one.reason:
            continue
        letters = one.name.replace(".", "").replace(" ", "")
        full = by_initials.get(letters, set()) if letters.isupper() else set()
        if len(letters) >= _INITIALS_FROM and len({entity_key(name, "ORG") for name in full}) == 1:
            yield place, (min(full), "acronym")
            continue
        longer = by_short.get(entity_key(one.name, "ORG"), set())
        if len({entity_key(name, "ORG") for name in longer}) == 1:
            yield place, (min(longer), "shorter name of the company")


def _initials(name: str) -> str:
    words = [word for word in name.split() if word.casefold() not in _SMALL_WORDS]
    return "".join(word[0] for word in words).upper() if len(words) > 1 else ""


def _spelled(
    plain: Mapping[Place, _Plain],
    named: Mapping[Place, tuple[str, str]],
    label_of: Mapping[Place, str],
) -> dict[Place, tuple[str, str]]:
    """One spelling for the forms that differ in case, accents or a company's form: RUSSIA, "Tesla" and "Tesla Inc."."""
    chosen = {place: named.get(place, (one.name, "")) for place, one in plain.items()}
    keys = {
        place: (entity_key(name, label_of[place]), kind_of(label_of[place]))
        for place, (name, _) in chosen.items()
    }
    counts: dict[tuple[str, str], Counter[str]] = {}
    for place, key in keys.items():
        counts.setdefault(key, Counter())[chosen[place][0]] += 1
    best = {
        key: min(names, key=lambda name: (name.isupper(), -names[name], len(name), name))
        for key, names in counts.items()
    }
    return {
        place: (
            best[keys[place]],
            reason or ("" if best[keys[place]] == plain[place].name else SPELLING),
        )
        for place, (_, reason) in chosen.items()
    }


def agree_labels(
    spans: Sequence[Sequence[Span]], names: Sequence[Sequence[str]]
) -> list[list[Span]]:
    """The spans, with one label a name: the commonest. A country and its people may share a name and keep theirs."""
    labels_by_name: dict[str, Counter[str]] = defaultdict(Counter)
    for row, row_names in zip(spans, names, strict=True):
        for span, name in zip(row, row_names, strict=True):
            labels_by_name[name][span.label] += 1
    settled = {
        name: labels.most_common(1)[0][0]
        for name, labels in labels_by_name.items()
        if len(labels) > 1 and not labels.keys() <= _ALSO_A_PEOPLE
    }
    return [
        [
            span._replace(label=settled.get(name, span.label))
            for span, name in zip(row, row_names, strict=True)
        ]
        for row, row_names in zip(spans, names, strict=True)
    ]
