"""copydesk fetch, sources check and ingest of addresses, against a small news site on loopback."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import copydesk
from tests.news_server import Site, serve

DB = "copydesk.db"


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as site:
        site.story("/a", "Tolls rise in Vila Nova", "The port raised its tolls by 4% on Monday.")
        site.story("/b", "Bridge opens in Graz", "The new bridge cost 12 million euros in all.")
        site.feed("/feed.xml", "/a", "/b")
        yield site


def flags(site: Site) -> tuple[str, ...]:
    return ("--allow-host", site.host, "--pause", "0", "--timeout", "5")


def rows() -> list[Any]:
    with sqlite3.connect(DB) as connection:
        names = [
            row[0]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return [
            (name, connection.execute(f'SELECT * FROM "{name}"').fetchall())
            for name in names
            if not name.startswith("paragraphs_fts")
        ]


def test_a_feed_on_the_spot_brings_its_stories_and_the_second_run_writes_nothing(
    site: Site, cli: Any
) -> None:
    answer = cli("fetch", f"{site.url}/feed.xml", *flags(site), "--json")
    assert answer.code == 0, answer.err
    assert answer.json["counts"]["stored"] == 2
    assert {story["url"] for story in answer.json["articles"]} == {f"{site.url}/a", f"{site.url}/b"}
    (source,) = answer.json["sources"]
    assert (source["source"], source["kind"]) == (f"{site.url}/feed.xml", "feed")
    assert (source["found"], source["stored"], source["error"]) == (2, 2, None)
    before, asked = rows(), len(site.asked)
    again = cli("fetch", f"{site.url}/feed.xml", *flags(site), "--json")
    assert again.code == 0
    assert again.json["counts"]["found"] == 0
    assert again.json["sources"][0]["kind"] == "feed"
    assert [path for path in site.asked[asked:] if path != "/robots.txt"] == ["/feed.xml"]
    assert rows() == before
    found = cli("search", "bridge", "--json").json
    assert found["hits"][0]["url"] == f"{site.url}/b"


def test_a_feed_with_one_more_story_asks_for_that_one_alone(site: Site, cli: Any) -> None:
    cli("fetch", f"{site.url}/feed.xml", *flags(site))
    site.story("/c", "Dockers strike", "Some 90 ships wait off the coast of Belgium.")
    site.feed("/feed.xml", "/c", "/a", "/b")
    asked = len(site.asked)
    answer = cli("fetch", f"{site.url}/feed.xml", *flags(site), "--json")
    assert answer.json["counts"]["stored"] == 1
    assert answer.json["counts"]["unchanged"] == 2
    assert [path for path in site.asked[asked:] if path != "/robots.txt"] == ["/feed.xml", "/c"]


def test_a_story_that_fails_is_kept_with_its_error_and_stops_no_other(site: Site, cli: Any) -> None:
    site.feed("/feed.xml", "/gone", "/a")
    answer = cli("fetch", f"{site.url}/feed.xml", *flags(site), "--json")
    assert answer.code == 0
    assert (answer.json["counts"]["stored"], answer.json["counts"]["quarantined"]) == (1, 1)
    (bad,) = [story for story in answer.json["articles"] if story["error"]]
    assert bad["error"]["code"] == "not_found"
    kept = cli("quarantine", "list", "--json").json
    assert f"{site.url}/gone" in str(kept)
    site.feed("/feed.xml", "/gone", "/b")
    assert cli("fetch", f"{site.url}/nothing.xml", *flags(site), "--strict").code == 3


def test_a_page_is_ingested_by_its_address_and_a_changed_one_is_updated(
    site: Site, cli: Any
) -> None:
    address = f"{site.url}/a"
    assert cli("ingest", address, *flags(site), "--json").json["counts"]["stored"] == 1
    assert cli("ingest", address, *flags(site), "--json").json["counts"]["unchanged"] == 1
    site.story("/a", "Tolls rise in Vila Nova", "The port raised its tolls by 5% on Tuesday.")
    answer = cli("ingest", address, *flags(site), "--json")
    assert answer.code == 0
    assert answer.json["counts"]["updated"] == 1
    assert "sources" not in answer.json


def test_files_and_addresses_go_together(site: Site, cli: Any) -> None:
    Path("note.txt").write_text(
        "Ferry runs again\n\nThe ferry to the island runs again from May.\n"
    )
    answer = cli("ingest", "note.txt", f"{site.url}/a", *flags(site), "--json")
    assert answer.json["counts"]["stored"] == 2


def test_an_address_inside_ones_own_network_is_refused_unless_it_is_named(
    site: Site, cli: Any
) -> None:
    answer = cli("ingest", f"{site.url}/a", "--json")
    assert answer.code == 3
    assert answer.json["articles"][0]["error"]["code"] == "guard"
    assert site.asked == []


def test_what_robots_txt_forbids_is_skipped_and_never_asked(site: Site, cli: Any) -> None:
    site.pages["/robots.txt"] = b"User-agent: *\nDisallow: /a\n"
    answer = cli("fetch", f"{site.url}/feed.xml", *flags(site), "--json")
    assert (answer.json["counts"]["stored"], answer.json["counts"]["skipped"]) == (1, 1)
    assert "/a" not in site.asked


def test_a_page_that_is_only_script_needs_a_browser(site: Site, cli: Any) -> None:
    site.pages["/app"] = (
        b"<html><head><script src=a.js></script></head><body><div id=root></div></body></html>"
    )
    answer = cli("ingest", f"{site.url}/app", *flags(site), "--json")
    error = answer.json["articles"][0]["error"]
    assert error["code"] == "needs_browser"
    assert 'fetcher = "NAME"' in error["remedy"]


def test_a_dry_run_makes_no_database(site: Site, cli: Any) -> None:
    answer = cli("fetch", f"{site.url}/feed.xml", *flags(site), "--dry-run", "--json")
    assert answer.code == 0, answer.err
    assert answer.json["counts"]["stored"] == 2
    assert not Path(DB).exists()


def test_sources_are_fetched_by_name_and_a_wrong_name_is_answered_with_the_nearest(
    site: Site, cli: Any
) -> None:
    assert cli("fetch").code == 2
    assert not Path(DB).exists()
    Path("copydesk.toml").write_text(
        f'[fetch]\nallow_hosts = ["{site.host}"]\npause = 0\n'
        f'[[source]]\nname = "desk"\nkind = "feed"\nurl = "{site.url}/feed.xml"\n'
    )
    wrong = cli("fetch", "dsk")
    assert wrong.code == 2
    assert "desk" in wrong.err
    answer = cli("fetch", "--json")
    assert answer.json["counts"]["stored"] == 2
    assert answer.json["sources"][0]["source"] == "desk"
    told = cli("fetch", "desk")
    assert told.code == 0
    assert "desk (feed): nothing new" in told.out


def test_check_says_what_is_there_and_stores_nothing(site: Site, cli: Any) -> None:
    answer = cli("sources", "check", f"{site.url}/feed.xml", *flags(site), "--json")
    assert answer.code == 0, answer.err
    (found,) = answer.json["sources"]
    assert (found["stories"], found["new"]) == (2, 2)
    assert not Path(DB).exists()
    assert "/a" not in site.asked
    assert answer.json["sources"][0]["kind"] == "feed"
    assert cli("sources", "check", f"{site.url}/none.xml", *flags(site)).code == 1


def test_what_was_not_asked_for_again_is_told_without_counts(site: Site, cli: Any) -> None:
    cli("fetch", f"{site.url}/feed.xml", *flags(site))
    site.story("/c", "Dockers strike", "Some 90 ships wait off the coast of Belgium.")
    site.feed("/feed.xml", "/c", "/a")
    (line,) = [
        line
        for line in cli("fetch", f"{site.url}/feed.xml", *flags(site)).out.splitlines()
        if line.startswith("=")
    ]
    assert line.endswith(f"{site.url}/a")


def test_a_source_that_answers_again_leaves_the_quarantine(site: Site, cli: Any) -> None:
    cli("sources", "add", f"{site.url}/late.xml", "--name", "late")
    assert cli("fetch", "late", *flags(site), "--json").json["counts"]["quarantined"] == 1
    site.feed("/late.xml", "/a")
    assert cli("fetch", "late", *flags(site), "--json").json["counts"]["stored"] == 1
    assert cli("quarantine", "list", "--json").json["total"] == 0


def test_a_secret_in_the_query_of_a_source_is_sent_and_never_kept_or_shown(
    site: Site, cli: Any
) -> None:
    Path("copydesk.toml").write_text(
        f'[fetch]\nallow_hosts = ["{site.host}"]\npause = 0\n'
        f'[[source]]\nname = "paper"\nkind = "feed"\nurl = "{site.url}/paid.xml?token=hush&x=1"\n'
    )
    missing = cli("fetch", "--json")
    assert missing.json["counts"]["quarantined"] == 1
    checked = cli("sources", "check")
    site.feed("/paid.xml?token=hush&x=1", "/a")
    retried = cli("quarantine", "retry", "1", "--json")
    again = cli("fetch", "--json")
    assert [retried.code, again.code] == [0, 0], retried.err
    assert site.asked.count("/paid.xml?token=hush&x=1") == 4
    listed = cli("sources", "list")
    assert "token=***" in listed.out
    told = [missing, checked, retried, again, listed, cli("settings"), cli("quarantine", "list")]
    assert not [answer for answer in told if "hush" in answer.out + answer.err]
    assert not [table for table in rows() if "hush" in str(table)]


@pytest.mark.parametrize(
    "option",
    [
        ("--allow-host", "nowhere"),
        ("--pause", "soon"),
        ("--timeout", "-1"),
        ("--max-bytes", "much"),
    ],
)
def test_an_option_that_cannot_be_meant_stops_before_any_work(
    site: Site, cli: Any, option: tuple[str, str]
) -> None:
    answer = cli("fetch", f"{site.url}/feed.xml", *option)
    assert answer.code == 2
    assert answer.err.count("\n") == 1
    assert site.asked == []
    assert not Path(DB).exists()


def test_an_address_that_failed_is_asked_again_by_a_retry(site: Site, cli: Any) -> None:
    Path("copydesk.toml").write_text(f'[fetch]\nallow_hosts = ["{site.host}"]\npause = 0\n')
    assert cli("ingest", f"{site.url}/late").code == 3
    assert cli("quarantine", "retry", "--all").code == 3
    (kept,) = cli("quarantine", "list", "--json").json["quarantined"]
    assert kept["attempts"] == 2
    site.story("/late", "Late news", "The story was published an hour later than planned.")
    assert cli("quarantine", "retry", "--all").code == 0
    assert cli("quarantine", "list", "--json").json["quarantined"] == []


def test_one_story_at_ten_addresses_of_its_site_is_one_article(site: Site, cli: Any) -> None:
    story = site.pages["/a"]
    assert isinstance(story, bytes)
    canonical = f"<link rel=canonical href='{site.url}/a'></head>".encode()
    paths = [f"/amp/{n}" for n in range(9)]
    for path in ("/a", *paths):
        site.pages[path] = story.replace(b"</head>", canonical)
    site.feed("/feed.xml", *paths, "/a")
    answer = cli("fetch", f"{site.url}/feed.xml", *flags(site), "--json")
    assert answer.json["counts"]["stored"] == 1
    assert cli("status", "--json").json["articles"] == 1


def test_a_canonical_link_to_another_site_is_not_believed(site: Site, cli: Any) -> None:
    for path in ("/a", "/b"):
        page = site.pages[path]
        assert isinstance(page, bytes)
        foreign = b"<link rel=canonical href='https://elsewhere.example.org/one'></head>"
        site.pages[path] = page.replace(b"</head>", foreign)
    answer = cli("fetch", f"{site.url}/feed.xml", *flags(site), "--json")
    assert answer.json["counts"]["stored"] == 2


def test_stories_that_all_claim_one_address_are_not_taken_for_one_another(
    site: Site, cli: Any
) -> None:
    for path in ("/a", "/b"):
        page = site.pages[path]
        assert isinstance(page, bytes)
        claim = f"<link rel=canonical href='{site.url}/news'></head>".encode()
        site.pages[path] = page.replace(b"</head>", claim)
    answer = cli("fetch", f"{site.url}/feed.xml", *flags(site), "--json")
    assert answer.json["counts"]["stored"] == 2


def test_an_article_is_found_under_every_address_it_came_by_and_deleted_under_all(
    site: Site, cli: Any
) -> None:
    story = site.pages["/a"]
    assert isinstance(story, bytes)
    site.pages["/amp"] = story.replace(
        b"</head>", f"<link rel=canonical href='{site.url}/a'></head>".encode()
    )
    cli("ingest", f"{site.url}/amp", *flags(site))
    assert cli("ingest", f"{site.url}/a", *flags(site), "--json").json["counts"]["unchanged"] == 1
    with copydesk.open_store(DB, mode="r") as store:
        assert store.article_id(url=f"{site.url}/a") == store.article_id(url=f"{site.url}/amp") == 1
    assert cli("db", "delete", "1").code == 0
    for path in ("/a", "/amp"):
        again = cli("ingest", f"{site.url}{path}", *flags(site), "--json")
        assert again.json["counts"]["skipped"] == 1


def test_lines_of_a_list_that_are_no_address_are_told_until_they_are_mended(
    site: Site, cli: Any
) -> None:
    Path("copydesk.toml").write_text(
        '[[source]]\nname = "l"\nkind = "list"\npath = "list.txt"\n'
        f'[[source]]\nname = "u"\nkind = "list"\nurl = "{site.url}/list.txt"\n'
    )
    for line, bad in ((b"htps://ann:hush@example.org/c", True), (b"# better", False)):
        content = f"{site.url}/a\n".encode() + line + b"\n"
        Path("list.txt").write_bytes(content)
        site.pages["/list.txt"] = content
        for _ in range(2):
            answer = cli("fetch", *flags(site))
            kept = cli("quarantine", "list", "--json").json["quarantined"]
            assert answer.code == 0
            assert "hush" not in answer.out + answer.err + str(kept)
            assert [one["code"] for one in kept] == ["bad_lines"] * 2 * bad
            assert all("no address in line 2" in one["message"] for one in kept)


def test_a_password_in_an_address_is_kept_and_shown_nowhere(site: Site, cli: Any) -> None:
    secret = site.url.replace("http://", "http://ann:hush@")
    said = ""
    for address in (f"{secret}/a", f"{secret}/none", f"{secret}/feed.xml"):
        for form in (("--json",), ()):
            answer = cli("fetch", address, *flags(site), *form)
            said += answer.out + answer.err
    Path("list.txt").write_text(f"{secret}/b\n{secret}/gone\n")
    Path("copydesk.toml").write_text('[[source]]\nname = "l"\nkind = "list"\npath = "list.txt"\n')
    for verb in ("fetch", "sources check"):
        answer = cli(*verb.split(), *flags(site), "--json")
        said += answer.out + answer.err
    said += cli("ingest", f"{secret}/b", *flags(site), "--json").out
    said += cli("quarantine", "list", "--json").out + cli("status", "--json").out
    assert "hush" not in said
    assert "hush" not in str(rows())
    assert cli("status", "--json").json["articles"] == 2
