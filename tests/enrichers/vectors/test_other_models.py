"""Small models of random weights, built here: which of them convert, and that the others still encode."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from enrichers.vectors import conversion, export
from enrichers.vectors.backends import OpenVinoBackend, load_reference, offline
from enrichers.vectors.converted import MODEL_FILE, read_manifest, read_refusal
from enrichers.vectors.encoder import describe_model, open_encoder
from enrichers.vectors.model_folder import ModelFolder, find_model
from enrichers.vectors.tokens import WindowTokenizer, load_tokenizer
from schemas.errors import ModelUnavailableError

Build = Callable[..., Path]
WORDS = [
    "the",
    "a",
    "rain",
    "fell",
    "on",
    "bridge",
    "river",
    "who",
    "pays",
    "for",
    "new",
    "mayor",
    "said",
    "and",
    "of",
    "vote",
    "query",
    "##s",
    "##ed",
    ":",
    ",",
    ".",
]
TEXTS = ["The rain fell on the river.", "Who pays for the new bridges?", "", "vote " * 70]
MEAN = {"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}
CLS = {"pooling_mode_mean_tokens": False, "pooling_mode_cls_token": True}
MAX = {"pooling_mode_mean_tokens": False, "pooling_mode_max_tokens": True}


def write_tokenizer(folder: Path) -> int:
    """A small BERT tokenizer with its pad at 1, as RoBERTa has it; returns the size of the vocabulary."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    vocab = {word: n for n, word in enumerate(["[CLS]", "[PAD]", "[SEP]", "[UNK]", *WORDS])}
    tokenizer = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]"))  # noqa: S106  a token of text, no secret
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 0), ("[SEP]", 2)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    special = {
        "cls_token": "[CLS]",
        "sep_token": "[SEP]",
        "pad_token": "[PAD]",
        "unk_token": "[UNK]",
    }
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 64, **special}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    return len(vocab)


@pytest.fixture
def build(tmp_path: Path) -> Build:
    def build_model(
        kind: str, pooling: dict[str, bool], *, prompts: dict[str, str] | None = None
    ) -> Path:
        with offline():
            import torch
            from transformers import AutoConfig, AutoModel

        folder = tmp_path / f"tiny-{kind}"
        (folder / "1_Pooling").mkdir(parents=True)
        size = write_tokenizer(folder)
        torch.manual_seed(7)
        shape = {
            "hidden_size": 16,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "intermediate_size": 32,
            "max_position_embeddings": 66,
        }
        if kind == "distilbert":
            shape = {
                "dim": 16,
                "n_layers": 2,
                "n_heads": 2,
                "hidden_dim": 32,
                "max_position_embeddings": 66,
            }
        config = AutoConfig.for_model(kind, vocab_size=size, pad_token_id=1, **shape)
        AutoModel.from_config(config).save_pretrained(folder)
        modules = [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {
                "idx": 1,
                "name": "1",
                "path": "1_Pooling",
                "type": "sentence_transformers.models.Pooling",
            },
        ]
        (folder / "modules.json").write_text(json.dumps(modules))
        (folder / "1_Pooling" / "config.json").write_text(
            json.dumps({"word_embedding_dimension": 16, **pooling})
        )
        (folder / "sentence_bert_config.json").write_text(
            json.dumps({"max_seq_length": 64, "do_lower_case": False})
        )
        (folder / "config_sentence_transformers.json").write_text(
            json.dumps({"prompts": prompts or {}})
        )
        return folder

    return build_model


def windows_of(spec: ModelFolder, texts: list[str]) -> list[list[int]]:
    tokenizer = WindowTokenizer(load_tokenizer(spec.tokenizer_file), max_tokens=spec.max_tokens)
    return [windows[0] for windows in tokenizer.windows(texts)]


