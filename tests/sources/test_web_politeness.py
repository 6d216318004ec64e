"""How the fetcher behaves towards sites that behave: robots.txt, pauses, turns, conditions, cookies, credentials."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import pytest

from schemas.errors import FetchError
from schemas.web import SourceSpec, Validators
from sources.web import Fetcher, FetchOptions
from tests.hostile_server import PAGE, Connection, HostileServer

T = TypeVar("T")
HOSTS = ("127.0.0.1", "127.0.0.2", "127.0.0.3")


def run(
    server: HostileServer,
    use: Callable[[Fetcher], Coroutine[Any, Any, T]],
    *,
    environment: dict[str, str] | None = None,
    **changed: object,
) -> T:
    """What `use` gives with an open fetcher that may ask the server, without pauses unless said otherwise."""
    given = {"allow_hosts": server.allowed, "pause": 0.0, "timeout": 3.0} | changed
    options = FetchOptions(**given)  # type: ignore[arg-type]

    async def opened() -> T:
        async with Fetcher(options, environment=environment) as fetcher:
            return await use(fetcher)

    return asyncio.run(opened())


def failure(
    server: HostileServer, path: str, *, source: SourceSpec | None = None, **more: Any
) -> FetchError:
    with pytest.raises(FetchError) as caught:
        run(server, lambda f: f.fetch(server.url(path), source=source), **more)
    return caught.value


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


# Secrets


def paper(server: HostileServer, **more: Any) -> SourceSpec:
    return SourceSpec(name="paper", kind="page", url=server.url("/"), **more)


async def _elsewhere(c: Connection) -> None:
    await c.answer(
        "302 Found",
        b"",
        Location=f"http://127.0.0.2:{c.port}/there",
        Set_Cookie="sid=SECRET; Domain=127.0.0.2",
    )


def test_secrets_go_to_their_own_host_and_are_not_carried_along(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("SECRET-FILE\n")
    with HostileServer(hosts=HOSTS, endpoints={"/go": _elsewhere}) as server:
        source = paper(
            server,
            headers=(("X-Key", "env:KEY"), ("X-Token", f"file:{tmp_path}/token")),
            cookies_env="COOKIES",
            user_agent="desk/1",
        )
        url = server.url("/go", credentials="me:SECRET@")
        environment = {"KEY": "SECRET-ENV", "COOKIES": "session=SECRET"}
        got = run(server, lambda f: f.fetch(url, source=source), environment=environment)
        own, other = server.asked("/go")[0].headers, server.asked("/there")[0].headers
        assert own["x-key"] == "SECRET-ENV"
        assert own["x-token"] == "SECRET-FILE"
        assert own["cookie"] == "session=SECRET"
        assert own["authorization"].startswith("Basic ")
        assert own["user-agent"] == "desk/1"
        assert "SECRET" not in str(other)
        assert not {"x-key", "x-token", "cookie", "authorization"} & set(other)
        assert other["user-agent"].startswith("copydesk/")
        assert got.asked == server.url("/go")
        assert got.url == server.url("/there", host="127.0.0.2")


def test_another_port_of_the_same_host_is_somebody_else() -> None:
    with HostileServer() as one, HostileServer() as two:

        async def across(c: Connection) -> None:
            await c.redirect(two.url("/there"))

        one.endpoints["/go"] = across
        source = paper(one, headers=(("X-Key", "SECRET"),))
        url = one.url("/go", credentials="me:SECRET@")
        allowed = one.allowed + two.allowed
        run(one, lambda f: f.fetch(url, source=source), allow_hosts=allowed)
        assert not {"x-key", "authorization"} & set(two.asked("/there")[0].headers)


def test_credentials_in_a_redirect_are_not_believed() -> None:
    async def tempting(c: Connection) -> None:
        await c.redirect(f"http://me:SECRET@127.0.0.1:{c.port}/there")

    with HostileServer(endpoints={"/go": tempting}) as server:
        got = run(server, lambda f: f.fetch(server.url("/go")))
        assert "authorization" not in server.asked("/there")[0].headers
        assert "SECRET" not in got.url


@pytest.mark.parametrize(
    "path",
    [
        "/404",
        "/silent",
        "/drip",
        "/short-body",
        "/gzip-lie",
        "/ten-gibibytes",
        "/noise",
        "/loop",
        "/private/x",
    ],
)
def test_no_error_tells_a_secret(path: str) -> None:
    with HostileServer() as server:
        source = paper(server, headers=(("X-Key", "SECRET"),), cookies_env="C")
        url = server.url(path, credentials="me:SECRET@")
        with pytest.raises(FetchError) as caught:
            run(
                server,
                lambda f: f.fetch(url, source=source),
                environment={"C": "a=SECRET"},
                timeout=0.5,
            )
        assert (
            "SECRET" not in f"{caught.value} {caught.value!r} {caught.value.__cause__!r} {source!r}"
        )


@pytest.mark.parametrize(
    ("more", "environment"),
    [
        ({"cookies_env": "UNSET"}, {}),
        ({"headers": (("X-Key", "env:UNSET"),)}, {}),
        ({"headers": (("X-Key", "file:/nowhere/at/all"),)}, {}),
        ({"headers": (("X-Key", "a\r\nX-Evil: SECRET"),)}, {}),
        ({"headers": (("Bad Name", "SECRET"),)}, {}),
        ({"headers": (("Host", "SECRET"),)}, {}),
        ({"headers": (("Transfer-Encoding", "SECRET"),)}, {}),
        ({"cookies_env": "EMPTY"}, {"EMPTY": " \n"}),
        ({"proxy": "socks5://me:SECRET@127.0.0.1:1080"}, {}),
        ({"proxy": "http://me:SECRET@127.0.0.1:3128"}, {}),
        ({"proxy": "http://me:SECRET@10.0.0.1:3128"}, {}),
    ],
)
def test_a_source_that_cannot_be_used_as_it_stands_says_so(
    more: dict[str, Any], environment: dict[str, str]
) -> None:
    with HostileServer() as server:
        error = failure(server, "/a", source=paper(server, **more), environment=environment)
        assert error.code in {"settings", "guard"}
        assert error.remedy
        assert "SECRET" not in str(error)
        assert not server.requests


# Names and proxies


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """From now on names resolve to these, one list after the other; the last again and again."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def fake(host: str, port: int, *args: Any, **more: Any) -> Any:
        if host[0].isdigit():
            return real(host, port, *args, **more)
        found = answers[min(len(asked), len(answers) - 1)]
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", fake)
    return asked


