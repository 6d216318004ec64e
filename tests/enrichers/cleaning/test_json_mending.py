"""JSON-LD by hand: what can be read of a script with errors in it, and that nothing raises."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.cleaning.json_ld import article_of, nodes_in
from enrichers.cleaning.json_mending import load_all, mend

NAMED = {"headline": "Harbour reopens"}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@pytest.mark.parametrize(
    "script",
    [
        '{"headline": "Harbour reopens"}', '{"headline": "Harbour reopens",}', '{"headline": "Harbour reopens", "a": [1,,2,],}',
        '<!-- {"headline": "Harbour reopens"} -->', '//<![CDATA[\n{"headline": "Harbour reopens"}\n//]]>', '/*<![CDATA[*/{"headline": "Harbour reopens"}/*]]>*/',
        '{"headline": "Harbour reopens"};', '{"headline": "Harbour reopens" // the title\n}', '{/* first */ "headline": "Harbour reopens"}',
        '{&quot;headline&quot;: &quot;Harbour reopens&quot;}', '{"headline": "Harbour reopens", "image": {"width": , "height": }}',
        '{"headline": "Harbour reopens", "description": "It said "open" at last"}', '{"headline": "Harbour reopens", "author": {"name": "Ana',
        '{"headline": "Harbour reopens", "description": "Line one\nline two\ttab"}', '{"headline": "Harbour reopens", "description": "the mayor\\\'s"}',
        '{"headline": "Harbour reopens", "description": "control \x01 character"}',
    ],
)  # fmt: skip
def test_a_headline_is_read_from_a_script_with_errors(script: str) -> None:
    [value] = load_all(script)
    assert isinstance(value, dict)
    assert value["headline"] == NAMED["headline"]


@pytest.mark.parametrize("between", ["", "\n", ",", " ; ", "},{"[1:2] + "\n"])
def test_several_objects_in_one_script_are_all_read(between: str) -> None:
    assert load_all(f'{{"a": 1}}{between}{{"b": 2,}}') == [{"a": 1}, {"b": 2}]


def test_inner_quotes_are_kept_in_the_text() -> None:
    assert load_all('{"a": "He said "no", twice", "b": 1}') == [
        {"a": 'He said "no", twice', "b": 1}
    ]


@pytest.mark.parametrize(
    "script", ["", "  ", "null", "nothing", "{nothing", "<!-- -->", '"', "[[[", "}"]
)
def test_what_holds_no_object_gives_no_nodes(script: str) -> None:
    assert nodes_in([script]) in ([], [{}])


@given(st.text(alphabet='{}[]",:/*\\<!->1 a\n', max_size=80))
def test_no_script_raises(script: str) -> None:
    assert isinstance(load_all(script), list)
    assert isinstance(mend(script), str)


@given(VALUES)
def test_right_json_is_read_as_it_is(value: object) -> None:
    assert load_all(json.dumps(value)) == [value]


@given(st.dictionaries(st.sampled_from("abc"), VALUES, min_size=1, max_size=3))
def test_mending_leaves_right_json_alone(value: object) -> None:
    text = json.dumps(value)
    assert json.loads(mend(text)) == value


@pytest.mark.parametrize("unit", ['"', "{", '{"a":', ",", "/", "\\", "<!--", '["a" b",', "[1,"])
def test_long_nonsense_is_read_in_one_pass(unit: str) -> None:
    assert isinstance(load_all('{"a":"' + unit * 20_000), list)
    assert isinstance(load_all(unit * 20_000), list)


def test_the_node_with_the_address_of_the_page_is_its_article() -> None:
    other = {"@type": "NewsArticle", "headline": "Other", "datePublished": "2024-07-08", "author": "A", "url": "https://e.org/b"}  # fmt: skip
    ours = {"@type": ["Thing", "NewsArticle"], "headline": "Ours", "mainEntityOfPage": {"@id": "https://www.e.org/a/"}}  # fmt: skip
    nodes = nodes_in([json.dumps({"@graph": [other, ours]})])
    assert (article_of(nodes, "https://e.org/a") or {})["headline"] == "Ours"
    assert (article_of(nodes) or {})["headline"] == "Other"


def test_a_page_of_broken_scripts_is_mended_up_to_a_length() -> None:
    broken = '{"headline": "Tram", "a": "' + "a" * 100_000
    assert load_all(broken + "a" * 300_000) == []
    assert len(nodes_in([broken] * 50)) == 2
