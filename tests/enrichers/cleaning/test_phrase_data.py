"""The phrase lists that contributors extend: each file can be read, is complete and contradicts no other."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from enrichers.cleaning import phrase_lists as module
from enrichers.cleaning.phrase_index import first_letters
from enrichers.cleaning.phrase_lists import normal

FILES = {path.stem: path for path in sorted(Path(module.DATA).glob("*.toml"))}
LANGUAGES = [
    "en", "zh", "es", "ar", "fr", "de", "pt", "ru", "ja", "ko", "hi", "it", "tr", "id", "pl", "nl",
    "nordic", "uk", "cs", "vi", "ro",
]  # fmt: skip
SECTIONS = {"phrases", "weak", "openers", "patterns", "edges", "reposts"}
REASONS = {
    "interface", "newsletter", "advertisement", "related", "comments", "consent", "credit", "template", "byline", "dateline",
}  # fmt: skip
FIRST = ("phrases", "weak", "openers", "patterns")
# Words that an article may well have as a heading: to be bare words only, if anything.
CONTENT_WORDS = [
    "comments", "advertising", "related", "more", "video", "photos", "home", "search", "live", "exclusive", "background", "analysis",
    "opinion", "interview", "summary", "sources", "privacy", "cookies", "collapse", "loading", "continue", "discover", "trending",
    "kommentare", "werbung", "hintergrund", "archiv", "diskussion", "privat", "commentaires", "archives", "populaires", "comentarios",
    "especial", "archivo", "commenti", "speciale", "archivio", "comentários", "arquivo", "главное", "архив", "сюжет",
    "评论", "广告", "推荐", "コメント", "広告", "댓글", "광고", "تعليقات", "إعلان", "विज्ञापन", "टिप्पणी", "iklan", "komentar",
    "yorum", "komentarze", "reacties", "populair", "kommentarer",
]  # fmt: skip


def table(name: str) -> dict[str, dict[str, list[str]]]:
    loaded = tomllib.loads(FILES[name].read_text(encoding="utf-8"))
    return {section: loaded[section] for section in SECTIONS & set(loaded)}


def entries(section: str) -> list[tuple[str, str, str]]:
    """File, reason and entry of one section of every file."""
    return [
        (name, reason, entry)
        for name in FILES
        for reason, listed in table(name).get(section, {}).items()
        for entry in listed
    ]


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_language_knows_each_kind_of_line(name: str) -> None:
    found = table(name)
    assert set(FIRST) <= set(found)
    assert {"interface", "newsletter", "related", "comments", "consent"} <= set(found["phrases"])
    assert {"related", "credit"} <= set(found["openers"])


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_has_known_reasons_and_no_empty_or_repeated_entry(name: str) -> None:
    for section, reasons in table(name).items():
        assert set(reasons) <= REASONS, section
        for reason, listed in reasons.items():
            assert all(entry.strip() and normal(entry) for entry in listed), (section, reason)
            assert len(listed) == len(set(listed)), (section, reason)


def test_no_line_is_both_a_strong_and_a_weak_one() -> None:
    strong = {normal(entry): name for name, _, entry in entries("phrases")}
    weak = {normal(entry): name for name, _, entry in entries("weak")}
    assert {line: (strong[line], weak[line]) for line in strong.keys() & weak.keys()} == {}


def test_no_line_has_two_reasons() -> None:
    reasons: dict[str, set[str]] = {}
    for _, reason, entry in entries("phrases"):
        reasons.setdefault(normal(entry), set()).add(reason)
    assert {line: found for line, found in reasons.items() if len(found) > 1} == {}


@pytest.mark.parametrize("word", CONTENT_WORDS)
def test_a_word_that_a_heading_may_be_is_no_strong_phrase(word: str) -> None:
    assert normal(word) not in {normal(entry) for _, _, entry in entries("phrases")}


@pytest.mark.parametrize("section", ["patterns", "edges"])
def test_patterns_can_match_what_lines_are_made_of(section: str) -> None:
    for name, _, pattern in entries(section):
        re.compile(pattern)
        plain = re.sub(r"\\.|\[[^\]]*\]", "", pattern)
        assert plain == plain.lower(), (name, pattern)
        assert not re.search(r"\((?!\?)", plain), (name, pattern)
        assert not re.compile(pattern).fullmatch(""), (name, pattern)


def test_few_patterns_are_tried_on_every_line() -> None:
    listed = entries("patterns")
    anywhere = [pattern for _, _, pattern in listed if first_letters(pattern) is None]
    assert len(anywhere) < len(listed) / 5
