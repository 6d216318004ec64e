"""Sources are kept as they were described, and no secret is ever kept with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.addresses import without_credentials
from schemas.errors import DatabaseError, UsageError
from schemas.web import SourceSpec
from storage.sources import check_no_secrets, check_source
from storage.sqlite import Store

OpenStore = Callable[..., Store]
FEED = SourceSpec(name="Example", kind="feed", url="https://example.org/feed.xml")
FULL = SourceSpec(
    name="Example Times",
    kind="site",
    url="https://times.example.org/",
    language="pt-BR",
    pause=2.5,
    headers=(("Authorization", "env:TIMES_TOKEN"), ("X-Key", "file:/run/secrets/times")),
    cookies_env="TIMES_COOKIES",
    proxy="http://proxy.example.net:3128",
    user_agent="Desk/1.0 (désk)",
    enabled=False,
)


@pytest.mark.parametrize(
    "spec",
    [
        FEED,
        FULL,
        SourceSpec(name="wire", kind="folder", path="/srv/wire"),
        SourceSpec(name="old", kind="archive", path="/srv/old.warc.gz"),
        SourceSpec(name="old news", kind="archive", url="http://example.org/old.wacz"),
        SourceSpec(name="list", kind="list", url="https://example.org/urls.txt", pause=0),
        replace(FEED, proxy="env:PROXY"),
        replace(FEED, name="Ann @ the desk: Zürich ☕"),
    ],
    ids=lambda spec: spec.name,
)
def test_a_source_reads_back_as_it_was_described(
    spec: SourceSpec, store: Store, open_store: OpenStore
) -> None:
    store.add_source(spec)
    assert open_store(mode="r").sources() == [spec]


def test_sources_stand_in_the_order_they_were_added(store: Store) -> None:
    for name in ("b", "a", "c"):
        store.add_source(replace(FEED, name=name))
    assert [spec.name for spec in store.sources()] == ["b", "a", "c"]


def test_a_name_is_taken_once_and_the_first_stays(store: Store) -> None:
    store.add_source(FEED)
    with pytest.raises(UsageError, match="already") as caught:
        store.add_source(replace(FEED, url="https://other.example/feed"))
    assert caught.value.code == "source_exists"
    assert store.sources() == [FEED]


def test_a_source_is_switched_and_removed_by_name(store: Store) -> None:
    store.add_source(FEED)
    assert store.set_source_enabled("Example", enabled=False)
    assert [spec.enabled for spec in store.sources()] == [False]
    assert store.set_source_enabled("Example", enabled=True)
    assert store.sources() == [FEED]
    assert store.remove_source("Example")
    assert store.sources() == []
    assert not store.remove_source("Example")
    assert not store.set_source_enabled("Example", enabled=True)


def test_a_removed_source_forgets_how_far_it_was_read(store: Store) -> None:
    store.add_source(FEED)
    store.set_cursor("Example", {"until": "2024-05-01"})
    store.set_cursor("other", 7)
    store.remove_source("Example")
    assert (store.cursor("Example"), store.cursor("other")) == (None, 7)


def test_what_only_the_settings_have_keeps_its_cursor_when_a_removal_finds_nothing(
    store: Store,
) -> None:
    store.set_cursor("from the settings", 7)
    assert not store.remove_source("from the settings")
    assert store.cursor("from the settings") == 7


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": " "}, "no name"),
    ({"name": "a\nb"}, "no name"),
    ({"name": "x" * 201}, "no name"),
    ({"name": "\u202egnp.exe"}, "no name"),
    ({"name": "\ud800"}, "no name"),
    ({"kind": "f eed"}, "is no kind of source"),
    ({"fetcher": "-x"}, "is no fetcher"),
    ({"url": None}, "needs a url"),
    ({"path": "/srv/x"}, "not a path"),
    ({"kind": "folder"}, "not a url"),
    ({"kind": "folder", "url": None}, "needs a path"),
    ({"kind": "list", "path": "/srv/x"}, "both url and path"),
    ({"kind": "archive", "url": None}, "needs a url or path"),
    ({"kind": "list", "url": None, "path": "a\0b"}, "no path"),
    ({"kind": "list", "url": None, "path": " "}, "no path"),
    ({"url": "ftp://example.org/"}, "no address"),
    ({"url": "file:///etc/passwd"}, "no address"),
    ({"url": "javascript:alert(1)"}, "no address"),
    ({"url": "https://"}, "no address"),
    ({"url": "https://example.org:99999/"}, "no address"),
    ({"url": "https://[::1/"}, "no address"),
    ({"url": "https://example.org/" + "a" * 9000}, "no address"),
    ({"language": "English, please"}, "language"),
    ({"pause": -1.0}, "pause"),
    ({"pause": float("nan")}, "pause"),
    ({"pause": float("inf")}, "pause"),
    ({"headers": (("Author ization", "env:X"),)}, "header"),
    ({"headers": (("", "env:X"),)}, "header"),
    ({"headers": (("X", "a\r\nEvil: b"),)}, "control"),
    ({"cookies_env": "session=abc"}, "variable"),
    ({"proxy": "not a proxy"}, "proxy"),
    ({"user_agent": "a\r\nb"}, "user_agent"),
    ({"user_agent": ""}, "user_agent"),
]


@pytest.mark.parametrize(("change", "said"), WRONG, ids=[str(change)[:40] for change, _ in WRONG])
def test_what_cannot_be_meant_is_refused_with_reason_and_remedy(
    change: dict[str, Any], said: str, store: Store
) -> None:
    with pytest.raises(UsageError) as caught:
        store.add_source(replace(FEED, **change))
    assert said in caught.value.message
    assert caught.value.remedy
    assert store.sources() == []


SECRETS: list[dict[str, Any]] = [
    {"headers": (("Authorization", "Bearer hunter2"),)},
    {"headers": (("X", "env:OK"), ("Cookie", "hunter2"))},
    {"headers": (("X", "env:not a name hunter2"),)},
    {"proxy": "http://desk:hunter2@proxy.example.net:3128"},
    {"url": "https://desk:hunter2@example.org/feed.xml"},
    {"url": "https://hunter2@example.org/feed.xml"},
    {"url": "https://desk:hunter2/x@example.org/feed.xml"},
    {"url": "https:/\\desk:hunter2@example.org/feed.xml"},
    {"url": "ftp://desk:hunter2@example.org/feed.xml"},
    {"name": "https://desk:hunter2@example.org/feed.xml"},
    {"cookies_env": "hunter2; path=/"},
    {"headers": (("Authorization hunter2", ""),)},
    {"proxy": "socks5://desk:hunter2@proxy.example.net"},
    {"url": "https://example.org/feed.xml?page=2&token=hunter2"},
    {"url": "https://example.org/feed.xml#key=hunter2"},
    {"url": "https://example.org/?u=https%3A%2F%2Fexample.net%2F%3Fsig%3Dhunter2"},
    {"name": "https://example.org/?apikey=hunter2"},
    {"url": "http://desk:" + 300 * "x" + "hunter2@example org/"},
]  # fmt: skip


@pytest.mark.parametrize("change", SECRETS, ids=str)
def test_a_secret_is_refused_and_shown_nowhere(
    change: dict[str, Any], store: Store, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as caught:
        store.add_source(replace(FEED, **change))
    assert "hunter2" not in str(caught.value)
    store.close()
    assert not any(b"hunter2" in path.read_bytes() for path in tmp_path.iterdir())


def test_the_refusal_of_a_secret_names_the_way_around() -> None:
    with pytest.raises(UsageError, match="Authorization: env:NAME"):
        check_no_secrets(replace(FEED, headers=(("Authorization", "Bearer x"),)))


def test_the_settings_file_may_hold_what_the_database_may_not() -> None:
    check_source(replace(FEED, url="https://desk:pw@example.org/", headers=(("X", "plain"),)))


@pytest.mark.parametrize("settings", ["{", "[1]", "7", '{"path": 7}', '{"pause": "x"}', '{"headers": 7}', '{"headers": [[1]]}', '{"path": "/x"}'])  # fmt: skip
def test_a_damaged_source_is_said_to_be_damage_and_can_be_removed(
    settings: str, store: Store
) -> None:
    store.add_source(FEED)
    store._connection.execute("UPDATE sources SET settings = ?", (settings,))
    with pytest.raises(DatabaseError, match="damaged"):
        store.sources()
    assert store.remove_source("Example")
    assert store.sources() == []


@given(
    user=st.text(st.characters(codec="utf-8", exclude_characters="/?#\\@"), min_size=3),
    rest=st.sampled_from(["/", "/@ann/7", "?mail=a@b.org", "", "#@x"]),
)
def test_no_user_or_password_is_left_in_an_address(user: str, rest: str) -> None:
    shown = without_credentials(f"https://{user}@example.org{rest}")
    assert shown.startswith("https://")
    assert f"{user}@" not in shown
    assert without_credentials(shown) == shown


@given(st.text(max_size=60))
def test_any_text_can_be_shown_without_credentials(text: str) -> None:
    assert without_credentials(f"https://example.org/{text}").startswith("https://")
    without_credentials(text)


@given(
    name=st.text(max_size=8),
    kind=st.sampled_from(["feed", "folder", "archive", "list", "x"]),
    url=st.none() | st.text(max_size=20) | st.just("https://example.org"),
    path=st.none() | st.text(max_size=8),
    pause=st.none() | st.floats(),
    headers=st.lists(st.tuples(st.text(max_size=5), st.text(max_size=8)), max_size=2),
    proxy=st.none() | st.text(max_size=12),
)
def test_any_description_is_taken_or_refused_with_our_error(
    name: str, kind: Any, headers: list[tuple[str, str]], **rest: Any
) -> None:
    spec = SourceSpec(name=name, kind=kind, headers=tuple(headers), **rest)
    try:
        check_source(spec)
        check_no_secrets(spec)
    except UsageError:
        return
    assert spec.name.strip()
    assert (spec.url is None) != (spec.path is None)
    assert all(value.startswith(("env:", "file:")) for _, value in spec.headers)
