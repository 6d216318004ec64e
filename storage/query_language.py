"""What a query in words mode says: AND, OR, NOT, brackets, "phrases", prefix*, NEAR/n, title: and author:.

Operators are upper case, so that "and" in a pasted sentence is a word. What stands side by side without an operator must
all be there. NEAR/5 leaves at most five words between. A query without any of these is no such query: plain words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from storage.words import split_words

Field = Literal["title", "author"]
DEEPEST = 40
MOST_TERMS = 1_000
SHORTEST_PREFIX = 2
FARTHEST = 1_000
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<open>(?:(?P<group>title|author):)?\() | (?P<close>\))
      | (?:(?P<of_phrase>title|author):)?(?:"(?P<plain>[^"]*)"|[“”„](?P<curly>[^“”„]*)[“”]|«(?P<angled>[^»]*)»)
      | NEAR/(?P<near>\d{1,6})(?=[\s("“„«]|$)
      | (?P<operator>AND|OR|NOT)(?=[\s()"“„«]|$)
      | (?:(?P<of_word>title|author):(?=[^\s()"“”„«»]))?(?P<word>[^\s()"“”„«»]+)
      | (?P<stray>\S)
    )""",
    re.VERBOSE,
)


class QuerySyntaxError(ValueError):
    """A query with operators that does not parse; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Term:
    """Words in a row, folded; `is_prefix`: the last of them may go on. In the title, the author's name, or anywhere."""

    words: tuple[str, ...]
    is_prefix: bool = False
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Near:
    """Terms in one paragraph (or title) with at most `distance` words between the first and the last."""

    terms: tuple[Term, ...]
    distance: int
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Every:
    """All of it in one article."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Any of it."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """An article without it."""

    part: Node


Node = Term | Near | Every | Either | Not


@dataclass(frozen=True, slots=True)
class _Token:
    kind: Literal["open", "close", "near", "operator", "term"]
    text: str = ""
    field: Field | None = None
    term: Term | None = None


def parse_query(query: str) -> Node | None:
    """What `query` asks for; None where it has no operator, phrase, prefix or field and is plain words.

    Raises QuerySyntaxError for one that does not parse.

    >>> parse_query('oil AND "price cap"')
    Every(parts=(Term(words=('oil',), is_prefix=False, field=None), Term(words=('price', 'cap'), is_prefix=False, field=None)))
    """
    tokens, is_plain = _tokens(query)
    if is_plain:
        return None
    if sum(token.kind == "term" for token in tokens) > MOST_TERMS:
        raise QuerySyntaxError(f"over {MOST_TERMS:,} terms")
    return _Parser(tokens).parse()


def leaves_of(node: Node, *, positive: bool = True) -> list[Term | Near]:
    """The terms an article is to have, left to right; with `positive=False` those of a NOT too."""
    if isinstance(node, (Term, Near)):
        return [node]
    if isinstance(node, Not):
        return [] if positive else leaves_of(node.part, positive=False)
    return [leaf for part in node.parts for leaf in leaves_of(part, positive=positive)]


def _tokens(query: str) -> tuple[list[_Token], bool]:
    found: list[_Token] = []
    is_plain = True
    for match in _TOKEN.finditer(query.rstrip()):
        said = match.groupdict()
        if said["stray"]:
            raise QuerySyntaxError(f"a quotation mark without its other half: {said['stray']}")
        if said["open"]:
            found.append(_Token("open", field=_field(said["group"])))
            is_plain = is_plain and not said["group"]
        elif said["close"]:
            found.append(_Token("close", ")"))
        elif said["operator"] or said["near"] is not None:
            kind: Literal["operator", "near"] = "operator" if said["operator"] else "near"
            found.append(_Token(kind, said["operator"] or said["near"]))
            is_plain = False
        else:
            term = _term(said)
            if term is not None:
                found.append(_Token("term", match.group().strip(), term=term))
                is_plain = is_plain and said["word"] is not None and not _is_marked(term)
    return found, is_plain


def _is_marked(term: Term) -> bool:
    return term.is_prefix or term.field is not None


def _field(name: str | None) -> Field | None:
    return "title" if name == "title" else "author" if name == "author" else None


def _term(said: dict[str, str | None]) -> Term | None:
    """The term in a word or a phrase; None where it holds no letter and no digit."""
    field = _field(said["of_word"] or said["of_phrase"])
    text = next(said[name] or "" for name in ("word", "plain", "curly", "angled") if said[name] is not None)  # fmt: skip
    words = split_words(text)
    is_prefix = bool(words) and text.rstrip().endswith("*")
    if is_prefix and len(words) == 1 and len(words[0]) < SHORTEST_PREFIX and words[0].isascii():
        raise QuerySyntaxError(f"{text}: a prefix has {SHORTEST_PREFIX} letters or more")
    return Term(tuple(words), is_prefix, field) if words else None


class _Parser:
    def __init__(self, tokens: Sequence[_Token]) -> None:
        self._tokens, self._at, self._depth = tokens, 0, 0

    def parse(self) -> Node:
        node = self._either()
        if self._at < len(self._tokens):
            raise QuerySyntaxError("a closing bracket without its opening one")
        return node

    def _next_is(self, kind: str, *texts: str) -> bool:
        if self._at == len(self._tokens):
            return False
        token = self._tokens[self._at]
        return token.kind == kind and (not texts or token.text in texts)

    def _either(self) -> Node:
        parts = [self._every()]
        while self._next_is("operator", "OR"):
            self._at += 1
            parts.append(self._every())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _every(self) -> Node:
        parts = [self._negated()]
        while True:
            if self._next_is("operator", "AND"):
                self._at += 1
            elif not (
                self._next_is("term") or self._next_is("open") or self._next_is("operator", "NOT")
            ):
                return parts[0] if len(parts) == 1 else Every(tuple(parts))
            parts.append(self._negated())

    def _negated(self) -> Node:
        is_not = False
        while self._next_is("operator", "NOT"):
            self._at += 1
            is_not = not is_not
        node = self._near()
        return Not(node) if is_not else node

    def _near(self) -> Node:
        first = self._atom()
        if not self._next_is("near"):
            return first
        terms, distance = [first], 0
        while self._next_is("near"):
            distance = max(distance, min(int(self._tokens[self._at].text), FARTHEST))
            self._at += 1
            terms.append(self._atom())
        found = [term for term in terms if isinstance(term, Term)]
        fields = {term.field for term in found}
        if len(found) < len(terms) or len(fields) > 1 or fields == {"author"}:
            raise QuerySyntaxError("NEAR stands between two words or phrases of the text")
        return Near(tuple(replace(term, field=None) for term in found), distance, fields.pop())

    def _atom(self) -> Node:
        if self._at == len(self._tokens):
            raise QuerySyntaxError("something is missing at the end")
        token = self._tokens[self._at]
        self._at += 1
        if token.term is not None:
            return token.term
        if token.kind != "open":
            raise QuerySyntaxError(f"nothing stands before {token.text}")
        self._depth += 1
        if self._depth > DEEPEST:
            raise QuerySyntaxError(f"brackets over {DEEPEST} deep")
        node = self._either()
        if not self._next_is("close"):
            raise QuerySyntaxError("an opening bracket without its closing one")
        self._at += 1
        self._depth -= 1
        return _within(node, token.field) if token.field else node


def _within(node: Node, field: Field) -> Node:
    """`node` with every term of it in `field`."""
    if isinstance(node, Term):
        return replace(node, field=node.field or field)
    if isinstance(node, Near):
        if field == "author":
            raise QuerySyntaxError("NEAR stands between two words or phrases of the text")
        return replace(node, field=field)
    if isinstance(node, Not):
        return Not(_within(node.part, field))
    return replace(node, parts=tuple(_within(part, field) for part in node.parts))
