"""Counts: a number and the head noun of what is counted, found by rule, without a tagger.

The head is the last of the first run of plurals after the number; before it stand adjectives, nationalities,
participles and nouns used as adjectives, which need no list because English marks the head by its ending.
"""

from __future__ import annotations

import re
from decimal import Decimal

from enrichers.figures.line import Draft, Line, Token
from enrichers.figures.numbers import Number
from enrichers.figures.singular_heads import (
    leads_a_singular,
    singular_head,
)

_REACH = 8
_AGED = re.compile(
    r" (?:[a-z]+-(?:year|month|week|day)-old|[0-9][0-9.,]{0,11}-[a-z]{2,12}(?:-old)?)(?= )"
)  # "two 14-year-old boys", "two 500-pound bombs"
_INITIALS = re.compile(r" ?(?:[A-Z]\.){2,4}(?= [^\W\d_])")  # "three U.S. troops"
_PRICED = re.compile(r"(?:[a-z]+ )?(?:US)?[$£€][0-9][0-9.,]{0,9} ")
_OR_TWO = re.compile(r"\b(?:an?|another) (?P<noun>[a-z]{3,16}) or \Z")  # "a sibling or two"
_NO_NOUNS = frozenset({"strong", "odd", "ish", "something", "plus", "fold", "time"})
_DETERMINERS = frozenset(
    {"the", "its", "their", "his", "her", "our", "my", "your", "this", "that", "these", "those"}
    | {"all", "such", "as"}
)
_STATES = frozenset({"states", "nations"})  # counted too, but for the United ones
_BESIDES = re.compile(
    r" or (?:so|more|fewer|less)(?= )| (?:more|fewer|less|additional|extra|plus)(?= [a-z])"
)


def is_plural(line: Line, word: str) -> bool:
    """Whether a folded word looks like a plural noun."""
    sets = line.lexicon.words.sets
    if word in sets["nouns.irregular"]:
        return True
    return (
        len(word) > 3
        and word.endswith("s")
        and not word.endswith(("ss", "us", "is", "’s", "'s"))
        and word not in sets["nouns.not_plural"]
    )


def find_noun(
    line: Line, position: int, *, singular: bool = False, one: bool = False
) -> Token | None:
    """The head noun of the phrase that begins at `position`; a singular too, and for one of a thing nothing else."""
    skipped = _INITIALS.match(line.text, position) or _AGED.match(line.text, position)
    position = skipped.end() if skipped else position
    index = line.index_at(position)
    seen: list[Token] = []
    for offset in range(index, min(index + _REACH, len(line.tokens))):
        token = line.tokens[offset]
        if not _goes_on(line, token, seen, position, offset):
            break
        if token.word in ("and", ","):
            continue
        if token.word == "such" and not seen:  # "the fifth such attack"
            position = token.end
            continue
        if _ends(line, offset, seen) or (one and _ends_one(line, token)):
            break
        if (
            _is_counted(line, token, seen)
            and not _is_modifying(line, offset)
            and not (one and leads_a_singular(line, offset))
        ):
            return token
        seen.append(token)
    return singular_head(line, seen, singular=singular or one)


def _ends(line: Line, offset: int, seen: list[Token]) -> bool:
    """Whether the phrase is over before this word: "a second round | of talks", "12 people | in"."""
    token = line.tokens[offset]
    if _is_glued(line, token, seen):
        return False
    if token.word == "of" and seen:
        return True
    if token.word in line.lexicon.words.sets["nouns.stop"]:
        return not _is_name_like(line, token, seen)
    return _is_plural_verb(line, offset, seen) or (bool(seen) and _begins_a_date(line, offset))


def _is_glued(line: Line, token: Token, seen: list[Token]) -> bool:
    """As the "after" of "sought-after players", the "up" of "up-and-coming bands"."""
    if seen and line.text[token.start - 1] == "-":
        return True
    following = line.text[token.end : token.end + 2]
    return following[:1] == "-" and following[1:].isalpha()


def _ends_one(line: Line, token: Token) -> bool:
    """As in "with one hand, | opening new doors", "one player | thinks": a single thing has no plural."""
    sets = line.lexicon.words.sets
    is_kept = token.word in sets["nouns.irregular"] or token.word in sets["nouns.modifying"]
    return token.word == "," or (is_plural(line, token.word) and not is_kept)


