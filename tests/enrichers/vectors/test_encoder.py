from __future__ import annotations

import gc
import subprocess
import sys
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrichers.vectors import encoder as encoder_module
from enrichers.vectors.backends import load_reference, processor_precisions
from enrichers.vectors.encoder import open_encoder
from enrichers.vectors.model_folder import find_model
from schemas.errors import ModelUnavailableError, UsageError
from schemas.protocols import Encoder, Matrix

SENTENCES = [
    "The mayor opened the new tram line on Friday.",
    "Wheat prices rose for the third week running, traders in Odesa said.",
    "A goalkeeper's mistake in the last minute cost the home side two points.",
    "El ministro dimitió tras la publicación de las cartas.",
    "Rain",
    "7,300 homes lost power; 41 schools stayed shut (2019: 12).",
]
LONG = " ".join(
    f"Item {n}: the committee heard report number {n} and took note of it." for n in range(60)
)


def assert_unit(matrix: Matrix) -> None:
    assert matrix.dtype == np.float32
    assert np.isfinite(matrix).all()
    np.testing.assert_allclose(np.linalg.norm(matrix, axis=1), 1, atol=1e-5)


def test_vectors_are_those_of_sentence_transformers(encoder: Encoder) -> None:
    reference = load_reference(find_model(None)).encode(SENTENCES, normalize_embeddings=True)
    np.testing.assert_allclose(encoder.encode(SENTENCES), reference, atol=1e-5)


def test_provenance_names_what_changes_the_vectors(encoder: Encoder) -> None:
    made_by = encoder.provenance
    assert (made_by.stage, made_by.name) == ("vectors", "all-MiniLM-L6-v2")
    assert (made_by.backend, made_by.precision) == ("openvino", "f32")
    assert made_by.sha256 == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def test_nothing_to_encode_gives_no_rows(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, 384)
    assert encoder.encode_windows([]) == []


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u200b", "\x00", "\ufffd"])
def test_a_text_without_words_still_has_a_direction(encoder: Encoder, text: str) -> None:
    assert_unit(encoder.encode([text]))


@given(st.lists(st.text(st.characters(), max_size=80), max_size=3))
@settings(max_examples=25, deadline=None)
def test_any_text_gives_unit_vectors(encoder: Encoder, texts: list[str]) -> None:
    assert encoder.encode(texts).shape == (len(texts), 384)
    assert_unit(encoder.encode(texts))


def test_lone_surrogates_are_read_as_unknown_characters(encoder: Encoder) -> None:
    broken = encoder.encode(["The \udc80 dam held \ud800"])
    assert_unit(broken)
    np.testing.assert_allclose(broken, encoder.encode(["The \ufffd dam held \ufffd"]), atol=1e-6)


def test_a_vector_does_not_depend_on_its_batch(encoder: Encoder) -> None:
    alone = np.concatenate([encoder.encode([text]) for text in SENTENCES])
    crowd = encoder.encode([*SENTENCES, *(f"{text} {LONG[:400]}" for text in SENTENCES * 6)])
    np.testing.assert_allclose(crowd[: len(SENTENCES)], alone, atol=1e-5)


def test_threads_may_share_an_encoder(encoder: Encoder) -> None:
    expected = encoder.encode(SENTENCES)
    with ThreadPoolExecutor(4) as pool:
        for matrix in pool.map(encoder.encode, [SENTENCES] * 8):
            np.testing.assert_allclose(matrix, expected, atol=1e-5)


def test_a_process_may_end_right_after_embedding() -> None:
    # OpenVINO's own queue took the interpreter's lock once more after its last batch, and aborted a quarter of these.
    script = """
import sys
from concurrent.futures import ThreadPoolExecutor
from enrichers.vectors.encoder import open_encoder

encoder = open_encoder()
ThreadPoolExecutor(1).submit(encoder.encode, [f"The mayor opened tram line {n}." for n in range(64)])
sys.exit(0)
"""
    for _ in range(4):
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")


def test_rows_come_in_the_order_of_the_texts(encoder: Encoder) -> None:
    forwards, backwards = encoder.encode(SENTENCES), encoder.encode(SENTENCES[::-1])
    np.testing.assert_allclose(forwards, backwards[::-1], atol=1e-5)


def test_a_long_text_is_the_unit_mean_of_its_windows(encoder: Encoder) -> None:
    short, windows = encoder.encode_windows(["Short.", LONG])
    assert short.shape == (1, 384)
    assert len(windows) > 3
    assert_unit(windows)
    mean = windows.mean(axis=0)
    np.testing.assert_allclose(encoder.encode([LONG])[0], mean / np.linalg.norm(mean), atol=1e-5)