@pytest.mark.parametrize(
    "answers", [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["169.254.169.254"]]
)
def test_a_name_with_one_bad_address_is_refused(
    monkeypatch: pytest.MonkeyPatch, answers: list[str]
) -> None:
    resolving(monkeypatch, answers)
    with HostileServer() as server:
        with pytest.raises(FetchError) as caught:
            run(server, lambda f: f.fetch(f"http://news.example:{server.port}/a"))
        assert caught.value.code == "guard"
        assert not server.requests


def test_a_name_that_changes_its_address_is_no_way_in(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolving(monkeypatch, ["203.0.114.1"], ["127.0.0.1"])
    with HostileServer() as server:
        with pytest.raises(FetchError) as caught:
            run(server, lambda f: f.fetch(f"http://news.example:{server.port}/a"), timeout=0.5)
        assert caught.value.code in {"timeout", "connection", "guard"}
        assert len(asked) == 1
        assert not server.requests


def test_an_allowed_name_may_be_a_private_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, ["127.0.0.1"])
    with HostileServer() as server:
        name = f"intranet.example:{server.port}"
        assert run(server, lambda f: f.fetch(f"http://{name}/a"), allow_hosts=(name,)).status == 200
        with pytest.raises(FetchError):
            run(server, lambda f: f.fetch(server.url("/a")), allow_hosts=(name,))


def test_a_proxy_resolves_the_name_and_gets_its_own_password_alone() -> None:
    with HostileServer() as proxy:
        source = SourceSpec(
            name="s",
            kind="page",
            url="http://news.invalid/",
            proxy=proxy.url("", credentials="me:SECRET@"),
            headers=(("X-Key", "k"),),
        )
        got = run(proxy, lambda f: f.fetch("http://news.invalid/a", source=source))
        assert got.content == PAGE
        assert [r.path for r in proxy.requests] == [
            "http://news.invalid/robots.txt",
            "http://news.invalid/a",
        ]
        assert proxy.requests[-1].headers["proxy-authorization"].startswith("Basic ")
        assert "authorization" not in proxy.requests[-1].headers


