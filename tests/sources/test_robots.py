"""What robots.txt lets us do, however it is written; hostile ones cost little."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.robots import MAX_BYTES, Rules, product_token
from tests.growth import LINEAR, growth

SITE = "https://example.org"


def rules(text: str, agent: str = "copydesk") -> Rules:
    return Rules.parse(text.encode(), agent=agent)


def test_the_group_that_names_us_goes_before_the_one_for_everybody() -> None:
    found = rules("User-agent: *\nDisallow: /\n\nUser-agent: Copydesk\nDisallow: /private")
    assert found.allows(f"{SITE}/news")
    assert not found.allows(f"{SITE}/private/a")


def test_names_in_one_group_share_its_rules() -> None:
    found = rules(
        "User-agent: other\nUser-agent: copydesk\nUser-agent: third\nDisallow: /a\nCrawl-delay: 3"
    )
    assert not found.allows(f"{SITE}/a")
    assert found.crawl_delay == 3


def test_a_group_for_others_does_not_concern_us() -> None:
    assert rules("User-agent: googlebot\nDisallow: /").allows(f"{SITE}/a")


def test_two_groups_for_us_count_together() -> None:
    found = rules(
        "User-agent: copydesk\nDisallow: /a\n\nUser-agent: x\nDisallow: /\n\nUser-agent: copydesk\nDisallow: /b"
    )
    assert [found.allows(f"{SITE}{path}") for path in ("/a", "/b", "/c")] == [False, False, True]


def test_sitemap_and_comments_do_not_end_a_list_of_names() -> None:
    found = rules(
        "User-agent: copydesk # us\nSitemap: https://example.org/s.xml\n# and\nUser-agent: x\nDisallow: /a"
    )
    assert not found.allows(f"{SITE}/a")


@pytest.mark.parametrize(
    "text", ["", "<html>not found</html>", "\ufeffUser-agent: *\nAllow: /", "Disallow: /"]
)
def test_a_file_without_a_rule_for_us_allows_everything(text: str) -> None:
    assert rules(text).allows(f"{SITE}/a")


def test_a_byte_order_mark_does_not_hide_the_first_group() -> None:
    assert not rules("\ufeffUser-agent: *\nDisallow: /").allows(f"{SITE}/a")


@pytest.mark.parametrize("path", ["/private", "/%70rivate", "/private/x?y=1"])
def test_an_escape_does_not_get_around_a_rule(path: str) -> None:
    assert not rules("User-agent: *\nDisallow: /private").allows(SITE + path)


@pytest.mark.parametrize("delay", ["soon", "-1", "nan", "inf", "1e999"])
def test_a_crawl_delay_that_is_no_number_is_none(delay: str) -> None:
    assert rules(f"User-agent: *\nCrawl-delay: {delay}").crawl_delay == 0


def test_what_is_beyond_the_limit_is_as_if_it_were_not_there() -> None:
    text = "User-agent: *\nDisallow: /a\n" + "# \n" * (MAX_BYTES // 3) + "Disallow: /b\n"
    assert not rules(text).allows(f"{SITE}/a")
    assert rules(text).allows(f"{SITE}/b")


@pytest.mark.parametrize(
    ("make", "size"),
    [
        (lambda n: "".join(f"User-agent: a{i}\n" for i in range(n)) + "Disallow: /x\n" * n, 9_000),
        (
            lambda n: (
                "".join(f"User-agent: {'copydesk'[: i % 8 + 1]}\n" for i in range(n))
                + "Allow: /*a\n" * n
            ),
            18_000,
        ),
        (
            lambda n: "User-agent: *\n" + "".join(f"Disallow: /*{i}*a*b*c$\n" for i in range(n)),
            7_000,
        ),
        (lambda n: "User-agent: *\nDisallow: /" + "*a" * n, 240_000),
        (lambda n: "User-agent: *\n" + "Allow: $/$\n" * n, 40_000),
    ],
)
def test_a_hostile_file_costs_little_time_and_memory(make: Callable[[int], str], size: int) -> None:
    def ask(text: str) -> None:
        rules(text).allows(f"{SITE}/" + "a" * 2_000)

    text = make(size)
    tracemalloc.start()
    ask(text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert growth(ask, make, size) < LINEAR
    assert peak < 60_000_000


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_bytes_raise_anything(content: bytes) -> None:
    found = Rules.parse(b"User-agent: *\n" + content, agent="copydesk")
    found.allows(f"{SITE}/a?b")
    assert found.crawl_delay >= 0


@pytest.mark.parametrize(
    ("agent", "token"),
    [
        ("copydesk/0.1 (+https://example.org/bot/1)", "copydesk"),
        ("Mozilla/5.0 (compatible; NewsDesk/2.0)", "newsdesk"),
        ("reader", "reader"),
        ("", "copydesk"),
    ],
)
def test_we_go_by_the_name_of_the_product(agent: str, token: str) -> None:
    assert product_token(agent) == token