def _begins_a_date(line: Line, offset: int) -> bool:
    """As in "40 tonnes of wheat | last year", "one vote | Monday"."""
    token, time = line.tokens[offset], line.lexicon.time
    shown = line.text[token.start : token.end]
    if token.word in time.day_words or (token.word in time.weekdays and shown[0].isupper()):
        return True
    following = line.words_after(token.end, 1)
    leads = token.word in time.sets["last"] | time.sets["this"] | time.sets["next"]
    return leads and bool(following) and following[0] in time.units


def _is_counted(line: Line, token: Token, seen: list[Token]) -> bool:
    if token.word in _STATES:
        return not seen or seen[-1].word != "united"
    return is_plural(line, token.word) or _is_initials(line, token)


def _is_initials(line: Line, token: Token) -> bool:
    """As in "12 MPs", "2 TDs"."""
    shown = line.text[token.start : token.end]
    return len(shown) > 2 and shown.endswith("s") and shown[:-1].isupper()


def _goes_on(line: Line, token: Token, seen: list[Token], position: int, offset: int) -> bool:
    """Blanks and hyphens join a phrase; "and" or a comma only between two words of it."""
    before = line.tokens[offset - 1].end if seen else position
    gap = line.text[before : token.start]
    if gap == " -" and token.word[0].isdigit():  # "COVID -19 tests"
        gap = "-"
    if gap not in ("", " ", "-", " “", ' "', " ‘", "\u00a0"):
        return False
    if token.word in ("and", ","):
        return (bool(seen) and token.word not in (",",)) or (len(seen) == 1 and token.word == ",")
    if token.word[0].isdigit():
        return bool(seen) and line.text[seen[-1].start].isupper()
    return token.word[0].isalpha()


def _is_name_like(line: Line, token: Token, seen: list[Token]) -> bool:
    """As in "US" and "Model S" are no pronoun and no possessive."""
    shown = line.text[token.start : token.end]
    return shown.isupper() and (
        len(shown) > 1 or (bool(seen) and line.text[seen[-1].start].isupper())
    )


def _is_plural_verb(line: Line, offset: int, seen: list[Token]) -> bool:
    """As in "the population lives in": a noun before it and a preposition after it make it a verb."""
    token, words = line.tokens[offset], line.lexicon.words.sets
    if not seen or token.word not in words["nouns.verbs"] or not is_plural(line, token.word):
        return False
    following = line.words_after(token.end, 1)
    return bool(following) and following[0] in words["nouns.prepositions"]


def _is_modifying(line: Line, offset: int) -> bool:
    """A plural that itself describes a plural ("sports clubs", "sales managers")."""
    if offset + 1 >= len(line.tokens):
        return False
    token, following = line.tokens[offset], line.tokens[offset + 1]
    if line.text[token.end : following.start] != " ":
        return line.text[token.end : following.start] == "-"  # "dues-paying members"
    words = line.lexicon.words.sets
    return token.word in words["nouns.modifying"] and is_plural(line, following.word)


def read_count(line: Line, number: Number) -> Draft:
    """A count of the noun that follows, or a bare number where none does."""
    number = _with_thousands(line, number)
    if line.text[number.end : number.end + 1] == "-":
        return _compound(line, number)
    besides = _BESIDES.match(line.text, number.end)
    position = after_of(line, besides.end() if besides else number.end)
    if line.words_before(number.start, 2)[-1:] == ["magnitude"] or line.words_before(
        number.start, 2
    ) == ["magnitude", "of"]:
        return Draft(
            start=number.start,
            end=number.end,
            kind="quantity",
            rule="quantity",
            value=number.value,
            unit="magnitude",
        )
    lead = line.words_before(number.start, 1)
    attributive = lead in (["a"], ["an"]) or (lead == ["the"] and not number.spelled)
    of_many = number.vague and position != number.end  # "hundreds of Rohingya"
    priced = _PRICED.match(line.text, position) if of_many else None  # "millions of rare $1 bills"
    or_two = _OR_TWO.search(line.text, max(0, number.start - 24), number.start)
    if or_two and number.spelled and position == number.end:
        return _one_or(line, number, or_two)
    noun = find_noun(
        line,
        priced.end() if priced else position,
        singular=attributive or of_many or number.value == 1,
        one=number.value == 1 and number.spelled,  # "1 innings"
    )
    return _draft(number, (noun.start, noun.end) if noun else None, line)