@pytest.mark.parametrize(
    ("kind", "pooling"),
    [("bert", MEAN), ("bert", CLS), ("distilbert", MEAN), ("roberta", MEAN), ("mpnet", MEAN)],
    ids=["bert", "bert-cls", "distilbert", "roberta", "mpnet"],
)
def test_models_of_berts_family_convert_and_agree(
    build: Build, tmp_path: Path, kind: str, pooling: dict[str, bool]
) -> None:
    spec = find_model(str(build(kind, pooling)))
    assert spec.unconvertible is None
    assert (spec.max_tokens, spec.dim) == (64, 16)
    target = tmp_path / "converted"
    target.mkdir()
    export.convert(spec, target)
    manifest = read_manifest(target)
    assert manifest is not None, read_refusal(target)
    backend = OpenVinoBackend(
        target / MODEL_FILE, precision="f32", pooling=spec.pooling, pad_id=spec.pad_id
    )
    ours = backend.run(windows_of(spec, TEXTS[:3]))
    theirs = load_reference(spec).encode(TEXTS[:3], normalize_embeddings=True)
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_a_model_that_does_not_agree_is_refused(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = find_model(str(build("bert", MEAN)))
    target = tmp_path / "converted"
    target.mkdir()
    monkeypatch.setattr(export, "_agreement", lambda *_: 0.98)
    export.convert(right, target)
    assert read_manifest(target) is None
    assert "0.98" in str(read_refusal(target))


def test_another_pooling_is_left_to_sentence_transformers(build: Build, tmp_path: Path) -> None:
    folder = build("bert", MAX)
    notes: list[str] = []
    encoder = open_encoder(
        str(folder), cache=tmp_path / "models", precision="f32", notify=notes.append
    )
    assert encoder.provenance.backend == "sentence-transformers"
    assert "its pooling is" in notes[0]
    theirs = load_reference(find_model(str(folder))).encode(TEXTS[:3], normalize_embeddings=True)
    np.testing.assert_allclose(encoder.encode(TEXTS[:3]), theirs, atol=1e-5)
    assert len(encoder.encode_windows(TEXTS)[3]) == 2


def test_queries_get_the_prefix_the_model_names(build: Build, tmp_path: Path) -> None:
    folder = build("bert", MAX, prompts={"query": "query: "})
    encoder = open_encoder(str(folder), cache=tmp_path / "models", precision="f32")
    np.testing.assert_allclose(
        encoder.encode_query("the rain"), encoder.encode(["query: the rain"]), atol=1e-6
    )
    assert not np.allclose(
        encoder.encode_query("the rain"), encoder.encode(["the rain"]), atol=1e-3
    )


def test_static_word_vectors_encode_whole_texts(tmp_path: Path) -> None:
    with offline():
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.models import StaticEmbedding
    from tokenizers import Tokenizer

    write_tokenizer(tmp_path)
    words = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    folder = tmp_path / "static"
    SentenceTransformer(modules=[StaticEmbedding(words, embedding_dim=8)], device="cpu").save(
        str(folder)
    )
    encoder = open_encoder(str(folder), cache=tmp_path / "models", precision="f32")
    assert encoder.provenance.backend == "sentence-transformers"
    assert encoder.encode([]).shape == (0, 8)
    matrix = encoder.encode([*TEXTS, "\ud800"])
    assert matrix.shape == (5, 8)
    np.testing.assert_allclose(np.linalg.norm(matrix, axis=1), 1, atol=1e-5)
    assert encoder.encode_query("rain").shape == (1, 8)


def test_damaged_weights_are_a_model_that_cannot_be_loaded(build: Build, tmp_path: Path) -> None:
    folder = build("bert", MEAN)
    (folder / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(ModelUnavailableError, match="tiny-bert"):
        open_encoder(str(folder), cache=tmp_path / "models", convert=False)


def test_a_folder_without_weights_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="has no weights"):
        find_model(str(tmp_path))


@pytest.mark.parametrize("content", ["", "[]", "[1]", '{"a": 1}', '[{"type": "x"}]', "\x00"])
def test_a_broken_list_of_modules_is_no_traceback(build: Build, content: str) -> None:
    folder = build("bert", MEAN)
    (folder / "modules.json").write_text(content)
    assert find_model(str(folder)).unconvertible is not None


@pytest.fixture
def convert_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real conversion without a process of its own, whose imports take ten seconds."""
    monkeypatch.setattr(conversion, "_run_export", export.convert)


@pytest.mark.usefixtures("convert_here")
def test_a_damaged_conversion_is_made_again(build: Build, tmp_path: Path) -> None:
    model, cache = str(build("bert", MEAN)), tmp_path / "models"
    before = open_encoder(model, cache=cache, precision="f32")
    expected = before.encode(TEXTS)
    (weights,) = cache.glob("*/model.bin")
    damaged = weights.with_name("damaged")  # written beside it: OpenVINO has the good file mapped
    damaged.write_bytes(bytes(weights.stat().st_size))
    damaged.replace(weights)
    notes: list[str] = []
    after = open_encoder(model, cache=cache, precision="f32", notify=notes.append)
    assert after.provenance == before.provenance
    assert after.provenance.backend == "openvino"
    assert "once" in notes[0]
    np.testing.assert_allclose(after.encode(TEXTS), expected, atol=1e-6)


@pytest.mark.usefixtures("convert_here")
def test_a_cache_made_by_one_user_can_be_read_by_others(build: Build, tmp_path: Path) -> None:
    open_encoder(str(build("bert", MEAN)), cache=tmp_path / "models")
    kept = [path for path in (tmp_path / "models").glob("*/*") if path.is_file()]
    assert {path.name for path in kept} >= {"model.xml", "model.bin", "manifest.json"}
    assert all(path.stat().st_mode & 0o044 == 0o044 for path in kept)


@pytest.mark.usefixtures("convert_here")
def test_a_refused_model_is_not_tried_again(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, cache = str(build("bert", MEAN)), tmp_path / "models"
    monkeypatch.setattr(export, "_agreement", lambda *_: 0.98)
    first: list[str] = []
    assert open_encoder(model, cache=cache, notify=first.append).provenance.backend != "openvino"
    assert "preparing" in first[0]
    second: list[str] = []
    open_encoder(model, cache=cache, notify=second.append)
    assert len(second) == 1
    assert "differs from the reference" in second[0]
    assert "differs from the reference" in str(describe_model(model, cache)["problem"])


@pytest.mark.usefixtures("convert_here")
def test_a_changed_limit_of_tokens_is_another_maker(build: Build, tmp_path: Path) -> None:
    folder, cache = build("bert", MEAN), tmp_path / "models"
    long = open_encoder(str(folder), cache=cache).provenance
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 32}))
    assert open_encoder(str(folder), cache=cache).provenance != long


def test_a_model_in_the_local_hub_cache_is_found_by_name(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = tmp_path / "hub" / "models--some--tiny"
    (hub / "refs").mkdir(parents=True)
    (hub / "refs" / "main").write_text("0" * 40)
    (hub / "snapshots").mkdir()
    build("bert", MEAN).rename(hub / "snapshots" / ("0" * 40))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    spec = find_model("some/tiny")
    assert (spec.name, spec.dim, spec.unconvertible) == ("some/tiny", 16, None)
