"""Which mentions of an article are one entity: every mention's name, canonical within the article.

"Modi" and "Prime Minister Modi" are Narendra Modi, SCO is its full form, Britain is the United Kingdom. A bare surname
that two people of the article share goes to the one named in full last before it; with neither named yet it stays
by itself. Spans and labels come from `names`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from enrichers.entities.places import gazetteer
from enrichers.entities.spans import Span

_COMPANY_FORM = re.compile(
    r",?\s(?:Inc|Incorporated|Corp|Corporation|Co|Ltd|Limited|LLC|LLP|plc|PLC|AG|SA|S\.A|NV|GmbH|SE)\.?$"
)
_ARTICLE = re.compile(r"[Tt]he\s+(?!Hague\b)(?=\S)")
_SPACE = re.compile(r"\s+")
_ALSO_A_PEOPLE = frozenset({"GPE", "NORP"})


def canonical_names(
    texts: Sequence[str], spans: Sequence[Sequence[Span]], long_by_short: Mapping[str, str]
) -> list[list[str]]:
    """The name of each span, in the shape of `spans`. `long_by_short` are the article's acronyms."""
    plain = [
        [_plain_name(text[span.start : span.end], span.label, long_by_short) for span in row]
        for text, row in zip(texts, spans, strict=True)
    ]
    counts = Counter(name for row in plain for name in row)
    spelling = _best_spellings(counts)
    people = _People(
        spelling[name.casefold()]
        for row, names in zip(spans, plain, strict=True)
        for span, name in zip(row, names, strict=True)
        if span.label == "PERSON"
    )
    return [
        [
            people.name(spelling[name.casefold()])
            if span.label == "PERSON"
            else spelling[name.casefold()]
            for span, name in zip(row, names, strict=True)
        ]
        for row, names in zip(spans, plain, strict=True)
    ]


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


def _plain_name(text: str, label: str, long_by_short: Mapping[str, str]) -> str:
    """The name by itself: without the article, spelled out if an acronym, a listed place under its usual name."""
    name = _SPACE.sub(" ", text)
    if label == "PERSON":
        return name
    place = gazetteer().by_text.get(name) or gazetteer().by_text.get(name.title())
    if place and place.label == label:
        return place.name
    name = _SPACE.sub(" ", long_by_short.get(name, name))
    if label == "WORK_OF_ART":
        return name
    return _ARTICLE.sub("", name, count=1) if _ARTICLE.match(name) else name


def _best_spellings(counts: Counter[str]) -> dict[str, str]:
    """One spelling for the forms that differ in case only, or in a company's form: RUSSIA, "Tesla" and "Tesla Inc."."""
    best: dict[str, str] = {}
    for name in sorted(counts, key=lambda name: (name.isupper(), -counts[name], name)):
        best.setdefault(name.casefold(), name)
    for folded in list(best):
        short = _COMPANY_FORM.sub("", best[folded]).casefold()
        if short != folded and short in best:
            best[folded] = best[short]
    return best


class _People:
    """The people of one article, met in reading order."""

    def __init__(self, names: Iterator[str]) -> None:
        self._fulls_by_part: dict[str, list[str]] = defaultdict(list)
        self._latest_by_part: dict[str, str] = {}
        counts = Counter(name for name in names if " " in name)
        for name in sorted(counts, key=len, reverse=True):
            if name not in self._fulls_by_part:
                for part in _parts(name):
                    self._fulls_by_part[part].append(name)

    def name(self, name: str) -> str:
        """The full name behind `name`, as far as the article has come."""
        fulls = self._fulls_by_part.get(name, [])
        if len(fulls) == 1:
            name = fulls[0]
        elif fulls:
            name = self._latest_by_part.get(name, name)
        for part in _parts(name):
            self._latest_by_part[part] = name
        return name


def _parts(full: str) -> Iterator[str]:
    """What a person of this full name is called for short: each ending of it, the first name, first and last."""
    words = full.split(" ")
    for start in range(1, len(words)):
        yield " ".join(words[start:])
    if len(words) > 1:
        yield words[0]
    if len(words) > 2:
        yield f"{words[0]} {words[-1]}"
