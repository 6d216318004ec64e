"""The head of a phrase that is no plural: "one police officer", "the first official visit", "a 10,000 gain"."""

from __future__ import annotations

from enrichers.figures.line import Line, Token


def singular_head(line: Line, seen: list[Token], *, singular: bool) -> Token | None:
    """A collective among the words of the phrase, or, where a singular may be counted, its last noun."""
    collective = line.lexicon.words.sets["nouns.singular_collective"]
    for token in seen:
        if token.word in collective:
            return token
    if not singular or not seen:
        return None
    head, sets = _first_noun(line, seen), line.lexicon.words.sets
    if head is None or head.word in sets["nouns.past"] or _is_adverb(line, head.word):
        return None
    verbs = line.lexicon.time.sets["past"] | sets["nouns.verbs"] | sets["nouns.past"]
    for token in seen[seen.index(head) + 1 :]:
        if line.text[token.start].isupper() and line.text[head.start].islower():
            break  # "the first time Vindman spoke"
        if (
            token.word in verbs
            or (token.word == "of" and not is_inside_hyphens(line, token))  # "estimate of 2012"
            or token.word[0].isdigit()
            or line.text[head.end : token.start] not in (" ", "-")
            or _is_verb_like(token.word)
            or _is_adverb(line, token.word)
        ):
            break
        head = token
    return (
        None if _is_verb_like(head.word) and len(seen) == 1 and head.word.endswith("ed") else head
    )


def _first_noun(line: Line, seen: list[Token]) -> Token | None:
    """Past the adjectives that often follow an ordinal: "20th consecutive win"; None where there is nothing but plain ones."""
    sets = line.lexicon.words.sets
    adjectives, plain = sets["nouns.adjectives"], sets["nouns.plain_adjectives"]
    for token in seen:
        if token.word not in adjectives and token.word not in plain:
            return token
    return next((token for token in seen if token.word not in plain), None)


def _is_adverb(line: Line, word: str) -> bool:
    """As in "one clearly disagreed"."""
    return word.endswith("ly") and word not in line.lexicon.words.sets["nouns.adverbs_not"]


def _is_verb_like(word: str) -> bool:
    return (
        word.endswith(("ing", "ed"))
        and len(word) > 4
        and word
        not in (
            "building",
            "meeting",
            "seed",
            "speed",
            "wedding",
            "hearing",
            "feeling",
            "evening",
            "morning",
            "painting",
        )
    )


def leads_a_singular(line: Line, offset: int) -> bool:
    """As in "one data release", "one police officer": not "one aircraft crashed"."""
    if offset + 1 >= len(line.tokens):
        return False
    token, following = line.tokens[offset], line.tokens[offset + 1]
    sets = line.lexicon.words.sets
    verbs = sets["nouns.stop"] | sets["nouns.verbs"] | sets["nouns.past"]
    return (
        line.text[token.end : following.start] == " "
        and following.word[0].isalpha()
        and following.word not in verbs | line.lexicon.time.sets["past"] | {"and"}
        and not following.word.endswith(("ed", "ing", "ly", "s"))
    )


def is_inside_hyphens(line: Line, token: Token) -> bool:
    """As the "to" of "end-to-end"."""
    return line.text[token.start - 1 : token.start] == "-" == line.text[token.end : token.end + 1]
