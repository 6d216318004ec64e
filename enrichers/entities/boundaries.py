"""Where a name begins and ends: what a tagger swallows around it (titles, possessives, quotes, headline verbs) is cut.

Which label the name has in the article is for `names`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from enrichers.entities.places import word_list
from enrichers.entities.spans import Span

_TITLE_WORDS = (
    "Acting|Actor|Actress|Adm|Air|Admiral|Alderman|Ambassador|Analyst|Archbishop|Assistant|Associate|Attorney|Auntie|Ayatollah|Baroness|"
    "Bishop|Brigadier|Capt|Captain|Cardinal|CEO|Chairman|Chairperson|Chairwoman|Chancellor|Chef|Chief|Coach|Col|Colonel|"
    "Columnist|Commander|Commissioner|Comrade|Congressman|Congresswoman|Constable|Corporal|Cllr|Councillor|Councilman|"
    "Councilwoman|Crown|Dame|Deputy|Det|Detective|Director|DP|Dr|Economist|Emir|Emperor|Engr|Father|Field|First|Foreign|"
    "Former|Gen|General|Gov|Governor|Hon|Imam|Inspector|Judge|Justice|King|Lady|Lawmaker|Lieutenant|Lord|Lt|Magistrate|"
    "Maj|Major|Manager|Mayor|Minister|Miss|Mr|Mrs|Ms|Officer|Pope|Premier|President|Prime|Prince|Princess|Prof|Professor|"
    "Queen|Rabbi|Rep|Representative|Researcher|Rev|Reverend|Sec|Secretary|Sen|Senator|Sergeant|Sgt|Sheikh|Sheriff|Sir|"
    "Sister|Speaker|Spokesman|Spokesperson|Spokeswoman|Striker|Sub|Sultan|Superintendent|Supt|Taoiseach|Tsar|Uncle|"
    "Undersecretary|Vice|Warden|Author|HH|His|Her|Excellency|Highness|Majesty|Royal|Hon|Honourable|HRH|Amir|"
    "Co-founder|Cofounder|Founder|Lawyer|Marshal|MP|PM|Presidential|Ranger|Ruler|Shri|Singer|Starring|Solicitor|Midfielder"
)
TITLE = re.compile(rf"(?:{_TITLE_WORDS})\b\.?(?:\s?-\s?(?=[A-Z])|\s+)")
TITLE_BEFORE = re.compile(
    rf"\b(?:{_TITLE_WORDS}|president|chancellor|professor|actor|actress|singer|author|coach|analyst|chef|spokesman|"
    r"spokeswoman|spokesperson|economist|lawyer|writer|director|captain|midfielder|striker|minister|senator|mayor|"
    r"brother|sister|wife|husband|daughter|son|named)\.?\s+$"
)
_NOT_A_PERSON_AFTER = re.compile(r"(?:of|for|and|to)\b")
_LEADING = re.compile(r"(?:[\s\"'“”‘’«»„(\[{*•·–—,.:;!?/|-]+|(?:[Tt]he|[Aa]n?)\s+(?=\S))")
_TRAILING = re.compile(r"(?:['’]\s?s|['’]|[\s\"“”‘«»„,;:!?*•·–—\[({/|&-]+|\.{2,})$", re.IGNORECASE)
_KEPT_ARTICLE = re.compile(r"The\s+(?:Hague|Gambia|Bahamas)\b")
_DOTTED_END = re.compile(
    r"(?:\b(?:[A-Z]\.\s?)*[A-Z]|\b(?:Inc|Corp|Co|Ltd|Bros|Jr|Sr|St|Cos|No|Mt))\.$"
)
_HEADLINE_VERB = (
    "Accuses|Announces|Arrives|Asks|Backs|Bans|Becomes|Begins|Blames|Calls|Claims|Confirms|Cuts|Defends|Denies|Dies|"
    "Embarks|Ends|Faces|Fires|Gets|Gives|Goes|Heads|Hits|Holds|Joins|Launches|Leads|Leaves|Loses|Makes|Meets|Names|"
    "Offers|Opens|Orders|Pays|Plans|Pledges|Praises|Promises|Pushes|Quits|Raises|Reports|Resigns|Returns|Reveals|Rises|"
    "Says|Seeks|Sees|Sends|Sets|Shows|Signs|Slams|Speaks|Starts|Stops|Sues|Takes|Talks|Tells|Threatens|Tops|Tours|"
    "Unveils|Urges|Visits|Vows|Wants|Warns|Wins"
)
_SWALLOWED = re.compile(
    rf"\s+(?:{_HEADLINE_VERB}|Will|Is|Was|Has|And|To|In|At|Of|On|For|[0-9]{{1,2}}[-–][0-9]{{1,2}},?)(?:\s.*)?$"
)
_LEADING_VERB = re.compile(
    r"(?:Meet|Meets|Why|How|When|What|Says|In|At|On|As|With|After|From|Will|Is|If|But|And)\s+(?=[A-Z])"
)
_OWNER = re.compile(r"^.{1,40}?['’]\s?s\s+(?=[A-Z])")


_LONGEST = 200
_QUOTED = frozenset({"WORK_OF_ART", "EVENT", "LAW"})
_ONLY_TITLES = re.compile(rf"(?:(?:{_TITLE_WORDS})\.?(?:\s|$))+")
_OWNED = re.compile(r"['’]\s?s\s+[a-z]")
"""After it the name is over: "Odinga’s campaign team"."""
_GENERIC = word_list("generic_words")
"""Words that a tagger takes for names and that name nobody: "the Company", "the CEO". Congress and Parliament are names."""


_BREAK = re.compile(r"\s*\n\s*|\s*[(\[|;]\s*|:\s+|\s+[–—/]\s+|\s--?\s-\s")
_BREAK_OF_PEOPLE = re.compile(_BREAK.pattern + r"|\s+(?:and|und|y|et|&)\s+|\s*,\s+(?!Jr|Sr)")


def is_title(word: str) -> bool:
    """Whether a word is a title or says nothing about whose name it stands in: "Minister", "Company".

    >>> is_title("Minister"), is_title("Modi")
    (True, False)
    """
    return word in _GENERIC or TITLE.fullmatch(f"{word} ") is not None


def pieces(text: str, span: Span) -> Iterator[Span]:
    """The names in one span of the tagger: two people joined by "and", a full form and its acronym in brackets.

    >>> text = "Shanghai Cooperation Organization (SCO)"
    >>> [text[span.start : span.end] for span in pieces(text, Span(0, 39, "ORG"))]
    ['Shanghai Cooperation Organization', 'SCO']
    """
    if span.end - span.start > _LONGEST:
        return
    start = span.start
    inside = text[span.start : span.end]
    if span.label not in _QUOTED or inside.count("(") != inside.count(")"):
        pattern = _BREAK_OF_PEOPLE if span.label == "PERSON" else _BREAK
        for found in pattern.finditer(text, span.start, span.end):
            yield from _trimmed(text, Span(start, found.start(), span.label))
            start = found.end()
    yield from _trimmed(text, Span(start, span.end, span.label))


def _trimmed(text: str, span: Span) -> Iterator[Span]:
    trimmed = trim(text, span)
    if trimmed:
        yield trimmed


def trim(text: str, span: Span) -> Span | None:
    """The name alone, or None where nothing that can be a name is left.

    >>> text = "“The Prime Minister Modi Makes"
    >>> span = trim(text, Span(0, 30, "PERSON")); span and text[span.start : span.end]
    'Modi'
    """
    start, end, label = span
    start, end = _strip(text, start, end)
    if label not in _QUOTED:
        owned = _OWNED.search(text, start, end)
        end = owned.start() if owned and owned.start() > start else end
    if label in {"PERSON", "ORG", "GPE"}:
        start, end, label = _strip_titles(text, start, end, label)
    if label == "PERSON":
        start, end = _strip_person(text, start, end)
    if end <= start or not _can_be_name(text[start:end]):
        return None
    return Span(start, end, label)


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    """Without quotes, brackets, articles, possessives and trailing punctuation, outside in, until nothing changes."""
    before = (-1, -1)
    while before != (start, end) and start < end:
        before = (start, end)
        if not _KEPT_ARTICLE.match(text, start, end):
            leading = _LEADING.match(text, start, end)
            start = leading.end() if leading else start
        piece = text[start:end]
        trailing = _TRAILING.search(piece)
        if trailing:
            end = start + trailing.start()
        elif (
            piece.endswith(("]", ")", "}")) and not any(opening in piece for opening in "([{")
        ) or (piece.endswith(".") and not _DOTTED_END.search(piece)):
            end -= 1
    return start, end


def _strip_titles(text: str, start: int, end: int, label: str) -> tuple[int, int, str]:
    """Without the titles in front. An organisation or a place that began with a title and goes on as a name is a person."""
    first = start
    title = TITLE.match(text, start, end)
    while title and title.end() < end:
        if _NOT_A_PERSON_AFTER.match(text, title.end()):
            return first, end, label
        start = title.end()
        title = TITLE.match(text, start, end)
    if start == first or label == "PERSON":
        return start, end, label
    words = text[start:end].split()
    if len(words) <= 3 and all(word[0].isupper() for word in words):
        return start, end, label
    return first, end, label


def _strip_person(text: str, start: int, end: int) -> tuple[int, int]:
    """A person's name without the owner before it ("India’s Modi") and the headline's verb or a score after it."""
    owner = _OWNER.match(text[start:end])
    if owner:
        start, end, _ = _strip_titles(text, start + owner.end(), end, "PERSON")
    leading = _LEADING_VERB.match(text, start, end)
    if leading:
        start = leading.end()
    swallowed = _SWALLOWED.search(text[start:end])
    return start, start + swallowed.start() if swallowed else end


def _can_be_name(name: str) -> bool:
    if len(name) < 2 or name in _GENERIC or _ONLY_TITLES.fullmatch(name):
        return False
    return any(char.isupper() or char.isdigit() for char in name) and any(map(str.isalpha, name))