@pytest.mark.parametrize("host", ["10.0.0.1", "[::ffff:10.0.0.1]", "localhost", "2130706433"])
def test_a_proxy_is_never_asked_for_a_forbidden_literal_address(host: str) -> None:
    async def inwards(c: Connection) -> None:
        await c.redirect(f"http://{host}/x")

    with HostileServer(endpoints={"http://news.invalid/a": inwards}) as proxy:
        source = SourceSpec(name="s", kind="page", url="http://news.invalid/", proxy=proxy.url(""))
        with pytest.raises(FetchError) as caught:
            run(proxy, lambda f: f.fetch("http://news.invalid/a", source=source))
        assert caught.value.code == "guard"
        assert len(proxy.requests) == 2


def test_a_proxy_that_refuses_is_an_error_that_passes() -> None:
    async def refuses(c: Connection) -> None:
        await c.answer("407 Proxy Authentication Required", b"")

    with HostileServer(endpoints={"news.invalid:443": refuses}) as proxy:
        source = SourceSpec(name="s", kind="page", url="https://news.invalid/", proxy=proxy.url(""))
        with pytest.raises(FetchError) as caught:
            run(proxy, lambda f: f.fetch("https://news.invalid/a", source=source))
        assert caught.value.code == "connection"
        assert caught.value.retry_at


def test_a_server_that_speaks_no_tls_is_a_failed_connection() -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        writer.close()

    async def main() -> FetchError:
        server = await asyncio.start_server(greet, "127.0.0.1", 0)
        name = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server, Fetcher(FetchOptions(allow_hosts=(name,), pause=0)) as fetcher:
            with pytest.raises(FetchError) as caught:
                await fetcher.fetch(f"https://{name}/a")
        return caught.value

    assert asyncio.run(main()).code == "connection"


def test_an_allowed_localhost_is_resolved_by_its_name() -> None:
    with HostileServer() as server:
        url = server.url("/a", host="localhost")
        name = (f"localhost:{server.port}",)
        assert run(server, lambda f: f.fetch(url), allow_hosts=name).status == 200


# Counts


def test_traffic_is_counted_in_all_and_by_source() -> None:
    with HostileServer() as server:

        async def some(fetcher: Fetcher) -> Fetcher:
            await fetcher.fetch(server.url("/a"), source=paper(server))
            await fetcher.fetch(server.url("/b"))
            return fetcher

        traffic = run(server, some).traffic
        assert traffic.requests == len(server.requests) == 3
        assert traffic.by_source["paper"].requests == 2
        assert traffic.by_source["paper"].wire_bytes < traffic.wire_bytes


def test_one_page_may_have_a_limit_of_its_own() -> None:
    with HostileServer() as server:
        assert run(server, lambda f: f.fetch(server.url("/a"), max_bytes=len(PAGE))).content == PAGE
        with pytest.raises(FetchError) as caught:
            run(server, lambda f: f.fetch(server.url("/a"), max_bytes=len(PAGE) - 1))
        assert caught.value.code == "too_large"


def test_the_contact_stands_in_the_user_agent_on_one_line() -> None:
    with HostileServer() as server:
        run(server, lambda f: f.fetch(server.url("/a")), contact="desk@example.org\r\nX-Evil: 1")
        headers = server.asked("/a")[0].headers
        assert headers["user-agent"].startswith("copydesk/")
        assert "(+desk@example.org" in headers["user-agent"]
        assert "x-evil" not in headers


def test_cancelling_a_run_leaves_no_request_behind() -> None:
    with HostileServer() as server:

        async def cancelled(fetcher: Fetcher) -> None:
            task = asyncio.create_task(fetcher.fetch(server.url("/silent")))
            await asyncio.sleep(0.2)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert (await fetcher.fetch(server.url("/a"))).status == 200

        run(server, cancelled)
