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

from schemas.article import TITLE_ROW
from schemas.filters import Filters
from storage.filters import ROWS, Conditions, row_conditions
from storage.query_language import Either, Every, Near, Node, Not, Term, leaves_of
from storage.scored_rows import Ids
from storage.values import dump, load
from storage.words import (
    Wanted,
    fold_text,
    is_character,
    split_words,
    stems_of,
    stems_of_each,
)

FTS = f"paragraphs_fts JOIN {ROWS.replace('paragraphs p', 'paragraphs p ON p.id = paragraphs_fts.rowid', 1)}"


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

    def ranked_rows(self) -> list[tuple[int, int, float]]:
        """(article, row, BM25) of the rows with a word that an article is to have."""
        rows = row_conditions(self.filters, self.connection)
        whole = [term for term in self._terms() if not _is_begun(term)]
        found = self._rows(_any_of(map(self._expression, whole)), rows) if whole else []
        scores = {(article_id, row_id): score for article_id, row_id, score, _ in found}
        for term in self._terms():
            if isinstance(term, Term) and term.is_prefix:
                for article_id, row_id, score, _ in self._rows_with_prefix(term, rows):
                    key = (article_id, row_id)
                    scores[key] = scores.get(key, 0.0) + score
        return [(*key, score) for key, score in scores.items()]

    def wanted(self) -> Wanted:
        """The words that an article is to have, to be marked in it."""
        terms = [
            term
            for leaf in self._terms()
            for term in (leaf.terms if isinstance(leaf, Near) else (leaf,))
        ]
        whole = [
            word for term in terms for word in (term.words[:-1] if term.is_prefix else term.words)
        ]
        return Wanted(
            stems=stems_of_each(whole, self.languages),
            prefixes=tuple({term.words[-1] for term in terms if term.is_prefix}),
        )

    def first_rows(self, article_ids: Ids) -> list[tuple[int, int, float]]:
        """(article, row, 0) of the first row of each of these articles that the filters leave."""
        rows = row_conditions(self.filters, self.connection)
        found = self.connection.execute(
            f"""SELECT r.article_id, p.id, min(p.n) FROM {ROWS}
                WHERE r.article_id IN (SELECT value FROM json_each(?)) AND {rows.sql} GROUP BY 1""",
            (dump(article_ids.tolist()), *rows.values),
        )
        return [(article_id, row_id, 0.0) for article_id, row_id, _ in found]

    def _terms(self) -> list[Term | Near]:
        return [leaf for leaf in leaves_of(self.node) if leaf.field != "author"]

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
        together: list[Term | Near] = []
        found: list[Ids] = []
        for part in node.parts:
            if isinstance(part, (Term, Near)) and _is_plain(part):
                together.append(part)
            else:
                found.append(self._articles(part, rows))
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
            return _ids({row[0] for row in self._rows_with_prefix(leaf, rows)})
        return self._matching(self._expression(leaf), rows)

    def _matching(self, expression: str, rows: Conditions) -> Ids:
        found = self.connection.execute(
            f"SELECT DISTINCT r.article_id FROM {FTS} WHERE paragraphs_fts MATCH ? AND {rows.sql}",
            (expression, *rows.values),
        )
        return _ids(row[0] for row in found)

    def _rows(self, expression: str, rows: Conditions) -> Iterable[tuple[int, int, float, str]]:
        return self.connection.execute(
            f"""SELECT r.article_id, p.id, -bm25(paragraphs_fts), p.text FROM {FTS}
                WHERE paragraphs_fts MATCH ? AND {rows.sql}""",
            (expression, *rows.values),
        )

    def _rows_with_prefix(
        self, term: Term, rows: Conditions
    ) -> Iterable[tuple[int, int, float, str]]:
        """The index has stems, which may end before the prefix does: rows that may hold the word are read."""
        found = self._rows(self._expression(term), rows)
        return (row for row in found if self._has_prefix(row[3], term))

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


def _is_plain(leaf: Term | Near) -> bool:
    return leaf.field is None and not _is_begun(leaf)


def _is_begun(leaf: Term | Near) -> bool:
    return isinstance(leaf, Term) and leaf.is_prefix


def _of_articles(filters: Filters) -> Filters:
    """The filters that hold for whole articles."""
    return replace(filters, entity=None, label=None, speaker=None, figure=None)


def _phrases(term: Term, language: str | None) -> list[str]:
    """The term in the index's stems; one with a prefix by what may be the stem of a word that begins with it."""
    stems = stems_of(term.words, language)
    whole = f'"{" ".join(stems)}"'
    if is_character(term.words[-1]):
        return [f"{whole} *"]
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
