"""Sites, sitemaps and files that are gone through in several runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from flows.events import Arrived, Failed, Finished, GatherOptions, Reached, Unchanged
from schemas.errors import FetchError
from schemas.web import SourceSpec
from tests.table_web import NOW, PAGE, SITE, Memory, Web, feed, pages, run, source, state


def test_a_site_is_read_by_the_feed_its_front_page_names() -> None:
    front = b'<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head><body><p>News</p></body></html>'
    web = Web({f"{SITE}/": front, f"{SITE}/feed.xml": feed(1), **pages(1)})
    reached, arrived, finished = run(web, source("site", "/"))
    assert isinstance(arrived, Arrived)
    assert isinstance(finished, Finished)
    assert finished.listings == (f"{SITE}/feed.xml",)
    # The front page stays as it is, the feed does not.
    assert isinstance(reached, Reached)
    memory = Memory(state(f"{SITE}/"), stored=(f"{SITE}/1",), cursor=reached.cursor)
    later = Web({f"{SITE}/": 304, f"{SITE}/feed.xml": feed(2, 1), **pages(2)})
    assert [type(event) for event in run(later, source("site", "/"), memory=memory)] == [
        Arrived,
        Unchanged,
        Finished,
    ]
    assert later.validators[f"{SITE}/"] is not None


def test_a_front_page_is_read_whole_as_long_as_no_feed_of_it_is_known() -> None:
    web = Web({f"{SITE}/": PAGE})
    run(web, source("site", "/"), memory=Memory(state(f"{SITE}/")))
    assert web.validators[f"{SITE}/"] is None


def test_a_site_without_a_feed_is_read_by_the_sitemap_its_robots_name() -> None:
    child = f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>{SITE}/1</loc></url></urlset>"
    web = Web(
        {
            f"{SITE}/": PAGE,
            f"{SITE}/robots.txt": f"Sitemap: {SITE}/map.xml".encode(),
            f"{SITE}/map.xml": child.encode(),
            **pages(1),
        }
    )
    assert [type(event) for event in run(web, source("site", "/"))] == [Arrived, Finished]
    failed, _ = run(Web({f"{SITE}/": PAGE}), source("site", "/"))
    assert isinstance(failed, Failed)
    assert failed.error.code == "no_feed"


def test_sitemaps_that_name_each_other_end() -> None:
    def index(*names: str) -> bytes:
        inner = "".join(f"<sitemap><loc>{SITE}/{name}</loc></sitemap>" for name in names)
        return f"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{inner}</sitemapindex>".encode()

    web = Web({f"{SITE}/a.xml": index("b.xml", "a.xml"), f"{SITE}/b.xml": index("a.xml", "b.xml")})
    run(web, source("sitemap", "/a.xml"))
    assert sorted(web.asked) == [f"{SITE}/a.xml", f"{SITE}/b.xml"]


INDEX = f"""<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>
<sitemap><loc>{SITE}/2024.xml</loc><lastmod>2024-12-31</lastmod></sitemap>
<sitemap><loc>{SITE}/2025.xml</loc><lastmod>2025-03-01</lastmod></sitemap></sitemapindex>""".encode()


def urls(*numbers: int) -> bytes:
    inner = "".join(f"<url><loc>{SITE}/{n}</loc></url>" for n in numbers)
    return f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{inner}</urlset>".encode()


def test_a_way_through_dated_sitemaps_goes_on_where_it_stopped() -> None:
    answers = {
        f"{SITE}/map.xml": INDEX,
        f"{SITE}/2024.xml": urls(1),
        f"{SITE}/2025.xml": urls(2),
        **pages(1, 2),
    }
    events = run(Web(answers), source("sitemap", "/map.xml"))
    reached = [event.cursor for event in events if isinstance(event, Reached)]
    assert len(reached) == 2
    web = Web(answers)
    run(web, source("sitemap", "/map.xml"), memory=Memory(cursor=reached[0]))
    assert web.asked == [f"{SITE}/map.xml", f"{SITE}/2025.xml", f"{SITE}/2"]


def test_a_sitemap_with_a_story_put_off_is_read_again() -> None:
    busy = FetchError("busy", code="rate_limited", retry_at=NOW + timedelta(hours=1))
    web = Web({f"{SITE}/map.xml": INDEX, f"{SITE}/2024.xml": urls(1), f"{SITE}/1": busy})
    events = run(web, source("sitemap", "/map.xml"))
    assert not any(isinstance(event, Reached) for event in events)


def test_a_file_goes_on_where_it_stopped_and_a_new_one_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    path.write_text("".join(f'{{"title": "T{n}", "text": "Oil rose {n}%."}}\n' for n in range(5)))
    archive = SourceSpec(name="news", kind="archive", path=str(path))
    events = run(Web({}), archive, options=GatherOptions(limit=2))
    (reached,) = [event.cursor for event in events if isinstance(event, Reached)]
    rest = run(Web({}), archive, memory=Memory(cursor=reached))
    assert sum(isinstance(event, Arrived) for event in rest) == 3
    path.write_text('{"title": "new", "text": "Oil fell."}\n')
    anew = run(Web({}), archive, memory=Memory(cursor=reached))
    assert sum(isinstance(event, Arrived) for event in anew) == 1


def test_dates_choose_in_a_file_too_and_leave_what_they_passed_over_for_another_run(
    tmp_path: Path,
) -> None:
    path = tmp_path / "news.jsonl"
    record = '{{"title": "T{n}", "text": "Oil rose {n}%.", "date": "2025-01-0{n}"}}\n'
    path.write_text("".join(record.format(n=n) for n in range(1, 6)))
    archive = SourceSpec(name="news", kind="archive", path=str(path))
    dates = GatherOptions(
        since=datetime(2025, 1, 2, tzinfo=UTC), before=datetime(2025, 1, 4, tzinfo=UTC)
    )
    events = run(Web({}), archive, options=dates)
    titles = [event.document.hints.title for event in events if isinstance(event, Arrived)]  # type: ignore[union-attr]
    assert titles == ["T2", "T3"]
    assert not any(isinstance(event, Reached) for event in events)


def test_an_archive_from_the_web_is_read_and_the_limit_holds_for_it() -> None:
    packed = BytesIO()
    with ZipFile(packed, "w") as file:
        for n in range(5):
            file.writestr(f"{n}.txt", f"Oil rose {n}% on Monday.")
    archive = SourceSpec(name="news", kind="archive", url=f"{SITE}/news.zip")
    answers = {f"{SITE}/news.zip": packed.getvalue()}
    arrived = [event for event in run(Web(answers), archive) if isinstance(event, Arrived)]
    assert [event.document.origin for event in arrived] == [
        f"{SITE}/news.zip!{n}.txt" for n in range(5)
    ]
    nameless = SourceSpec(name="news", kind="archive", url=f"{SITE}/download?id=7")
    answers[f"{SITE}/download?id=7"] = packed.getvalue()
    assert sum(isinstance(event, Arrived) for event in run(Web(answers), nameless)) == 5
    events = run(Web(answers), archive, options=GatherOptions(limit=2))
    assert sum(isinstance(event, Arrived) for event in events) == 2
