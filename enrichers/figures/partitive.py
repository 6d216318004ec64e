"""The one of a partitive, "one of the soldiers", "one of Acme's oldest shops": it counts one of what the phrase names.

"One of them", "the one of", "one of a kind" and "one of those days" count nothing, and neither does what has no plural within
the grammar's reach. With a bare number behind it, "one of four clinics" is a share, like "two of four".
"""

from __future__ import annotations

import re
from decimal import Decimal

from enrichers.figures.counted import find_noun, whole_of
from enrichers.figures.line import Draft, Line, Token
from enrichers.figures.numbers import Number

PARTITIVE = "partitive"
"""The rule of these counts: no change, no rate, and nothing for a later number to be of."""
_OF = " of "
_THOSE = frozenset({"these", "those"})
_LEADS = _THOSE | {"the", "its", "their", "his", "her", "our", "my", "your", "several", "many"}
_ABOUT = re.compile(
    r"(?:only|just|about|around|some|nearly|almost|over|roughly|at least|more than|fewer than|up to|an estimated) (?=[0-9a-z])"
)
_OWNER_ENDS = re.compile(r"(?:['’]s|(?<=s)['’]) (?=[a-z])")
_RANKED = frozenset(
    {"first", "second", "last", "top", "few", "several", "many", "only", "very", "once", "now", "still", "then"}
    | {"injured", "wounded", "missing", "arrested"}
)  # fmt: skip
_NO_NOUNS = frozenset({"others", "ones"})
_PASSING = frozenset({"days", "nights", "mornings", "weeks", "times", "moments", "things"})
_OTHER_ONES = frozenset(
    {"the", "this", "which", "any", "every", "each", "no", "either", "neither", "not", "never", "t"}
)
_NOT_EVEN = (["not", "even"], ["t", "even"], ["a", "single"])
_EARLIER = frozenset({"the", "a", "an", "that", "this", "every", "each", "same", "one", "last", "next"})  # fmt: skip
_PARTS = frozenset({"game", "round", "match", "race", "heat", "lap", "leg", "set", "book", "test"})


def read_partitive(line: Line, number: Number) -> Draft | None:
    """A count of one, with its noun; None for any other "one"."""
    if number.value != Decimal(1) or not number.spelled or number.scaled:
        return None
    if not line.text.startswith(_OF, number.end) or _is_other_one(line, number):
        return None
    noun = _noun(line, number.end + len(_OF))
    if noun is None:
        return None
    return Draft(
        start=number.start,
        end=number.end,
        kind="count",
        rule=PARTITIVE,
        value=number.value,
        noun=line.text[noun.start : noun.end],
    )


def _is_other_one(line: Line, number: Number) -> bool:
    """As in "every one of", "not one of", "week one of the trial": all, none, or the number of a part."""
    before = line.words_before(number.start, 2)
    if not before:
        return False
    if before[-1] in _OTHER_ONES or before in _NOT_EVEN:
        return True
    sets = line.lexicon.words.sets
    is_part = before[-1] in _PARTS or before[-1] in line.lexicon.time.units
    is_part = is_part or before[-1] in sets["traps.labels"]
    return is_part and (len(before) < 2 or before[0] not in _EARLIER)


def _noun(line: Line, position: int) -> Token | None:
    """The plural of the phrase that begins behind "of"; None where nothing shows that it is a certain whole."""
    first = line.index_at(position)
    if first >= len(line.tokens) or line.tokens[first].start != position:
        return None
    lead, start = line.tokens[first].word, _past_number(line, position)
    is_owned = start > position and not _is_number(line, lead)
    if lead not in _LEADS and not is_owned:
        return None
    noun = find_noun(line, _past_ranks(line, start))
    if noun and (owner := _OWNER_ENDS.match(line.text, noun.end)):
        noun = find_noun(line, owner.end())  # "one of the 12 firms' owners"
    if noun is None or noun.word in _NO_NOUNS or (lead in _THOSE and noun.word in _PASSING):
        return None
    return noun


def _past_ranks(line: Line, position: int) -> int:
    """As in "the first women", "the top 10 schools", "the few countries"."""
    index = line.index_at(position)
    while index < len(line.tokens) and line.tokens[index].word in _RANKED:
        following = line.tokens[index + 1] if index + 1 < len(line.tokens) else None
        if following is None or line.text[line.tokens[index].end : following.start] != " ":
            break
        index = line.index_at(_past_number(line, following.start))
    return line.tokens[index].start if index < len(line.tokens) else position


def _past_number(line: Line, position: int) -> int:
    """Past determiners and an owner, and past a number and what bends it: "the more than 100 firms"."""
    start = whole_of(line, position)
    about = _ABOUT.match(line.text, start)
    if about is None:
        return start
    past = whole_of(line, about.end())
    return past if past > about.end() else start


def _is_number(line: Line, word: str) -> bool:
    numbers = line.lexicon.numbers
    return word.isdigit() or word in numbers.small or word in numbers.tens