def test_the_end_of_a_long_text_is_heard(encoder: Encoder) -> None:
    ending = "The volcano above the harbour erupted before dawn."
    question = encoder.encode_query("volcanic eruption")[0]
    plain, longer = encoder.encode([LONG, f"{LONG} {ending}"])
    assert longer @ question > plain @ question
    by_window = encoder.encode_windows([f"{LONG} {ending}"])[0] @ question
    assert int(by_window.argmax()) == len(by_window) - 1


def test_a_query_is_encoded_like_a_text_where_the_model_wants_no_prefix(encoder: Encoder) -> None:
    np.testing.assert_allclose(
        encoder.encode_query("tram line"), encoder.encode(["tram line"]), atol=1e-6
    )


def test_a_query_without_end_counts_as_far_as_a_long_article(encoder: Encoder) -> None:
    endless = encoder.encode_query("tram line " * 50_000)
    assert np.allclose(endless, encoder.encode_query("tram line " * 2_000), atol=1e-3)


def test_meaning_is_nearer_than_words(encoder: Encoder) -> None:
    question, near, far = encoder.encode(
        ["cost of grain", "Wheat has become dearer.", "The cost of the stadium roof was hidden."]
    )
    assert question @ near > question @ far


def test_the_fallback_gives_the_same_windows(encoder: Encoder, fallback: Encoder) -> None:
    assert fallback.provenance.backend == "sentence-transformers"
    texts = [*SENTENCES, LONG, ""]
    for ours, theirs in zip(
        encoder.encode_windows(texts), fallback.encode_windows(texts), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_without_a_conversion_search_says_that_it_falls_back(tmp_path: Path) -> None:
    notes: list[str] = []
    opened = open_encoder(cache=tmp_path, convert=False, notify=notes.append)
    assert opened.provenance.backend == "sentence-transformers"
    assert len(notes) == 1
    assert "not converted yet" in notes[0]
    assert not list(tmp_path.glob("*/model.xml"))


def test_a_cache_that_cannot_be_written_is_said_and_survived(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    notes: list[str] = []
    opened = open_encoder(cache=tmp_path / "file" / "models", notify=notes.append)
    assert opened.provenance.backend == "sentence-transformers"
    assert "cannot be written" in notes[-1]
    assert_unit(opened.encode(["Still here."]))


def test_without_openvino_the_reference_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    notes: list[str] = []
    opened = open_encoder(cache=tmp_path, notify=notes.append)
    assert opened.provenance.backend == "sentence-transformers"
    assert "openvino cannot be imported" in notes[0]


def test_auto_precision_is_what_the_processor_computes(cache: Path, encoder: Encoder) -> None:
    opened = open_encoder(cache=cache, convert=False)
    expected = "bf16" if "bf16" in processor_precisions() else "f32"
    assert opened.provenance.precision == expected


def test_bf16_on_a_processor_without_it_runs_f32_and_says_so(
    cache: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder_module, "processor_precisions", lambda: frozenset({"f32"}))
    notes: list[str] = []
    opened = open_encoder(cache=cache, convert=False, precision="bf16", notify=notes.append)
    assert opened.provenance.precision == "f32"
    assert notes == ["this processor does not compute bf16: embedding in f32"]


@pytest.mark.parametrize(
    "model", ["no/such-model", "nothing-like-it", "", " ", "\x00", "x" * 5000, "../..", "a\ud800"]
)
def test_a_model_that_is_not_here_is_named_with_a_remedy(model: str, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError) as caught:
        open_encoder(model, cache=tmp_path)
    assert repr(model) in caught.value.message or "/" in caught.value.message
    assert "nothing is downloaded" in caught.value.remedy


def test_a_wrong_precision_or_thread_count_is_refused() -> None:
    with pytest.raises(UsageError, match="auto, f32, bf16"):
        open_encoder(precision="f16")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="0 threads"):
        open_encoder(threads=0)


def test_an_encoder_that_nobody_needs_any_more_is_gone(cache: Path) -> None:
    opened = open_encoder(None, precision="f32", cache=cache)
    opened.encode(SENTENCES)
    held = weakref.ref(opened._backend)  # type: ignore[attr-defined]
    del opened
    gc.collect()
    assert held() is None


def test_one_text_in_place_of_a_list_is_refused(encoder: Encoder) -> None:
    with pytest.raises(UsageError, match="must be a list"):
        encoder.encode("a text")
    with pytest.raises(UsageError, match="text 1"):
        encoder.encode(["a", 2])  # type: ignore[list-item]


def test_an_encoding_that_is_given_up_ends_and_the_next_one_does_not(encoder: Encoder) -> None:
    if encoder.provenance.backend != "openvino":
        pytest.skip("sentence-transformers encodes to the end")
    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(encoder.encode_windows, SENTENCES * 400)
        while not work.done():
            encoder.give_up()  # type: ignore[attr-defined]
            time.sleep(0.02)
        with pytest.raises(KeyboardInterrupt):
            work.result()
    assert len(encoder.encode_windows(SENTENCES)) == len(SENTENCES)
