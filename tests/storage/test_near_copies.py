"""What is a near copy of what."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.stored import PreparedArticle
from storage.near_copies import CopyText, are_copies, may_be_copies
from storage.sqlite import Store

Prepare = Callable[..., PreparedArticle]
CHANCE = random.Random(3)  # noqa: S311  no secret
WORDS = [f"w{one}{two}" for one in "abcdefghijklmnopqrst" for two in "abcdefghijklmnopqrst"]
STORY = [" ".join(CHANCE.choices(WORDS, k=40)) for _ in range(8)]
OTHERS = [" ".join(CHANCE.choices(WORDS, k=40)) for _ in range(40)]


def whole(*rows: str) -> CopyText:
    return CopyText("\n".join(rows))


@pytest.mark.parametrize(
    ("two", "is_copy"),
    [
        (whole(*STORY), True),
        (whole("BERN (Wire) - " + STORY[0].upper(), *STORY[1:]), True),
        (whole(*STORY[:3]), True),
        (whole(*STORY, OTHERS[0]), True),
        (whole(*STORY[::-1]), True),
        (whole(*STORY[:1]), False),  # a quotation of it
        (whole(*STORY, *OTHERS), False),  # a round-up
        (whole(*STORY[:4], *OTHERS[:4]), False),
        (whole(*OTHERS[:8]), False),
        (whole("waa"), False),
        (whole(), False),
    ],
)
def test_a_copy_is_most_of_a_text_and_no_small_part_of_it(two: CopyText, is_copy: bool) -> None:
    assert are_copies(whole(*STORY), two) == are_copies(two, whole(*STORY)) == is_copy


def test_reports_of_one_pattern_with_other_numbers_are_no_copies() -> None:
    pattern = " ".join(STORY) + " shares of the company rose {} percent to close at {} dollars"
    assert not are_copies(whole(pattern.format(3, 80)), whole(pattern.format(2, 75)))
    assert are_copies(whole(pattern.format(3, 80)), whole(pattern.format(3, 80) + " again"))


def test_text_without_blanks_is_compared_by_its_characters() -> None:
    text = "石油贸易在周一大幅增长，港口官员表示，今年的出口将继续扩大，新的码头也将开放。"
    assert are_copies(whole(text), whole("北京电 " + text))
    assert not are_copies(whole(text), whole(text[::-1]))


@settings(max_examples=60)
@given(st.text(max_size=200), st.text(max_size=200))
def test_any_two_texts_are_compared_alike_from_either_side(one: str, two: str) -> None:
    first, second = CopyText(one), CopyText(two)
    assert are_copies(first, second) == are_copies(second, first)
    assert set(first.marks.tolist()) <= set(first.runs.tolist())


@settings(max_examples=60)
@given(st.lists(st.sampled_from(WORDS[:12]), max_size=25), st.integers(0, 25))
def test_marks_of_short_texts_rule_no_copy_out(words: list[str], cut: int) -> None:
    one, two = whole(" ".join(words)), whole(" ".join(words[:cut] + words[cut + 1 :]))
    if min(len(one.runs), len(two.runs)) and are_copies(one, two):
        assert may_be_copies(one.marks, two.marks)


def test_marks_let_copies_through_and_leave_most_others_uncompared() -> None:
    chance = random.Random(5)  # noqa: S311  no secret
    let_through = {"changed": 0, "cut": 0, "shared": 0}
    for _ in range(200):
        words = chance.choices(WORDS, k=400)
        changed = [chance.choice(WORDS) if chance.random() < 0.04 else word for word in words]
        others = {
            "changed": changed,
            "cut": words[: chance.randrange(120, 400)],
            "shared": words[:130] + chance.choices(WORDS, k=270),
        }
        one = whole(" ".join(words))
        for name, other in others.items():
            let_through[name] += may_be_copies(one.marks, whole(" ".join(other)).marks)
    assert (let_through["changed"], let_through["cut"]) == (200, 200)
    assert let_through["shared"] < 60


def test_what_is_kept_of_copies_goes_with_their_articles(
    store: Store, prepare_article: Prepare
) -> None:
    near = ("BERN (Wire) - " + STORY[0], *STORY[1:])
    made = store.put([prepare_article(*rows, origin=f"/{i}", url=f"https://{i}.example/1") for i, rows in enumerate((STORY, near, OTHERS[:8]))])  # fmt: skip
    count = "SELECT (SELECT count(*) FROM near_copies), (SELECT count(*) FROM copy_marks)"
    assert store.connection.execute(count).fetchone() == (1, 72)
    store.delete([made[0].id or 0, made[2].id or 0])
    assert store.connection.execute(count).fetchone() == (0, 24)
