"""Which articles a query with operators finds, exactly: sets of articles, each term's from the full-text index.

A term of the text may stand in any row of the article that the filters leave (title, summary, paragraph); what a NOT names
may stand nowhere in it. Words are compared by their stems, as everywhere in words mode; a prefix by the words themselves.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import product

import numpy as np
from numpy.typing import NDArray

from schemas.article import TITLE_ROW
from schemas.filters import Filters
from storage.filters import ROWS, Conditions, row_conditions
from storage.query_language import Either, Every, Near, Node, Not, Term, leaves_of
from storage.values import dump, load
from storage.words import fold_text, split_words, stems_of

Ids = NDArray[np.int64]
_FTS = f"paragraphs_fts JOIN {ROWS.replace('paragraphs p', 'paragraphs p ON p.id = paragraphs_fts.rowid', 1)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BooleanQuery:
    """A parsed query over an open file."""

    connection: sqlite3.Connection
    node: Node
    filters: Filters
    languages: Sequence[str | None]

    def article_ids(self) -> Ids:
        """All articles it finds, in order; each has a row that the filters leave."""
        rows = row_conditions(self.filters, self.connection)
        found = self._articles(self.node, rows)
        if self.filters == _of_articles(self.filters):
            return found
        return np.intersect1d(found, self._all(rows))

    def ranked_by(self) -> str | None:
        """The full-text expression of all that an article is to have; None where that is no word of the text."""
        terms = [leaf for leaf in leaves_of(self.node) if leaf.field != "author"]
        return _any_of([self._expression(leaf) for leaf in terms]) or None

    def stems(self) -> list[list[str]]:
        """For each word that an article is to have, its stems: what is marked in a hit."""
        return [
            list(dict.fromkeys(stem for language in self.languages for stem in stems_of([word], language)))
            for leaf in leaves_of(self.node)
            if leaf.field != "author"
            for term in (leaf.terms if isinstance(leaf, Near) else (leaf,))
            for word in term.words
        ]  # fmt: skip

    def _articles(self, node: Node, rows: Conditions) -> Ids:
        if isinstance(node, (Term, Near)):
            return self._of_leaf(node, rows)
        if isinstance(node, Every):
            return self._of_every(node, rows)
        if isinstance(node, Not):
            return np.setdiff1d(self._all(rows), self._without_row_filters(node.part))
        return self._of_either(node, rows)

    def _of_every(self, node: Every, rows: Conditions) -> Ids:
        wanted = [part for part in node.parts if not isinstance(part, Not)]
        unwanted = [part.part for part in node.parts if isinstance(part, Not)]
        found = [self._articles(part, rows) for part in wanted] or [self._all(rows)]
        left: Ids = reduce(np.intersect1d, found)
        for part in unwanted:
            left = np.setdiff1d(left, self._without_row_filters(part))
        return left

    def _of_either(self, node: Either, rows: Conditions) -> Ids:
        """One question for all alternatives that are words: a list may have hundreds."""
        together = [
            part
            for part in node.parts
            if isinstance(part, (Term, Near))
            and part.field is None
            and not (isinstance(part, Term) and part.is_prefix)
        ]
        found = [self._articles(part, rows) for part in node.parts if part not in together]
        if together:
            found.append(self._matching(_any_of(map(self._expression, together)), rows))
        return reduce(np.union1d, found)

    def _without_row_filters(self, node: Node) -> Ids:
        return self._articles(node, row_conditions(_of_articles(self.filters)))

    def _of_leaf(self, leaf: Term | Near, rows: Conditions) -> Ids:
        if leaf.field == "author":
            return self._by_author(leaf, rows)
        if leaf.field == "title":
            rows = row_conditions(_of_articles(self.filters))
            rows.add("p.n = ?", TITLE_ROW)
        if isinstance(leaf, Term) and leaf.is_prefix:
            return self._by_prefix(leaf, rows)
        return self._matching(self._expression(leaf), rows)

    def _matching(self, expression: str, rows: Conditions) -> Ids:
        found = self.connection.execute(
            f"SELECT DISTINCT r.article_id FROM {_FTS} WHERE paragraphs_fts MATCH ? AND {rows.sql}",
            (expression, *rows.values),
        )
        return _ids(row[0] for row in found)

    def _by_prefix(self, term: Term, rows: Conditions) -> Ids:
        """The index has stems, which may end before the prefix does: rows that may hold the word are read."""
        found: set[int] = set()
        for article_id, text in self.connection.execute(
            f"SELECT r.article_id, p.text FROM {_FTS} WHERE paragraphs_fts MATCH ? AND {rows.sql}",
            (self._expression(term), *rows.values),
        ):
            if article_id not in found and self._has_prefix(text, term):
                found.add(article_id)
        return _ids(found)

    def _has_prefix(self, text: str, term: Term) -> bool:
        *before, prefix = term.words
        if prefix not in fold_text(text):
            return False
        words = split_words(text)
        return any(
            word.startswith(prefix) and self._are_same(words[place - len(before) : place], before)
            for place, word in enumerate(words)
            if place >= len(before)
        )

    def _are_same(self, words: Sequence[str], wanted: Sequence[str]) -> bool:
        return any(stems_of(words, one) == stems_of(wanted, one) for one in self.languages)

    def _by_author(self, leaf: Term | Near, rows: Conditions) -> Ids:
        names = self.connection.execute(
            "SELECT DISTINCT authors FROM renderings WHERE current = 1 AND authors <> '[]'"
        )
        wanted = [
            authors
            for (authors,) in names
            if isinstance(leaf, Term)
            and any(_stands_in(leaf, split_words(name)) for name in load(authors))
        ]
        found = self.connection.execute(
            f"""SELECT DISTINCT r.article_id FROM {ROWS}
                WHERE r.authors IN (SELECT value FROM json_each(?)) AND {rows.sql}""",
            (dump(wanted), *rows.values),
        )
        return _ids(row[0] for row in found)

    def _all(self, rows: Conditions) -> Ids:
        found = self.connection.execute(
            f"SELECT DISTINCT r.article_id FROM {ROWS} WHERE {rows.sql}", rows.values
        )
        return _ids(row[0] for row in found)

    def _expression(self, leaf: Term | Near) -> str:
        terms = leaf.terms if isinstance(leaf, Near) else (leaf,)
        forms = {
            form
            for language in self.languages
            for form in product(*(_phrases(term, language) for term in terms))
        }
        if isinstance(leaf, Near):
            return _any_of(f"NEAR({' '.join(form)}, {leaf.distance})" for form in sorted(forms))
        return _any_of(form[0] for form in sorted(forms))


def _of_articles(filters: Filters) -> Filters:
    """The filters that hold for whole articles."""
    return replace(filters, entity=None, label=None, figure=None)


def _phrases(term: Term, language: str | None) -> list[str]:
    """The term in the index's stems; one with a prefix by what may be the stem of a word that begins with it."""
    stems = stems_of(term.words, language)
    whole = f'"{" ".join(stems)}"'
    if not term.is_prefix:
        return [whole]
    prefix = term.words[-1]
    # Stemming leaves the first half of a word as it is, but for "dying", which is in the index as "die".
    half = prefix[: max(3, (len(prefix) + 1) // 2)]
    begun = f'"{" ".join([*stems[:-1], half])}" *'
    return [begun] if stems[-1].startswith(half) else [begun, whole]


def _stands_in(term: Term, words: Sequence[str]) -> bool:
    """Whether the term's words stand in a row among `words`, the last of them going on if it is a prefix."""
    size = len(term.words)
    for start in range(len(words) - size + 1):
        *found, last = words[start : start + size]
        is_last = last.startswith(term.words[-1]) if term.is_prefix else last == term.words[-1]
        if is_last and tuple(found) == term.words[:-1]:
            return True
    return False


def _any_of(expressions: Iterable[str]) -> str:
    return " OR ".join(f"({expression})" for expression in expressions)


def _ids(found: Iterable[int]) -> Ids:
    return np.array(sorted(found), dtype=np.int64)
