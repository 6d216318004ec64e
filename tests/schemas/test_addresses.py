"""One page, one address: what is folded, what is kept, and that nothing raises."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.addresses import (
    address_key,
    canonical_address,
    secret_name,
    shown_address,
    without_credentials,
    without_secrets,
)


@pytest.mark.parametrize(
    ("given_url", "expected"),
    [
        ("HTTP://Example.ORG", "http://example.org/"),
        ("https://example.org:443/a", "https://example.org/a"),
        ("https://example.org:80/a", "https://example.org:80/a"),
        ("http://example.org:/a", "http://example.org/a"),
        ("https://me:secret@example.org/a", "https://example.org/a"),
        ("https://bücher.example/x", "https://xn--bcher-kva.example/x"),
        ("https://faß.example/x", "https://xn--fa-hia.example/x"),
        ("https://example.org./x", "https://example.org/x"),
        ("https://example.org/a/./b/../c", "https://example.org/a/c"),
        ("https://example.org/a/%2e%2E/c", "https://example.org/c"),
        ("https://example.org/../../a", "https://example.org/a"),
        ("https://example.org/%7euser/%c3%a9/%2f", "https://example.org/~user/%C3%A9/%2F"),
        ("https://example.org/é 100%", "https://example.org/%C3%A9%20100%25"),
        ("https://example.org/a/", "https://example.org/a"),
        ("https://example.org/a#part", "https://example.org/a"),
        ("https://example.org/a;jsessionid=9F2?x=1", "https://example.org/a?x=1"),
        ("  https://example.org/a\n", "https://example.org/a"),
        ("http://[2001:DB8:0::1]:80/a", "http://[2001:db8::1]/a"),
        ("http://192.0.2.7:8080/a", "http://192.0.2.7:8080/a"),
    ],
)
def test_an_address_has_one_spelling(given_url: str, expected: str) -> None:
    assert canonical_address(given_url) == expected


@pytest.mark.parametrize(
    "name",
    [
        "utm_source",
        "UTM_Medium",
        "fbclid",
        "gclid",
        "dclid",
        "gbraid",
        "wbraid",
        "msclkid",
        "mc_cid",
        "mc_eid",
        "igshid",
        "yclid",
        "_ga",
        "ref_src",
        "cmpid",
        "ocid",
        "ns_mchannel",
        "at_campaign",
        "xtor",
        "%75tm_source",
    ],
)
def test_a_tracking_parameter_goes(name: str) -> None:
    assert (
        canonical_address(f"https://example.org/a?id=1&{name}=x&p=2")
        == "https://example.org/a?id=1&p=2"
    )


@pytest.mark.parametrize(
    "name",
    [
        "id",
        "p",
        "article",
        "page",
        "q",
        "ref",
        "source",
        "story",
        "at",
        "nsid",
        "category",
        "utm",
        "v",
        "pid",
        "amp",
    ],
)
def test_a_parameter_that_may_choose_the_page_stays(name: str) -> None:
    url = f"https://example.org/a?{name}=1"
    assert canonical_address(url) == url


def test_the_query_keeps_its_order_and_its_repeats() -> None:
    url = "https://example.org/a?b=2&a=1&b=3&flag"
    assert canonical_address(url) == url


def test_ampersands_left_escaped_by_html_still_part_the_query() -> None:
    assert (
        canonical_address("https://example.org/a?id=1&amp;utm_source=x&amp;p=2")
        == "https://example.org/a?id=1&p=2"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.org/a",
        "//example.org/a",
        "ftp://example.org/a",
        "javascript:alert(1)",
        "http://",
        "http://[::1",
        "http://a..b/",
        "http://exa mple.org/",
        "http://example.org:99999/",
        "http://example.org:port/",
        "http://-x.example/",
        "http://" + "a" * 64 + ".example/",
        "http://example.org/" + "a" * 8000,
    ],
)
def test_what_is_no_address_gives_none(text: str) -> None:
    assert canonical_address(text) is None
    assert address_key(text) is None


def test_the_key_folds_scheme_and_www() -> None:
    assert address_key("http://www.example.org/a?id=1") == "example.org/a?id=1"
    assert address_key("https://example.org/a?id=1") == "example.org/a?id=1"


def test_the_key_keeps_a_www_that_is_the_domain() -> None:
    assert address_key("http://www.example/") == "www.example/"


_PIECES = st.sampled_from(
    ["http://", "https://", "www.", "example.org", ":80", "/", "//", ".", "..", "%2e", "%", "%7E", "%zz", "?", "&",
     "amp;", "%61mp;", "=", "utm_", "%75tm_x", "#", ";jsessionid=", "é", "ß", "。", "\ud800", " ", "\t", "@", "[", "]", "+", "\\"]
)  # fmt: skip


@given(
    st.lists(_PIECES, max_size=14).map("".join) | st.text() | st.text().map("http://a.b/".__add__)
)
@example("http://a.b/.;jsessionid=1/x")
@example("http://a.b/" + "é" * 5000)
@example("http://a.b/?&amp;amp;utm_x=1")
def test_canonical_addresses_are_canonical(text: str) -> None:
    once = canonical_address(text)
    if once is None:
        return
    assert once.isascii()
    assert canonical_address(once) == once
    assert address_key(once) == address_key(text)


@given(st.lists(_PIECES, max_size=8).map("".join).map("http://example.org/".__add__))
def test_any_path_under_a_good_host_has_an_address(text: str) -> None:
    assert canonical_address(text) is not None


# -- what of an address is secret ---------------------------------------------------------------------------------------

PLAIN = [
    "https://example.org/a@b/c?mail=a@b.org#x@y",
    "https://www.example.com/feeds/videos.xml?user=ann&keyword=oil",
    "https://example.org/?key=&monkey=1&turkey=2&author=ann&authuser=0&broken=1",
    "Ann @ the harbour",
    "ann@example.org",
    "",
]
HIDDEN = [
    "https://desk:SECRET@example.org/",
    "https://SECRET@example.org/",
    "HTTP://desk:a@SECRET@example.org/a@b",
    "https://desk:12\\SECRET@example.org/",
    "https://desk:SEC/SECRET@example.org/",
    "https://desk:SEC?SECRET@example.org/",
    "https:/desk:SECRET@example.org/",
    "https:\\\\desk:SECRET@example.org/",
    "https:desk:SECRET@example.org/",
    "//desk:SECRET@example.org/",
    "ht\ntps://desk:SECRET@example.org/",
    "\x01 https://desk:SECRET@example.org/",
    "\u3000https://desk:SECRET@example.org/",
    "ftp://desk:SECRET@example.org/a@b",
    "desk:SECRET@example.org",
]
QUERIES = [
    "?token=SECRET", "?a=1&KEY=SECRET", "?apikey=SECRET", "?api-key=SECRET", "?x[api_key]=SECRET", "?a=1;auth=SECRET",
    "?a=1&amp;sig=SECRET", "#access_token=SECRET", "?%74oken=SECRET", "?rssToken=SECRET", "?X-Amz-Signature=SECRET",
    "?u=https%3A%2F%2Fb.org%2F%3Ftoken%3DSECRET", "?u=b%253Fkey%253DSECRET", "/;token=SECRET/a", "?client_secret=SECRET",
]  # fmt: skip


@pytest.mark.parametrize("address", PLAIN)
def test_what_is_no_secret_stays(address: str) -> None:
    assert without_credentials(address) == address
    assert without_secrets(address) == address
    assert secret_name(address) is None


@pytest.mark.parametrize("address", HIDDEN)
def test_a_password_goes_however_the_address_is_written(address: str) -> None:
    for shown in (without_credentials, without_secrets, shown_address):
        assert "SECRET" not in shown(address)
    assert without_credentials(address).endswith(("example.org/", "b", "example.org"))


@pytest.mark.parametrize("query", QUERIES)
def test_a_secret_in_the_query_is_found_and_goes(query: str) -> None:
    address = f"https://example.org/feed{query}"
    assert secret_name(address) is not None
    assert "SECRET" not in str(secret_name(address))
    for shown in (without_secrets, shown_address):
        assert "SECRET" not in shown(address)
        assert secret_name(shown(address)) is None


def test_the_rest_of_a_query_stays_in_its_order() -> None:
    address = "https://example.org/feed?b=2&token=x&a=1#key=y&top"
    assert without_secrets(address) == "https://example.org/feed?b=2&a=1#top"


@given(
    # With "/", "?" or "#" in it an address may be a good one of another host: https://0/:word@example.org
    user=st.text(st.characters(codec="utf-8", exclude_characters="@/?#"), max_size=12),
    rest=st.sampled_from(["", "/", "/a@b", "?a=b@c", "#@x"]),
    scheme=st.sampled_from(["https://", "HTTP://", " http://", "http:/", "ftp://", "//"]),
)
@example(user="me:\t\\", rest="/", scheme="http://")
def test_nobody_is_left_in_an_address(user: str, rest: str, scheme: str) -> None:
    address = f"{scheme}{user}:S€CRET@example.org{rest}"
    shown = without_credentials(address)
    assert "S€CRET" not in shown
    assert without_credentials(shown) == shown
    if canonical_address(address):
        assert canonical_address(shown) == canonical_address(address)


@given(st.text(max_size=60), st.sampled_from(["", "https://example.org/", "https://a@"]))
def test_any_text_is_made_fit_to_be_shown(text: str, begins: str) -> None:
    shown = shown_address(begins + text)
    assert len(shown) <= 301
    assert "\x1b" not in shown
    assert secret_name(shown) is None
    whole = without_secrets(begins + text)
    assert without_secrets(whole) == whole


@given(
    name=st.text(alphabet="abz09._-~", min_size=1),
    path=st.sampled_from(["/", "/a@b", "/a?b=c@d", ""]),
)
def test_an_address_is_shown_whole_but_for_its_credentials(name: str, path: str) -> None:
    assert shown_address(f"https://{name}:SECRET@a.org{path}") == f"https://a.org{path}"
