"""The tables of benchmarks/cleaning.py: what they count, and that every rule they take away is still there to take."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))

import cleaning
import cleaning_cpu
import cleaning_rules
import cleaning_scores
import patching

from enrichers.cleaning import boilerplate, clean
from enrichers.cleaning.draft import Block

SCORING = SimpleNamespace(toks=lambda text, _cjk: re.findall(r"\w+", text or ""))


def lines(gold: str, *seen: str) -> cleaning_scores.Lines:
    page = {"text": gold, "cjk": False}
    return cleaning_scores.Lines(page, SCORING, seen=seen)


@pytest.mark.parametrize("rule", cleaning_rules.RULES, ids=lambda rule: str(rule.name))
def test_every_rule_of_the_table_has_the_names_it_takes_away(rule: cleaning_rules.Rule) -> None:
    for place in rule.off:
        assert patching.holders_of(place)


def test_every_stage_of_the_clock_has_its_names() -> None:
    places = [place for places in cleaning_cpu.STAGES.values() for place in places]
    assert [place for place in places if not patching.is_there(place)] == []


def test_a_rule_is_off_only_while_it_is_switched_off() -> None:
    blocks = [Block(text="Oil rose on Monday."), Block(text="Scroll to top")]
    (rule,) = (one for one in cleaning_rules.RULES if one.name == "lines: reason interface")
    with cleaning_rules.switched_off(rule):
        assert boilerplate.drop_reasons(blocks) == [None, None]
    assert boilerplate.drop_reasons(blocks) == [None, "interface"]


def test_a_name_is_replaced_in_every_module_that_imported_it() -> None:
    with patching.replaced("fold", lambda _: str.upper):
        assert vars(boilerplate)["fold"]("a") == "A"
    assert vars(boilerplate)["fold"]("A") == "a"


def test_a_name_of_two_things_has_to_be_told_with_its_module() -> None:
    with pytest.raises(LookupError, match="nowhere"):
        patching.holders_of("no_such_rule")
    assert clean in patching.holders_of("clean:repair")


def test_a_line_is_lost_where_most_of_it_is_missing_and_the_page_has_it() -> None:
    gold = (
        "Oil prices rose on Monday in London.\nTraders waited for the meeting of ministers.\nGone."
    )
    found = lines(gold, gold)
    assert found.lost("Oil prices rose on Monday in London, traders said.") == [
        "traders waited for the meeting of ministers",
        "gone",
    ]
    assert found.lost(gold) == []


def test_a_line_that_the_page_does_not_show_is_nobodys_loss() -> None:
    found = lines("Oil prices rose on Monday in London.\n___", "Something else was in the news.")
    assert found.real == []


def test_an_accent_of_its_own_is_no_other_word() -> None:
    gold = "Der Verband der A\u0308rzte tagte am Montag in Ko\u0308ln."
    assert lines(gold, gold).lost("Der Verband der Ärzte tagte am Montag in Köln.") == []


def test_all_pages_of_a_publisher_are_in_one_half() -> None:
    pages: list[cleaning_scores.Page] = [
        {"id": "fundus/at/DerStandard_2024_05_03", "url": "https://example.org/a"},
        {"id": "fundus/at/DerStandard_2025_01_09", "url": None},
    ]
    assert {cleaning_scores.publisher(page) for page in pages} == {"DerStandard"}
    page = {"id": "sh/1", "url": "https://www.example.org/story"}
    assert cleaning_scores.publisher(page) == "example.org"


def test_what_a_rule_gains_is_told_for_each_half() -> None:
    whole = [
        {"tuned": True, "f1": 0.9, "residue": 0, "lost": 1, "text": "a"},
        {"tuned": False, "f1": 0.8, "residue": 0, "lost": 0, "text": "b"},
    ]
    without = [
        {"tuned": True, "f1": 0.8, "residue": 1, "lost": 0, "text": "a c"},
        {"tuned": False, "f1": 0.8, "residue": 0, "lost": 0, "text": "b"},
    ]
    tuned = cleaning_rules.gains(whole, without, tuned=True)
    assert (tuned["pages"], round(tuned["f1"]), tuned["residue"], tuned["lost"]) == (1, 100, -1, 1)
    assert cleaning_rules.earns(tuned)
    assert not cleaning_rules.earns(cleaning_rules.gains(whole, without, tuned=False))


def test_tables_are_markdown() -> None:
    assert cleaning.table(("a", "b"), [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"
    assert (cleaning.decimals(0.98341), cleaning.decimals(1.0), cleaning.decimals(None)) == (
        ".983",
        "1.000",
        "",
    )
