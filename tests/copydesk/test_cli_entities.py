"""copydesk entities: the list, one entity, and what is put right by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from copydesk.cli import run
from schemas.marks import Figure
from schemas.stored import PreparedArticle
from storage.sqlite import Store

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(
    open_store: Callable[..., Store],
    prepare_article: Callable[..., PreparedArticle],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Call:
    names = [("Dalia Renko", "PERSON"), ("Orsa", "ORG"), ("Oslo", "GPE")]
    with open_store() as store:
        store.put(
            [
                prepare_article("Dalia Renko left Orsa in Oslo.", "More.", origin="/1", names=names),
                prepare_article("Renko was in Oslo for Orsa.", origin="/2", names=[("Renko", "PERSON"), *names[1:]]),
            ]
        )  # fmt: skip

    def run_it(*arguments: str) -> tuple[int, str, str]:
        code = run(["entities", *arguments, "--db", str(tmp_path / "news.db")])
        return code, *capsys.readouterr()

    return run_it


def test_a_name_tells_of_one_entity_with_its_names_company_and_articles(call: Call) -> None:
    code, out, _ = call("renko", "--json", "--by", "year")
    told = json.loads(out)
    assert (code, told["total"], told["entities"][0]["name"]) == (0, 1, "Dalia Renko")
    one = told["entity"]
    assert {use["name"] for use in one["names"]} == {"Dalia Renko", "Renko"}
    assert one["joins"][0]["reason"] == "surname, in the same company"
    assert {other["name"]: other["articles"] for other in one["co_mentions"]} == {
        "Orsa": 2,
        "Oslo": 2,
    }
    assert one["entity"]["trend"] == [{"period": "2024", "articles": 2, "mentions": 2}]
    assert "counted here: Renko in 1 article" in call("renko")[1]


def test_a_sentence_of_figures_is_told_once_however_many_articles_have_it(
    open_store: Callable[..., Store],
    prepare_article: Callable[..., PreparedArticle],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    sentence = "Orsa sold 40 boats and 12 nets."
    figures = [
        Figure(
            paragraph=0,
            start=start,
            end=start + 2,
            text=text,
            kind="count",
            value=Decimal(text),
            sentence_start=0,
            sentence_end=len(sentence),
        )
        for text, start in (("40", 10), ("12", 23))
    ]
    with open_store() as store:
        store.put(
            [
                prepare_article(sentence, place, origin=place, names=[("Orsa", "ORG")], figures=figures)
                for place in ("First.", "Second.", "Third.")
            ]
        )  # fmt: skip
    run(["entities", "Orsa", "--db", str(tmp_path / "news.db")])
    out = capsys.readouterr().out
    assert "   40, 12: Orsa sold 40 boats and 12 nets. (article 3)\n" in out
    assert out.count(sentence) == 1


def test_what_is_put_right_is_told_and_listed(call: Call) -> None:
    assert call("--merge", "Orsa", "Oslo")[0] == 0
    assert call("--rename", "Orsa", "Orsa Group")[1].startswith("Orsa Group (")
    assert json.loads(call("--hide", "Orsa Group", "--json")[1])["entity"]["hidden"] is True
    kinds = [one["kind"] for one in json.loads(call("--corrections", "--json")[1])["corrections"]]
    assert kinds == ["merge", "rename", "hide"]
    assert call("orsa", "--fail-empty")[0] == 4
    assert call("--unhide", "Orsa Group")[0] == 0
    assert call("--split", "Orsa Group")[0] == 0
    assert "Oslo" in call("--since", "2024")[1]


@pytest.mark.parametrize(
    "arguments",
    [("--merge", "Orsa", "Nobody"), ("--split", "Oslo"), ("--hide", "x", "--unhide", "x"), ("Oslo", "--hide", "Oslo"), ("--by", "hour")],
)  # fmt: skip
def test_what_cannot_be_meant_is_a_usage_error(call: Call, arguments: tuple[str, ...]) -> None:
    code, out, error = call(*arguments)
    assert (code, out) == (2, "")
    assert error.count("\n") == 1
