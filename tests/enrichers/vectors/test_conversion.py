from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from enrichers.vectors.conversion import ConversionError, convert_into
from enrichers.vectors.converted import cache_folder, read_manifest, weights_sha256
from enrichers.vectors.encoder import describe_model, open_encoder
from enrichers.vectors.model_folder import find_model
from schemas.errors import SettingsError

Report = dict[str, object]
HEAVY = {"torch", "transformers", "sentence_transformers"}


def converted_models(cache: Path) -> list[Path]:
    return [path.parent for path in cache.glob("*/model.xml")]


def test_two_processes_on_an_empty_cache_both_get_the_converted_model(
    reports: list[Report], cache: Path
) -> None:
    assert [report["backend"] for report in reports] == ["openvino", "openvino"]
    first, second = (np.asarray(report["vector"], dtype=np.float32) for report in reports)
    np.testing.assert_allclose(first, second, atol=1e-5)
    assert len(converted_models(cache)) == 1
    assert not list(cache.glob(".converting-*"))


def test_converting_says_once_that_it_takes_a_while(reports: list[Report]) -> None:
    for report in reports:
        notes = report["notes"]
        assert isinstance(notes, list)
        assert len(notes) == 1
        assert "preparing the embedding model all-MiniLM-L6-v2" in notes[0]


def test_torch_stays_out_of_the_process_that_converts(reports: list[Report]) -> None:
    for report in reports:
        assert not HEAVY & set(report["loaded"])  # type: ignore[call-overload]


def test_a_later_process_loads_neither_torch_nor_transformers(later_report: Report) -> None:
    assert later_report["backend"] == "openvino"
    assert later_report["notes"] == []
    assert not HEAVY & set(later_report["loaded"])  # type: ignore[call-overload]
    assert "openvino" in later_report["loaded"]  # type: ignore[operator]


def test_import_conversion_and_inference_open_no_connection(
    later_report: Report, network_log: Path
) -> None:
    assert not network_log.exists(), network_log.read_text()


def test_a_model_by_name_is_not_asked_for_over_the_network(
    start_trapped: Callable[..., subprocess.Popen[str]], network_log: Path
) -> None:
    code = "from enrichers.vectors.encoder import open_encoder; open_encoder('no/such-model')"
    _, err = start_trapped(code).communicate(timeout=100)
    assert "ModelUnavailableError" in err
    assert not network_log.exists(), network_log.read_text()


def test_the_trap_of_these_tests_sees_a_connection(
    start_trapped: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    log = tmp_path / "seen.log"
    code = (
        "import os, socket, sys; os.environ['NETWORK_LOG'] = sys.argv[1]\n"
        "socket.create_connection(('127.0.0.1', 9))"
    )
    process = start_trapped(code, str(log))
    process.communicate(timeout=100)
    assert "127.0.0.1" in log.read_text()


def test_the_conversion_agrees_with_the_reference(reports: list[Report], cache: Path) -> None:
    manifest = read_manifest(converted_models(cache)[0])
    assert manifest is not None
    assert manifest.agreement["f32"] > 0.9999


def test_describe_model_knows_before_and_after_without_loading_torch(reports: list[Report]) -> None:
    before, after = reports[0]["before"], reports[0]["after"]
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    assert (before["converted"], before["backend"]) == (False, "sentence-transformers")
    assert (after["converted"], after["backend"]) == (True, "openvino")
    assert before["problem"] is after["problem"] is None
    assert (after["name"], after["dim"]) == ("all-MiniLM-L6-v2", 384)


def test_describe_model_reports_a_missing_model_as_a_problem(tmp_path: Path) -> None:
    report = describe_model("no/such-model", tmp_path)
    assert "no/such-model" in str(report["problem"])
    assert report["converted"] is False


def test_describe_model_reports_a_cache_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("")
    assert "cannot be written" in str(describe_model(None, tmp_path / "models")["problem"])


def test_the_weights_hash_is_remembered_until_the_file_changes(tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(find_model(None).folder, model)
    spec = find_model(str(model))
    known = weights_sha256(spec, tmp_path)
    (remembered,) = (tmp_path / "hashes").iterdir()
    remembered.write_text('{"sha256": "remembered"}')
    assert weights_sha256(spec, tmp_path) == "remembered"
    with (model / "model.safetensors").open("ab") as file:
        file.write(b"x")
    assert weights_sha256(spec, tmp_path) not in {"remembered", known}


@pytest.fixture
def damaged_cache(reports: list[Report], cache: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "models"
    shutil.copytree(cache, copy)
    return copy


def test_damaged_compiled_kernels_are_passed_over(damaged_cache: Path) -> None:
    blobs = list(damaged_cache.glob("*/compiled/*.blob"))
    assert blobs
    for blob in blobs:
        blob.chmod(0o644)
        blob.write_bytes(blob.read_bytes()[:5000])
    notes: list[str] = []
    opened = open_encoder(cache=damaged_cache, convert=False, notify=notes.append)
    assert opened.provenance.backend == "openvino"
    assert notes == []


def test_a_cut_off_model_file_is_no_model(damaged_cache: Path) -> None:
    (folder,) = converted_models(damaged_cache)
    weights = folder / "model.bin"
    weights.write_bytes(weights.read_bytes()[:-1])
    assert read_manifest(folder) is None


def test_changed_weights_are_noticed_and_the_reference_is_used(damaged_cache: Path) -> None:
    (folder,) = converted_models(damaged_cache)
    weights = folder / "model.bin"
    with weights.open("r+b") as file:
        file.seek(-20_000_000, 2)
        file.write(bytes(20_000_000))
    notes: list[str] = []
    opened = open_encoder(cache=damaged_cache, convert=False, notify=notes.append)
    assert opened.provenance.backend == "sentence-transformers"
    assert "differs from the reference" in notes[0]


def test_a_cache_that_is_a_file_cannot_take_a_conversion(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("")
    with pytest.raises(ConversionError, match="cannot be written"):
        convert_into(tmp_path / "models" / "any", find_model(None))


def test_without_a_named_cache_the_users_cache_folder_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder(None) == tmp_path / "copydesk" / "models"
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder(None) == tmp_path / ".cache" / "copydesk" / "models"


@pytest.mark.parametrize("cache", ["~nobody-of-this-name/x", "a\x00b", "a\ud800"])
def test_a_cache_that_is_no_path_is_a_wrong_setting(cache: str) -> None:
    with pytest.raises(SettingsError, match="not a path"):
        open_encoder(cache=Path(cache))
    assert "not a path" in str(describe_model(None, Path(cache))["problem"])


def test_a_cache_with_too_long_a_name_is_survived(tmp_path: Path) -> None:
    report = describe_model(None, tmp_path / ("x" * 300))
    assert report["converted"] is False
    with pytest.raises(ConversionError, match="cannot be written"):
        convert_into(tmp_path / ("x" * 300) / "any", find_model(None))
