"""Numbers spelled out in words: "three thousand nine hundred and sixty-five", "half a million", "tens of thousands"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from enrichers.figures.lexicon import NumberWords
from enrichers.figures.line import Line, Token

_GREATEST = Decimal("1e30")  # past it a run of scale words is no number, and its digits have no end
_PARTS = 5  # words
_JOINERS = (" ", "-", "‐", "‑", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelled:
    """A number in words; vague ones ("dozens") have no value but a low and a high."""

    start: int
    end: int
    value: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None
    scaled: bool = False
    scale: Decimal = Decimal(1)


@dataclass(slots=True)
class _Reader:
    """Reads a run of tokens that stand one blank or hyphen apart, left to right."""

    line: Line
    words: NumberWords
    index: int
    total: Decimal = Decimal(0)
    current: Decimal | None = None
    last_scale: Decimal | None = None
    end: int = 0

    def token(self, ahead: int = 0) -> Token | None:
        position = self.index + ahead
        if position >= len(self.line.tokens):
            return None
        token = self.line.tokens[position]
        if (
            self.end
            and position == self.index
            and self.line.text[self.end : token.start] not in _JOINERS
        ):
            return None
        return token

    def word(self, ahead: int = 0) -> str:
        token = self.token(ahead)
        return token.word if token else ""

    def step(self, count: int = 1) -> None:
        self.index += count
        self.end = self.line.tokens[self.index - 1].end

    def value(self) -> Decimal:
        return self.total + (self.current or 0)

    def read(self) -> bool:
        """Consume the longest grammatical number; tell whether there was one."""
        while self._small() or self._scale() or self._and():
            pass
        return self.end > 0

    def _small(self) -> bool:
        word = self.word()
        value = self.words.tens.get(word)
        units = self.words.small.get(self.word(1)) if value else None
        if value is None:
            value, units = self.words.small.get(word), None
        if value is None or not self._may_add(value):
            return False
        count = 1
        if units and units < 10 and self._joined(1):
            value, count = value + units, 2
        self.current = (self.current or Decimal(0)) + value
        self.step(count)
        return True

    def _joined(self, ahead: int) -> bool:
        here, there = self.line.tokens[self.index + ahead - 1], self.line.tokens[self.index + ahead]
        return self.line.text[here.end : there.start] in (" ", "-", "‐", "‑")

    def _may_add(self, value: int) -> bool:
        """A part below one hundred may follow only a hundred or a higher scale."""
        if self.current is None:
            return self.last_scale is None or (self.last_scale >= 100 and value > 0)
        return self.current % 100 == 0 and self.current > 0 and value > 0

    def _scale(self) -> bool:
        scale = self.words.scales.get(self.word())
        if scale is None or self.value() == 0 or self.value() > _GREATEST:
            return False
        if scale == 100 and self.current is not None and self.current < 100:
            self.current *= 100
        elif self.current is not None:
            self.total, self.current = self.total + self.current * scale, None
        elif self.last_scale is not None:
            self.total *= scale
        else:
            return False
        self.last_scale = scale
        self.step()
        return True

    def _and(self) -> bool:
        """As in "two hundred and six": 'and' goes on only after a hundred or more, and only to something smaller."""
        if self.word() != "and" or self.last_scale is None or self.last_scale < 100:
            return False
        following = (
            self.line.tokens[self.index + 1].word if self.index + 1 < len(self.line.tokens) else ""
        )
        value = self.words.small.get(following) or self.words.tens.get(following)
        if value is None or not self._may_add(value):
            return False
        self.step()
        return self._small()


def read_spelled(line: Line, index: int) -> Spelled | None:
    """The number in words whose first token is `index`; None if there is none."""
    words, word = line.lexicon.numbers, line.tokens[index].word
    if word in words.plural_scales and word not in words.scales:
        return _read_plural(line, index)
    if word in ("several", "few"):
        return _read_several(line, index)
    if word in ("half", "quarter", "a", "an"):
        return _read_with_article(line, index)
    parts = _read_parts(line, index)
    if parts:
        return parts
    reader = _Reader(line, words, index)
    if not reader.read():
        return None
    return _finish(reader, line.tokens[index].start)


def _finish(reader: _Reader, start: int) -> Spelled:
    """As in "two and a half (million)": the fraction, then the scale once more."""
    value, end, scaled = reader.value(), reader.end, reader.last_scale is not None
    tail = [
        reader.word(),
        *(t.word for t in reader.line.tokens[reader.index + 1 : reader.index + 4]),
    ]
    add = {"and a half": "0.5", "and a quarter": "0.25"}.get(" ".join(tail[:3]))
    if add and not scaled:
        value, end = value + Decimal(add), reader.line.tokens[reader.index + 2].end
        scale = reader.words.scales.get(tail[3] if len(tail) > 3 else "")
        if scale:
            value, end, scaled = value * scale, reader.line.tokens[reader.index + 3].end, True
    elif add and tail[0] and reader.last_scale is not None:
        value, end = (
            value + Decimal(add) * reader.last_scale,
            reader.line.tokens[reader.index + 2].end,
        )
    last = reader.line.tokens[reader.line.index_at(end) - 1].word
    scale = reader.words.scales.get(last, reader.last_scale or Decimal(1))
    return Spelled(
        start=start,
        end=end,
        value=value,
        scaled=scaled,
        scale=scale if scale >= 1000 else Decimal(1),
    )


def _read_with_article(line: Line, index: int) -> Spelled | None:
    """As in "a hundred", "half a million", "a quarter of a million", "half million"."""
    scales, tokens = line.lexicon.numbers.scales, line.tokens[index : index + 6]
    names = [token.word for token in tokens]
    if names[0] in ("a", "an") and len(names) > 1 and names[1] in scales:
        return _scaled_article(line, index)
    if names[:2] == ["a", "few"]:
        few = _read_several(line, index + 1)
        return replace(few, start=tokens[0].start) if few else None
    factor, used = _article_fraction(names)
    if not used or used >= len(names) or names[used] not in scales:
        return None
    value = factor * scales[names[used]]
    return Spelled(start=tokens[0].start, end=tokens[used].end, value=value, scaled=True)


def _article_fraction(names: Sequence[str]) -> tuple[Decimal, int]:
    """The fraction before a scale and how many words it takes, so "quarter of a" is (0.25, 3)."""
    skip = 1 if names[0] in ("a", "an") else 0
    factor = {"half": Decimal("0.5"), "quarter": Decimal("0.25")}.get(
        names[skip] if len(names) > skip else ""
    )
    if factor is None:
        return Decimal(0), 0
    used = skip + 1
    for link in (["of", "a"], ["a"]):
        if list(names[used : used + len(link)]) == link:
            return factor, used + len(link)
    return factor, used


def _scaled_article(line: Line, index: int) -> Spelled:
    """As in "a hundred and fifty thousand" is read as "one hundred and fifty thousand"."""
    reader = _Reader(
        line, line.lexicon.numbers, index + 1, current=Decimal(1), end=line.tokens[index].end
    )
    reader.read()
    return _finish(reader, line.tokens[index].start)


def _read_parts(line: Line, index: int) -> Spelled | None:
    """As in "three-quarters of a million", "two thirds of a billion"."""
    numbers, tokens = line.lexicon.numbers, line.tokens[index : index + 5]
    names = [token.word for token in tokens]
    if len(names) < _PARTS or names[2:4] != ["of", "a"] or names[4] not in numbers.scales:
        return None
    top, bottom = numbers.small.get(names[0], 0), numbers.fractions.get(names[1], 0)
    if not 1 < top < bottom or line.text[tokens[0].end : tokens[1].start] not in (" ", "-"):
        return None
    value = numbers.scales[names[4]] * top / bottom
    return Spelled(start=tokens[0].start, end=tokens[4].end, value=value, scaled=True)


def _read_plural(line: Line, index: int) -> Spelled | None:
    """As in "thousands", "tens of thousands", "hundreds of millions": from the scale up to ten times it."""
    plural, tokens = line.lexicon.numbers.plural_scales, line.tokens[index : index + 5]
    value, end = plural[tokens[0].word], tokens[0].end
    names = [token.word for token in tokens]
    if len(names) > 2 and names[1] == "of" and names[2] in plural:
        value, end = value * plural[names[2]], tokens[2].end
    elif names[0] in ("tens", "scores") and names[1:2] != ["of"]:
        return None
    return Spelled(
        start=tokens[0].start, end=end, value=None, low=value, high=value * 10, scaled=True
    )


def _read_several(line: Line, index: int) -> Spelled | None:
    """As in "several hundred", "a few thousand": from two to ten times the scale."""
    tokens = line.tokens[index : index + 2]
    scale = line.lexicon.numbers.scales.get(tokens[1].word) if len(tokens) > 1 else None
    if scale is None or scale == 12:
        return None
    return Spelled(
        start=tokens[0].start,
        end=tokens[1].end,
        value=None,
        low=scale * 2,
        high=scale * 10,
        scaled=True,
    )
