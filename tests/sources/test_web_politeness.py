"""How the fetcher behaves towards sites that behave: robots.txt, pauses, turns, conditions."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from schemas.errors import FetchError
from schemas.web import SourceSpec, Validators
from sources.web import Fetcher
from tests.fetching import failure, run
from tests.hostile_server import PAGE, Connection, HostileServer

HOSTS = ("127.0.0.1", "127.0.0.2", "127.0.0.3")


# Robots


def test_a_page_that_robots_forbids_is_never_asked_for() -> None:
    with HostileServer() as server:
        error = failure(server, "/private/a")
        assert error.code == "robots"
        assert [request.path for request in server.requests] == ["/robots.txt"]


def test_robots_is_read_once_for_many_pages_asked_at_once() -> None:
    with HostileServer() as server:

        async def many(fetcher: Fetcher) -> None:
            await asyncio.gather(*(fetcher.fetch(server.url(f"/{n}")) for n in range(10)))

        run(server, many)
        assert len(server.asked("/robots.txt")) == 1
        assert len(server.requests) == 11


@pytest.mark.parametrize("status", ["404 Not Found", "403 Forbidden", "401 No", "410 Gone"])
def test_a_site_without_robots_may_be_asked(status: str) -> None:
    with HostileServer(robots=lambda c: c.answer(status, b"User-agent: *\nDisallow: /")) as server:
        assert run(server, lambda f: f.fetch(server.url("/a"))).content == PAGE


def test_a_site_whose_robots_has_a_fault_is_not_asked_and_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sources.web_request._FIRST_BACKOFF", 0.01)
    with HostileServer(robots=lambda c: c.answer("503 Service Unavailable")) as server:
        error = failure(server, "/a")
        assert error.code == "robots"
        assert error.retry_at
        assert error.retry_at > datetime.now(UTC)
        assert not server.asked("/a")


async def _hang(c: Connection) -> None:
    await asyncio.sleep(60)


def test_a_hanging_robots_is_waited_for_once_and_not_for_every_page() -> None:
    with HostileServer(robots=_hang) as server:

        async def two(fetcher: Fetcher) -> list[object]:
            asked = (fetcher.fetch(server.url(f"/{n}")) for n in range(5))
            return list(await asyncio.gather(*asked, return_exceptions=True))

        errors = run(server, two, timeout=0.5)
        assert {getattr(error, "code", None) for error in errors} == {"timeout"}
        assert len(server.requests) == 1


def test_robots_may_redirect_and_is_believed_there() -> None:
    async def moved(c: Connection) -> None:
        await c.redirect("/rules")

    async def rules(c: Connection) -> None:
        await c.answer(body=b"User-agent: *\nDisallow: /a", Content_Type="text/plain")

    with HostileServer(robots=moved, endpoints={"/rules": rules}) as server:
        assert failure(server, "/a").code == "robots"


def test_robots_that_redirects_to_a_private_address_lets_nothing_through() -> None:
    async def moved(c: Connection) -> None:
        await c.redirect("http://169.254.169.254/robots.txt")

    with HostileServer(robots=moved) as server:
        assert failure(server, "/a").code == "guard"
        assert not server.asked("/a")


def test_the_target_of_a_redirect_is_asked_only_if_its_own_robots_allows_it() -> None:
    async def elsewhere(c: Connection) -> None:
        await c.redirect(f"http://127.0.0.2:{c.port}/private/page")

    with HostileServer(hosts=HOSTS, endpoints={"/go": elsewhere}) as server:
        assert failure(server, "/go").code == "robots"
        assert [r.path for r in server.requests if r.host == "127.0.0.2"] == ["/robots.txt"]


@pytest.mark.parametrize("path", ["/x/../private/a", "/x/%2e%2e/private/a", "/%70rivate/a"])
def test_dots_and_escapes_do_not_get_around_robots(path: str) -> None:
    with HostileServer() as server:
        assert failure(server, path).code == "robots"
        assert len(server.requests) == 1


def test_an_endless_robots_is_read_to_its_limit_and_obeyed() -> None:
    async def endless(c: Connection) -> None:
        await c.head()
        await c.send(b"User-agent: *\nDisallow: /a\n")
        while True:
            await c.send(b"# and on and on\n" * 1000)

    with HostileServer(robots=endless) as server:
        assert failure(server, "/a").code == "robots"
        assert run(server, lambda f: f.fetch(server.url("/b"))).status == 200


# Pauses and turns


def gaps(server: HostileServer, host: str) -> list[float]:
    times = [request.at for request in server.requests if request.host == host]
    return [after - before for before, after in pairwise(times)]


def test_one_host_is_asked_one_at_a_time_with_a_pause_and_others_meanwhile() -> None:
    with HostileServer(hosts=HOSTS) as server:

        async def many(fetcher: Fetcher) -> None:
            urls = [server.url(f"/{n}", host=host) for n in range(3) for host in HOSTS]
            await asyncio.gather(*(fetcher.fetch(url) for url in urls))

        run(server, many, pause=0.2)
        for host in HOSTS:
            assert server.most_at_once[host] == 1
            assert min(gaps(server, host)) > 0.18
        span = server.requests[-1].at - server.requests[0].at
        assert span < 1.5  # three hosts, one after the other, would take 2.2 s


def test_waiting_for_its_turn_does_not_count_against_a_request() -> None:
    with HostileServer() as server:

        async def many(fetcher: Fetcher) -> int:
            asked = (fetcher.fetch(server.url(f"/{n}")) for n in range(5))
            return len(await asyncio.gather(*asked))

        assert run(server, many, pause=0.3, timeout=0.5) == 5


def test_the_pause_of_a_source_goes_before_the_general_one() -> None:
    source = SourceSpec(name="s", kind="page", pause=0.0)
    with HostileServer() as server:
        run(server, lambda f: f.fetch(server.url("/a"), source=source), pause=30.0, timeout=2.0)
        assert len(server.requests) == 2


def test_a_crawl_delay_is_kept_between_pages() -> None:
    with HostileServer(robots=b"User-agent: *\nCrawl-delay: 0.4") as server:

        async def two(fetcher: Fetcher) -> None:
            await asyncio.gather(*(fetcher.fetch(server.url(f"/{n}")) for n in range(2)))

        run(server, two)
        assert gaps(server, "127.0.0.1")[-1] > 0.38


def test_a_long_crawl_delay_gives_one_page_and_puts_off_the_next() -> None:
    with HostileServer(robots=b"User-agent: *\nCrawl-delay: 600") as server:

        async def two(fetcher: Fetcher) -> FetchError:
            assert (await fetcher.fetch(server.url("/a"))).status == 200
            with pytest.raises(FetchError) as caught:
                await fetcher.fetch(server.url("/b"))
            return caught.value

        error = run(server, two)
        assert error.code == "rate_limited"
        assert error.retry_at
        assert timedelta(minutes=9) < error.retry_at - datetime.now(UTC) <= timedelta(minutes=10)
        assert not server.asked("/b")


def test_a_redirect_or_a_second_try_of_the_one_page_is_not_put_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sources.web_request.LONGEST_WAIT", 0.05)
    monkeypatch.setattr("sources.web_request._FIRST_BACKOFF", 0.01)
    with HostileServer(robots=b"User-agent: *\nCrawl-delay: 600") as server:
        assert run(server, lambda f: f.fetch(server.url("/cookie-wall"))).status == 200
        assert run(server, lambda f: f.fetch(server.url("/503-recovers"))).status == 200


def test_a_long_retry_after_puts_the_page_off_to_its_time_at_once() -> None:
    with HostileServer() as server:
        error = failure(server, "/429-day")
        assert error.retry_at
        assert timedelta(hours=23) < error.retry_at - datetime.now(UTC) <= timedelta(days=1)
        assert len(server.asked("/429-day")) == 1


def test_a_status_of_four_hundred_is_never_asked_for_twice() -> None:
    with HostileServer() as server:
        for path in ("/404", "/410", "/401", "/403", "/418", "/429-nothing"):
            failure(server, path)
            assert len(server.asked(path)) == 1


def test_a_fault_of_the_server_is_tried_three_times_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sources.web_request._FIRST_BACKOFF", 0.01)
    with HostileServer() as server:
        for path in ("/503", "/hang-up", "/reset"):
            failure(server, path)
            assert len(server.asked(path)) == 3


# Conditions


def test_a_page_that_has_not_changed_costs_no_body() -> None:
    with HostileServer() as server:
        url = server.url("/unchanged")
        first = run(server, lambda f: f.fetch(url))
        again = run(server, lambda f: f.fetch(url, validators=first.validators))
        assert first.validators.etag == '"v1"'
        assert again.not_modified
        assert again.content == b""
        assert again.validators.etag == '"v1"'


def test_validators_that_are_no_header_values_are_not_sent() -> None:
    with HostileServer() as server:
        bad = Validators(etag='"a"\r\nX-Evil: 1', last_modified="y" * 5000)
        run(server, lambda f: f.fetch(server.url("/a"), validators=bad))
        sent = server.asked("/a")[0].headers
        assert not {"x-evil", "if-none-match", "if-modified-since"} & set(sent)
