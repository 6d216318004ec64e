"""What the name of an entity says of itself: what it is compared by, its surname, and what else it may be short for.

No text and no store is looked at here: whether two names are of one entity is for who has more than the names.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal, NamedTuple

Form = Literal["full", "short", "long", "other"]
"""full: first and last name · long: with a middle name · short: a surname, a word that may be an acronym · other: the rest"""

_PLACES = frozenset({"GPE", "LOC"})
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_PARTICLES = frozenset(
    [
        "al",
        "ben",
        "bin",
        "da",
        "dal",
        "de",
        "del",
        "della",
        "der",
        "di",
        "do",
        "dos",
        "du",
        "el",
        "ibn",
        "la",
        "le",
        "san",
        "st",
        "ten",
        "ter",
        "van",
        "von",
        "zu",
    ]
)
_HONORIFICS = frozenset(
    ["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "dame", "lord", "lady"]
)
# Names of China, Korea and Vietnam that begin with the family's, where a reader of English meets them in that order.
_FAMILY_FIRST = frozenset(
    [
        "chen",
        "hu",
        "kim",
        "li",
        "liu",
        "moon",
        "ngo",
        "nguyen",
        "park",
        "pham",
        "tran",
        "wang",
        "wen",
        "wu",
        "xi",
        "xu",
        "yang",
        "yoon",
        "zhang",
        "zhao",
        "zhou",
    ]
)
# Letters that no decomposition takes to plain ones.
_PLAIN_LETTERS = str.maketrans(
    {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"}
)
_COMPANY_FORM = re.compile(
    r",?\s(?:inc|incorporated|corp|corporation|co|company|ltd|limited|llc|llp|plc|ag|s\.?a|n\.?v|gmbh|se|spa|s\.p\.a|oyj|asa|ab)\.?$"
)
_INITIALS = re.compile(r"\b((?:\w )+\w)\b")


class NameForm(NamedTuple):
    """How a name is made.

    `block` is what names that may be of one entity share; `base` the name without what is between first and last, which
    "George W. Bush" and "George Bush" share; `suffix` is Jr. or III.
    """

    form: Form
    block: str
    base: str
    suffix: str = ""


def fold_name(name: str) -> str:
    """A name without case, accents, possessive and doubled blanks.

    >>> fold_name("  Médecins  Sans Frontières’s ")
    'medecins sans frontieres'
    """
    plain = unicodedata.normalize("NFKD", name.replace("’", "'"))
    folded = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    folded = folded.translate(_PLAIN_LETTERS)
    words = " ".join(folded.split())
    return words.removesuffix("'s").removesuffix("'").strip() or words


def kind_of(label: str) -> str:
    """The label that names are kept apart by: a place is one whether a tagger calls it GPE or LOC.

    >>> kind_of("LOC"), kind_of("ORG")
    ('GPE', 'ORG')
    """
    return "GPE" if label in _PLACES else label


@lru_cache(maxsize=20_000)
def entity_key(name: str, label: str) -> str:
    """What two spellings of one name share: no case, accents, article, dots of initials, or form of company.

    >>> entity_key("J.K. Rowling", "PERSON"), entity_key("J K Rowling", "PERSON"), entity_key("Orsa Inc.", "ORG")
    ('jk rowling', 'jk rowling', 'orsa')
    """
    folded = fold_name(name)
    if label == "PERSON":
        listed = folded.replace(".", " ").replace(",", " ").split()
        while len(listed) > 1 and listed[0] in _HONORIFICS:
            listed.pop(0)
        words = " ".join(listed)
        return _INITIALS.sub(lambda run: run.group().replace(" ", ""), words) or folded
    if label == "ORG":
        folded = _COMPANY_FORM.sub("", folded) or folded
    if label in {"ORG", *_PLACES}:
        folded = folded.removeprefix("the ") or folded
    return folded


@lru_cache(maxsize=20_000)
def form_of(key: str, label: str) -> NameForm:
    """What a name of this key is.

    >>> form_of("george w bush", "PERSON")
    NameForm(form='long', block='bush', base='george bush', suffix='')
    >>> form_of("von der leyen", "PERSON").form, form_of("xi jinping", "PERSON").block
    ('short', 'xi')
    """
    if label == "ORG":
        is_short = key.isalnum() and len(key) <= 10
        return NameForm("short" if is_short else "other", key, key)
    if label != "PERSON":
        return NameForm("other", key, key)
    words = key.split()
    suffix = words.pop() if len(words) > 1 and words[-1] in _SUFFIXES else ""
    if len(words) < 2 or words[0] in _PARTICLES:
        return NameForm("short", words[-1], key, suffix)
    base = f"{words[0]} {words[-1]}"
    block = words[0] if words[0] in _FAMILY_FIRST else words[-1]
    return NameForm("long" if len(words) > 2 else "full", block, base, suffix)


def may_be_short_for(short: str, full: str) -> bool:
    """Whether a surname is the whole surname of a full name: keys of both.

    >>> may_be_short_for("von der leyen", "ursula von der leyen"), may_be_short_for("leyen", "ursula von der leyen")
    (True, True)
    >>> may_be_short_for("xi", "xi jinping"), may_be_short_for("de castro", "raul castro")
    (True, False)
    """
    words = full.split()
    if words and words[-1] in _SUFFIXES:
        words.pop()
    if words and words[0] in _FAMILY_FIRST and short == words[0]:
        return True
    return f" {' '.join(words)}".endswith(f" {short}") and len(words) > len(short.split())


def differ_in_the_middle(one: str, other: str) -> bool:
    """Whether two names of one base have middle names that cannot be the same: "George W. Bush", "George H. W. Bush".

    >>> differ_in_the_middle("george w bush", "george hw bush"), differ_in_the_middle("john q adams", "john quincy adams")
    (True, False)
    """
    mine, its = _middle(one), _middle(other)
    if not mine or not its:
        return False
    if len(mine) != len(its):
        return True
    return not all(a.startswith(b) or b.startswith(a) for a, b in zip(mine, its, strict=True))


def _middle(key: str) -> list[str]:
    words = [word for word in key.split() if word not in _SUFFIXES]
    return words[1:-1]
