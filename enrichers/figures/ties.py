"""What a figure is of and whom it is about, where the sentence says so in a form that cannot be misread; else both stay empty.

Three forms are believed: "of" and a noun behind the figure ("40% of India's oil"), a flow with its ends ("imports from
Russia reached $60 billion", "$4 billion of exports to Peru"), and a name of two words or more, or in capitals, that opens
the sentence and is followed by its verb ("Acme Steel sold 40,000 tonnes").
"""

from __future__ import annotations

import re

from enrichers.figures.capitals import is_title_case
from enrichers.figures.counted import after_of, find_noun
from enrichers.figures.line import Draft, Line

_OF = frozenset({"money", "percent", "quantity"})
_AMOUNTS = frozenset({"kilogram", "cubic metre", "joule"})
"""SI bases of units that measure stuff: "tonnes of wheat", but not "miles of the border"."""
_KINDS = frozenset({"money", "percent", "quantity", "count", "multiple", "ratio"})
_NAME = r"[A-Z][\w’'-]*(?: [A-Z][\w’'-]*){0,3}"
_FLOWS = frozenset(
    ["imports", "exports", "trade", "sales", "shipments", "aid", "investment", "investments", "loans", "deliveries",
     "purchases", "remittances", "tourism", "inflation", "unemployment", "turnout", "output", "production", "growth"]
)  # fmt: skip
_FLOW = (
    rf"(?:(?P<owner>{_NAME})['’]s? )?(?:[a-z]+ ){{0,2}}(?P<noun>(?i:{'|'.join(sorted(_FLOWS, reverse=True))}))"
    rf" (?:of [a-z]+ )?(?:from|to|with|in|into|between) (?:the )?(?P<end>{_NAME})(?:(?<=.) and (?:the )?(?P<other>{_NAME}))?"
)
_REACHING = r"(?: (?:has|have|had))? [a-z]+(?: [a-z]+ly)?, (?:reaching|hitting|topping|exceeding|totall?ing|amounting to)(?: [a-z]+){0,2}"
_FLOW_BEFORE = re.compile(
    rf"{_FLOW}(?P<rest>(?:(?: [a-z]+){{1,5}}|{_REACHING}) (?:[$€£₹¥]|US\$)?)\Z"
)
_FLOW_AFTER = re.compile(rf" (?:worth )?(?:of |in )?{_FLOW}")
_OWNER = re.compile(rf" of (?P<owner>{_NAME}?)['’]s ")
_OPENING = re.compile(
    r"(?:The )?(?P<name>[A-Z][\w&.-]*(?: (?:of |and |& )?[A-Z][\w&.-]*){0,4})(?: (?:has|have|had|will|also|recently))? (?P<verb>[a-z]+)\b"
)
_CLAUSE = re.compile(r"[,;:–—]| (?:that|which|who|whom|while|when|after|because|as|but|if|whose)\b")
_WORD = re.compile(r"\w*")  # "CO2": digits glued to the noun are its own
_OWNED = re.compile(
    r"(?:The )?(?P<name>[A-Z][\w&.-]*(?: (?:of |and |& )?[A-Z][\w&.-]*){0,3})(?:['’]s|(?<=s)['’])(?P<words>(?: [a-z][a-z-]*){2,7})\b"
)
_ADVERBS = frozenset({"has", "have", "had", "will", "also", "then", "now", "been", "since", "only"})
_STATES = frozenset({"reached", "hit", "stood", "stands", "totalled", "totaled", "surpassed"})
_CHAINED = re.compile(r",?(?: [a-z]+){0,2} (?:to|from)(?: [a-z]+){0,3} (?:[$€£₹¥]|US\$)?")
_WINDOW = 120


def tie(line: Line, sentences: list[tuple[int, int]]) -> None:
    """Set noun and subjects of the figures of a line, where they are still empty."""
    headline = is_title_case(line) if line.drafts else False
    index, before = 0, None
    for draft in line.drafts:
        while index + 1 < len(sentences) and sentences[index + 1][0] <= draft.start:
            index += 1
        if draft.kind not in _KINDS or not sentences:
            continue
        if draft.noun is None and draft.kind in _OF:
            draft.noun = _stuff(line, draft)
        names = [] if headline else _subjects(line, draft, sentences[index])
        draft.subjects = tuple(dict.fromkeys(name for name in names if name))
        if before and not draft.subjects:
            _chain(line, before, draft)
        before = draft


