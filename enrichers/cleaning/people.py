"""Who wrote it: names out of bylines and author fields, people only, in the order they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from enrichers.cleaning.lines import one_line

BY = re.compile(
    r"^(?:(?:written|reported|story|text|article|analysis|opinion)\s+)?(?:by|von|par|por|di|door|av|af|przez|yazan|автор|autor(?:in)?|auteur|autore)\b\s*:?\s+",
    re.I,
)
SPLIT = re.compile(
    r"\s*(?:[;|/•·]|,(?!\s*(?:jr|sr|ph\.?d|md|ii|iii)\b)|\s(?:and|und|et|y|och|og|en|e|ve|oraz|&|with|mit)\s)\s*",
    re.I,
)
ADDRESS = re.compile(r"\S*(?:https?:|www\.|@)\S*", re.I)
BRACKETED = re.compile(r"\([^()]*\)?|\[[^\]]*\]?")
NOT_A_NAME = re.compile(r"[\d<>{}=_]|\.(?:com|org|net|de|fr|co)\b", re.I)
DESK_WORDS = frozenset(
    [
        "admin",
        "administrator",
        "editor",
        "editors",
        "editorial",
        "staff",
        "newsroom",
        "desk",
        "team",
        "redaktion",
        "redaction",
        "rédaction",
        "redacción",
        "redazione",
        "redação",
        "redactie",
        "redaktionen",
        "redakcja",
        "news",
        "agency",
        "agencies",
        "agentur",
        "agencia",
        "agenzia",
        "press",
        "correspondent",
        "reporter",
        "reporters",
        "reporting",
        "writer",
        "writers",
        "contributor",
        "contributors",
        "online",
        "onlineredaktion",
        "magazine",
        "newspaper",
        "zeitung",
        "group",
        "media",
        "limited",
        "ltd",
        "inc",
        "gmbh",
        "authors",
        "author",
        "unknown",
        "anonymous",
        "guest",
        "web",
        "webdesk",
        "wire",
        "service",
        "newswire",
        "twitter",
        "facebook",
        "instagram",
        "linkedin",
        "youtube",
        "whatsapp",
        "website",
        "follow",
        "developer",
        "user",
        "bot",
        "redazioni",
        "newsdesk",
        "bureau",
        "reports",
        "redakcija",
        "редакция",
        "редакція",
        "编辑部",
    ]
)
AGENCIES = frozenset(
    (
        "aap", "afp", "agence france-presse", "agi", "aninews", "anp", "ansa", "ap", "apa", "associated press", "the associated press", "belga", "bloomberg",
        "cna", "ctk", "čtk", "ddp", "dpa", "deutsche presse-agentur", "efe", "epa", "europa press", "ians", "interfax", "irna", "kna", "kyodo", "lusa", "mti", "ntb",
        "ots", "pa", "pap", "pti", "press association", "reuters", "ria", "ritzau", "sapa", "sda", "keystone-sda", "sid", "stt", "tass", "the canadian press", "tt",
        "upi", "xinhua", "yonhap", "тасс", "интерфакс", "риа новости", "anadolu", "anadolu ajansı", "anadolu agency", "aa", "iha", "dha", "agencias", "agences",
    )
)  # fmt: skip
"""Names that stand in bylines and are nobody's."""
LONGEST_NAME = 60
MOST_WORDS = 6
DEEPEST = 8
LONGEST_LINE = 600


def split_names(text: str) -> list[str]:
    """The names in a byline, without "By" and what is no person.

    >>> split_names("By Ana Ruiz and Tom O'Neill, Sports Desk")
    ['Ana Ruiz', "Tom O'Neill"]
    """
    line = BY.sub("", BRACKETED.sub(" ", ADDRESS.sub(" ", one_line(text[:LONGEST_LINE]))).strip())
    return [name for part in SPLIT.split(line) if (name := _name(part))]


def is_agency(name: str) -> bool:
    """Whether `name` is a news agency's.

    >>> is_agency("AFP"), is_agency("Ana Ruiz")
    (True, False)
    """
    return name.casefold() in AGENCIES


def is_nobody(name: str) -> bool:
    """Whether `name` is nothing but words for a desk: it says no more than that somebody wrote.

    >>> is_nobody("Web Desk"), is_nobody("Example News")
    (True, False)
    """
    return DESK_WORDS.issuperset(name.casefold().replace("-", " ").split())


def people(value: object) -> list[str]:
    """The names in an author field: a string, a list, or schema.org objects; of organisations agencies only."""
    return unique(_people(value, DEEPEST))


def _people(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield from split_names(value)
    elif isinstance(value, Mapping):
        yield from _person(value, depth)
    elif isinstance(value, Iterable) and depth:
        for item in value:
            yield from _people(item, depth - 1)


def _person(value: Mapping[str, object], depth: int) -> Iterator[str]:
    kind = value.get("@type")
    kinds = kind if isinstance(kind, list) else [kind]
    name = value.get("name")
    if not any(isinstance(one, str) and "organization" in one.lower() for one in kinds):
        if depth:
            yield from _people(name or _joined(value), depth - 1)
    elif isinstance(name, str) and is_agency(name):
        yield name


def _joined(person: Mapping[str, object]) -> str:
    parts = (person.get("givenName"), person.get("familyName"))
    return " ".join(part for part in parts if isinstance(part, str))


def unique(names: Iterable[str]) -> list[str]:
    """`names` without repeats (case does not count), first seen first."""
    return list({name.casefold(): name for name in reversed(list(names))}.values())[::-1]


def _name(part: str) -> str | None:
    name = BY.sub("", part.strip(" ,.:-–—*\"'")).strip()
    words = name.casefold().replace("-", " ").split()
    if not words or len(name) > LONGEST_NAME or len(words) > MOST_WORDS or len(name) < 2:
        return None
    if is_agency(name):
        return name
    if NOT_A_NAME.search(name) or DESK_WORDS & set(words):
        return None
    return name
