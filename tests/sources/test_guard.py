"""No special address gets past the guard, in any notation; no public one is refused."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.errors import FetchError, SettingsError
from sources.guard import Guard, special_kind

REFUSED_4 = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
    *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
    *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
]
REFUSED_6 = [
    *("::/128", "::1/128", "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "100::/64"),
    *("64:ff9b:1::/48", "2001::/32", "2001:db8::/32", "2002::/16", "3fff::/20", "fc00::/7"),
    *("fe80::/10", "fec0::/10", "ff00::/8", "4000::/3", "8000::/3"),
]


def in_network(network: IPv4Network | IPv6Network) -> st.SearchStrategy[int]:
    return st.integers(int(network.network_address), int(network.broadcast_address))


special_4 = (
    st.sampled_from(REFUSED_4).flatmap(lambda n: in_network(IPv4Network(n))).map(IPv4Address)
)
special_6 = (
    st.sampled_from(REFUSED_6).flatmap(lambda n: in_network(IPv6Network(n))).map(IPv6Address)
)
any_4 = st.integers(0, 2**32 - 1).map(IPv4Address)


def numbers(address: IPv4Address, parts: int) -> list[int]:
    """The address as `parts` numbers, the last of which takes all the bytes that are left."""
    value, leading = int(address), parts - 1
    return [(value >> (24 - 8 * n)) & 0xFF for n in range(leading)] + [
        value & (2 ** (32 - 8 * leading) - 1)
    ]


@st.composite
def notations(draw: st.DrawFn, addresses: st.SearchStrategy[IPv4Address]) -> str:
    """One of the ways in which some system's parser reads an IPv4 address."""
    address = draw(addresses)
    parts = numbers(address, draw(st.integers(1, 4)))
    ways: list[Callable[[int], str]] = [
        str,
        lambda n: f"0{n:o}",
        lambda n: f"0x{n:x}",
        lambda n: f"0X{n:08X}",
        lambda n: f"000{n:o}",
    ]
    written = ".".join(draw(st.sampled_from(ways))(number) for number in parts)
    if draw(st.booleans()):
        written = written.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
    if draw(st.booleans()):
        written = written.replace(".", draw(st.sampled_from("。．｡")))
    return written + draw(st.sampled_from(["", "."]))


def wrapped(address: IPv4Address) -> list[str]:
    value = int(address)
    high, low = value >> 16, value & 0xFFFF
    flipped = value ^ 0xFFFF_FFFF
    return [
        f"::ffff:{address}",
        f"::{address}",
        f"::ffff:0:{address}",
        f"64:ff9b::{address}",
        f"64:ff9b:1::{address}",
        f"2002:{high:x}:{low:x}::1",
        f"2001:0:1234::{flipped >> 16:x}:{flipped & 0xFFFF:x}",
        f"fe80::5efe:{address}",
        f"2a00:1:2:3:0:5efe:{high:x}:{low:x}",
        f"2a00:1:2:3:200:5efe:{high:x}:{low:x}",
    ]


def refused(url: str) -> str:
    with pytest.raises(FetchError) as caught:
        Guard().check(url)
    return caught.value.code


@given(special_4)
def test_a_special_ipv4_address_is_refused_as_written_and_as_an_answer(
    address: IPv4Address,
) -> None:
    assert refused(f"http://{address}/") == "guard"
    with pytest.raises(FetchError):
        Guard().check_answer("example.org", 80, str(address))


@given(special_6)
def test_a_special_ipv6_address_is_refused_in_every_spelling(address: IPv6Address) -> None:
    for spelling in (str(address), address.exploded, address.exploded.upper(), f"{address}%25eth0"):
        assert refused(f"http://[{spelling}]/") == "guard"
    with pytest.raises(FetchError):
        Guard().check_answer("example.org", 80, f"{address}%eth0")


