from __future__ import annotations

from pathlib import Path

import pytest

from flows.desk import open_desk, sole_server, state_folder
from flows.local_server import LocalServer
from schemas.errors import UsageError


def test_a_desk_keeps_its_identity_and_others_have_another(tmp_path: Path) -> None:
    first = open_desk(tmp_path / "news.db")
    assert open_desk(tmp_path / "news.db") == first
    assert open_desk(tmp_path / "other.db").id != first.id


def test_the_folder_is_the_same_by_each_name_of_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "news.db").touch()
    (tmp_path / "link.db").symlink_to(tmp_path / "news.db")
    monkeypatch.chdir(tmp_path)
    names = {state_folder("news.db"), state_folder("link.db"), state_folder(tmp_path / "news.db")}
    assert names == {tmp_path / "news.prefect"}


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b'{"id": 4}', b'{"id": ""}'])
def test_a_damaged_identity_is_made_anew(tmp_path: Path, content: bytes) -> None:
    folder = tmp_path / "news.prefect"
    folder.mkdir()
    (folder / "desk.json").write_bytes(content)
    made = open_desk(tmp_path / "news.db")
    assert len(made.id) == 32
    assert open_desk(tmp_path / "news.db") == made


def test_a_folder_that_is_a_file_is_told_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "news.prefect").touch()
    with pytest.raises(UsageError, match=r"news\.prefect cannot be written"):
        open_desk(tmp_path / "news.db")


def test_one_process_serves_a_desk_at_a_time(tmp_path: Path) -> None:
    desk = open_desk(tmp_path / "news.db")
    with sole_server(desk), pytest.raises(UsageError, match="served already"), sole_server(desk):
        pass
    with sole_server(desk):
        pass


def test_a_server_keeps_its_port_and_takes_no_other_programs(tmp_path: Path) -> None:
    first = LocalServer(tmp_path / "home")
    with pytest.raises(UsageError, match="in use"):
        LocalServer(tmp_path / "other", port=first.port)
    first.stop()
    again = LocalServer(tmp_path / "home")
    assert again.port == first.port
    again.stop()


def test_nothing_of_the_users_own_prefect_is_left_in_the_environment(tmp_path: Path) -> None:
    server = LocalServer(tmp_path / "home")
    users = {
        "PREFECT_API_KEY": "hush",
        "PREFECT_PROFILE": "work",
        "PREFECT_HOME": "/mine",
        "A": "b",
    }
    found = server.environment(users)
    server.stop()
    assert found["A"] == "b"
    assert found["PREFECT_HOME"] == str(tmp_path / "home")
    assert found["PREFECT_API_URL"] == f"http://127.0.0.1:{server.port}/api"
    assert not {"PREFECT_API_KEY", "PREFECT_PROFILE"} & set(found)
    assert found["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