def _draft(number: Number, noun: tuple[int, int] | None, line: Line) -> Draft:
    is_whole = number.value is None or number.value == number.value.to_integral_value()
    return Draft(
        start=number.start,
        end=number.end,
        kind="count" if is_whole or noun else "quantity",
        rule="count" if noun else "bare_number",
        value=number.value,
        low=number.low,
        high=number.high,
        modifier="vague" if number.vague else "exact",
        noun=line.text[slice(*noun)] if noun else None,
    )


def _one_or(line: Line, number: Number, match: re.Match[str]) -> Draft:
    """As in "a question or two", "a week or two"."""
    unit = line.lexicon.time.units.get(match["noun"])
    draft = _draft(number, match.span("noun"), line)
    if unit is not None:
        draft.start, draft.kind, draft.rule = match.start(), "duration", "duration_range"
        draft.value, draft.low, draft.high = None, Decimal(1), number.value
        draft.modifier, draft.unit, draft.noun = "range", unit, None
    return draft


def _compound(line: Line, number: Number) -> Draft:
    """As in "a 300-seat hall", "six-speed": the noun is the one behind the hyphen."""
    index = line.index_at(number.end)
    token = line.tokens[index] if index < len(line.tokens) else None
    glued = token is not None and token.start == number.end + 1 and token.word[0].isalpha()
    if token and glued and token.word in ("odd", "plus", "ish"):  # "40-plus nations"
        token = find_noun(line, token.end)
    return Draft(
        start=number.start,
        end=number.end,
        kind="count",
        rule="compound" if glued else "bare_number",
        value=number.value,
        low=number.low,
        high=number.high,
        modifier="vague" if number.vague else "exact",
        noun=line.text[token.start : token.end]
        if token and glued and token.word not in _NO_NOUNS
        else None,
    )


def after_of(line: Line, position: int) -> int:
    """Where the counted phrase begins: after "of the" in "20 of the soldiers", "of Brown's" in "two of Brown's aides"."""
    return whole_of(line, position) if line.text.startswith(" of ", position) else position


def whole_of(line: Line, position: int) -> int:
    """Where the phrase for the whole begins: "of the state's schools", "the 40 schools", "its schools"."""
    index = line.index_at(position)
    if line.text.startswith(" of ", position):
        index += 1
    while index < len(line.tokens) and line.tokens[index].word in _DETERMINERS:
        index += 1
    index = _after_number(line, _after_owner(line, index))
    return line.tokens[index].start if index < len(line.tokens) else position


def _after_number(line: Line, index: int) -> int:
    """As in "3 of the 27 member states", "1,000 of its 8,000 jobs", "two of the three hostages"."""
    numbers, start = line.lexicon.numbers, index
    for token in line.tokens[start : start + _REACH]:
        word = token.word
        grouped = word == "," and index > start and line.tokens[index - 1].word.isdigit()
        if not (grouped or word.isdigit() or word in numbers.small or word in numbers.tens):
            break
        index += 1
    return index


def _after_owner(line: Line, index: int) -> int:
    """The token after a possessor of up to three words: "Anna Brown's", "the country's", "the brothers'"."""
    for offset in range(index, min(index + 3, len(line.tokens) - 1)):
        token, following = line.tokens[offset], line.tokens[offset + 1]
        is_stop = token.word in line.lexicon.words.sets["nouns.stop"]
        if not token.word[0].isalpha() or (is_stop and line.text[token.start].islower()):
            break
        gap = line.text[token.end : following.start]
        if following.word == "s" and gap in ("'", "’"):
            return offset + 2
        if token.word.endswith("s") and gap in ("' ", "’ ") and following.word[0].isalpha():
            return offset + 1
        if gap != " ":
            break
    return index


def _with_thousands(line: Line, number: Number) -> Number:
    """Outside money a glued letter is a scale, but for t, which is a tonne."""
    following = line.text[number.mark_end : number.mark_end + 1]
    if number.mark is None or line.text[number.mark_end - 1] in "tT" or following == "/":
        return number
    return number.with_mark()