@given(
    notations(special_4), st.sampled_from(["", ":8080", ":80"]), st.sampled_from(["http", "HTTPS"])
)
def test_no_notation_hides_a_special_address(host: str, port: str, scheme: str) -> None:
    assert refused(f"{scheme}://{host}{port}/x") in {"guard", "bad_url"}


@given(notations(any_4))
def test_a_disguised_address_is_refused_even_if_it_is_public(host: str) -> None:
    try:
        checked = Guard().check(f"http://{host}/")
    except FetchError:
        return
    assert special_kind(IPv4Address((checked.raw_host or "").rstrip("."))) is None


@given(any_4)
def test_an_address_wrapped_in_ipv6_is_refused_whatever_it_is(address: IPv4Address) -> None:
    for form in wrapped(address):
        assert refused(f"http://[{form}]/") == "guard"


@given(any_4)
def test_the_guard_never_lets_through_what_the_standard_library_calls_private(
    address: IPv4Address,
) -> None:
    if not address.is_global or address.is_multicast or address.is_reserved:
        assert special_kind(address)


@pytest.mark.parametrize(
    "host", ["8.8.8.8", "93.184.216.34", "[2606:4700::1111]", "[2a00:1450::1]"]
)
def test_a_public_address_passes(host: str) -> None:
    assert Guard().check(f"http://{host}/").path == "/"


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST", "a.localhost", "localhost.", "ⓛocalhost"]
)
def test_a_name_of_this_machine_is_refused_before_anybody_resolves_it(host: str) -> None:
    assert refused(f"http://{host}/") == "guard"


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://a.org/",
        "javascript:alert(1)",
        "data:,x",
        "gopher://a.org/",
        "FILE:x",
    ],
)
def test_other_schemes_are_refused(url: str) -> None:
    assert refused(url) == "guard"


@given(st.text(max_size=60) | st.text(alphabet="/?#%[]:@&;=.\\ \"'<>{}|^`a1ä\u200f", max_size=30))
@example("[]@")
def test_no_text_raises_anything_but_our_error(text: str) -> None:
    for url in (text, f"http://{text}", f"http://a.org/{text}", f"http://{text}@a.org/"):
        with contextlib.suppress(FetchError):
            checked = Guard().check(url)
            assert checked.scheme in {"http", "https"}
            assert checked.raw_host


def test_an_exception_lifts_the_guard_for_that_spelling_and_port_alone() -> None:
    guard = Guard(["127.0.0.1:8000", "[::1]:80", "Intranet.example:443"])
    assert guard.check("http://127.0.0.1:8000/")
    assert guard.check("http://[0:0::1]/")
    guard.check_answer("intranet.example", 443, "10.0.0.1")
    for url in (
        "http://127.0.0.1/",
        "http://127.0.0.1:8001/",
        "http://127.1:8000/",
        "http://localhost:8000/",
    ):
        with pytest.raises(FetchError):
            guard.check(url)
    with pytest.raises(FetchError):
        guard.check_answer("intranet.example", 80, "10.0.0.1")


@pytest.mark.parametrize("entry", ["127.0.0.1", "", ":80", "::1:80", "[zz]:80", "a:b", "[]:80"])
def test_an_exception_without_host_or_port_is_a_wrong_setting(entry: str) -> None:
    with pytest.raises(SettingsError):
        Guard([entry])


@pytest.mark.parametrize(
    "url",
    [
        "http://desk:SECRET@127.0.0.1/",
        "http://desk:SECRET@host:99999/",
        "http://desk:SEC/SECRET@host/",
        "http://desk:a@SECRET@[::1/",
        "https://SECRET@ex ample.org/",
        "ftp://desk:SECRET@example.org/",
        "http:/desk:SECRET@example.org/",
        "desk:SECRET@example.org",
        "http://desk:SECRET@\u200bexample.org/",
        "http://desk:SECRET@example.org/" + "x" * 9000,
    ],
)
def test_no_message_holds_the_credentials_of_an_address(url: str) -> None:
    with pytest.raises(FetchError) as caught:
        Guard().check(url)
    assert "SECRET" not in str(caught.value)