def _chain(line: Line, before: Draft, draft: Draft) -> None:
    """As in "fell 12% to $3 billion", "$65 billion, up from $40 billion": both ends are of the same, and about the same."""
    if not before.subjects or draft.role not in ("to", "from"):
        return
    if _CHAINED.fullmatch(line.text, before.end, draft.start):
        draft.subjects = before.subjects
        draft.noun = draft.noun or (before.noun if draft.kind in _OF else None)


def _stuff(line: Line, draft: Draft) -> str | None:
    """The noun behind "of": of a share, of money, or of a unit that measures stuff."""
    if not line.text.startswith(" of ", draft.end):
        return None
    base = (draft.base_unit or "").partition("/")[0]
    if draft.kind == "quantity" and base not in _AMOUNTS:
        return None
    position = after_of(line, draft.end)
    position = position + 4 if position == draft.end else position
    noun = find_noun(line, position, singular=True)
    if noun is None or noun.word in line.lexicon.words.modifiers:
        return None  # "$3 of the nearly $9"
    match = _WORD.match(line.text, noun.start)
    return match[0] if match else None


def _subjects(line: Line, draft: Draft, sentence: tuple[int, int]) -> list[str]:
    flow = _flow(line, draft, sentence)
    if flow:
        draft.noun = draft.noun or flow["noun"]
        return [flow["owner"] or "", flow["end"], flow["other"] or ""]
    owner = _OWNER.match(line.text, draft.end)
    if owner:
        return [owner["owner"]]
    return [_opening(line, draft, sentence) or _owned(line, draft, sentence)]


def _flow(line: Line, draft: Draft, sentence: tuple[int, int]) -> re.Match[str] | None:
    start = max(sentence[0], draft.start - _WINDOW)
    found = None
    if not _FLOWS.isdisjoint(line.words_after(draft.end, 6)):
        found = _FLOW_AFTER.match(line.text, draft.end)
    if found is None and not _FLOWS.isdisjoint(line.words_before(draft.start, 16)):
        found = _FLOW_BEFORE.search(line.text[start : draft.start])
    if found is None:
        return None
    end = found["end"].split(" ")[0].lower()
    time = line.lexicon.time
    return None if end in time.months or end in time.weekdays else found


def _owned(line: Line, draft: Draft, sentence: tuple[int, int]) -> str:
    """The owner that opens the sentence in "Britain's inflation rate fell to 2%"; what it owns is what the figure is of."""
    if draft.start - sentence[0] > 2 * _WINDOW:
        return ""
    match = _OWNED.match(line.text, sentence[0], draft.start)
    if match is None or draft.start - match.end() > _WINDOW or not line.is_free(*match.span()):
        return ""
    words, sets = match["words"].split(), line.lexicon.words.sets
    verbs = [
        place
        for place, word in enumerate(words)
        if place and (word in line.lexicon.words.change or word in _STATES)
    ]
    if not verbs or _CLAUSE.search(line.text, match.start("words"), draft.start):
        return ""
    name, time = match["name"], line.lexicon.time
    known = {*sets["nouns.stop"], *time.day_words, *time.months, *time.weekdays, "let"}
    if not known.isdisjoint(name.lower().split()):
        return ""
    if any(
        word in time.sets["past"] or word.endswith("ed")
        for word in words[: verbs[0]]
        if word not in _ADVERBS
    ):
        return ""  # "Apple's chief said sales rose 3%"
    owned = [word for word in words[: verbs[0]] if word not in _ADVERBS and word[-2:] != "ly"]
    if draft.noun is None and draft.kind in _OF and owned:
        draft.noun = owned[-1]
    return name


def _opening(line: Line, draft: Draft, sentence: tuple[int, int]) -> str:
    """The name that opens the sentence, if its verb comes next and no clause begins before the figure."""
    if draft.start - sentence[0] > 2 * _WINDOW:
        return ""
    match = _OPENING.match(line.text, sentence[0], draft.start)
    if match is None or draft.start - match.end() > _WINDOW:
        return ""
    if _CLAUSE.search(line.text, match.end(), draft.start):
        return ""
    name, verb = match["name"], match["verb"]
    words, sets = line.lexicon.words, line.lexicon.words.sets
    is_verb = verb in words.change or verb in sets["nouns.verbs"] or verb in sets["ties.verbs"]
    parts = name.lower().split()
    is_name = len(parts) > 1 or (name.isupper() and len(name) > 1)
    time = line.lexicon.time
    is_time = any(p in time.months or p in time.weekdays or p in sets["nouns.stop"] for p in parts)
    return name if is_verb and is_name and not is_time and line.is_free(*match.span()) else ""
