"""Who is told what: credentials, cookies and headers of subscribers, names that resolve to elsewhere, proxies; and counts."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest

from schemas.errors import FetchError
from schemas.web import SourceSpec
from sources.web import Fetcher, FetchOptions
from tests.fetching import failure, run
from tests.hostile_server import PAGE, Connection, HostileServer

HOSTS = ("127.0.0.1", "127.0.0.2")


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
