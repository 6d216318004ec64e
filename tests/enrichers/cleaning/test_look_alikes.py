"""Lines that look like the page's furniture and are the article's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.cleaning.boilerplate import WEAK_SHARE, drop_reasons
from enrichers.cleaning.draft import Block
from enrichers.cleaning.look_alikes import is_speech
from schemas.article import ParagraphKind

BODY = "The council approved the new tram line on Tuesday after a debate of six hours, and building may begin in spring."


def listed(*items: str, kind: ParagraphKind = "list", linked: float = 0.0) -> list[str | None]:
    """What is said of items that stand between paragraphs."""
    body = [Block(text=BODY)] * 4
    middle = [Block(text=item, kind=kind, linked=linked) for item in items]
    return drop_reasons([*body, *middle, *body])[4 : 4 + len(items)]


@pytest.mark.parametrize(
    "line",
    [
        "“Sign up!”", '"Share this"', "„Jetzt abonnieren“", "«Подписаться»", "「シェアする」", "Yes.", "No.", "More.", "Live and let live",
        "Save the whales", "Follow the money", "Get the facts on the new tax", "What happens next?", "Tell us about yourself.",
        "Correction: An earlier version of this article misstated the date.", "Weiter so!", "Lesen macht Spaß", "Suivre la Loire à vélo",
        "Más de cien muertos", "Continua la protesta dei tassisti", "Читать вслух полезно", "更多人加入", "写真家になる", "広告費が増えた",
        "구독 경제의 미래", "Recommended by doctors", "Latest on the storm", "Add the onions and fry for 3 minutes.", "3 minutes", "Yesterday",
    ],
)  # fmt: skip
def test_a_line_of_the_body_that_looks_like_a_button_stays(line: str) -> None:
    for place in (0, 4, 8):
        blocks = [Block(text=BODY)] * 9
        blocks[place] = Block(text=line)
        assert drop_reasons(blocks)[place] is None, place


def test_a_step_of_a_guide_stays_in_its_list() -> None:
    steps = (
        "Create an account",
        "Upload the plan of the house",
        "Enter your email address",
        "Pay the fee",
        "Wait for a letter",
    )
    assert listed(*steps) == [None] * len(steps)


def test_a_list_of_buttons_goes() -> None:
    assert listed("Share this", "Copy link", "Print this page") == ["interface"] * 3
    assert (
        listed("Create an account", "Sign in", "Ferry lands", linked=1.0)[:2] == ["interface"] * 2
    )


def test_networks_in_a_list_of_networks_stay_and_those_to_share_on_go() -> None:
    assert listed("YouTube", "Facebook", "Wurzelnetz", "Klatschbuch") == [None] * 4
    assert listed("Facebook", "Twitter", "WhatsApp") == ["interface"] * 3


def test_a_song_keeps_its_lines() -> None:
    song = (
        "The tide goes out",
        "The boats go in",
        "More",
        "The gulls come down",
        "And we begin",
        "To sing it all again",
    )
    assert listed(*song, kind="text") == [None] * len(song)


def test_a_heading_that_the_text_below_takes_up_stays() -> None:
    below = "The comments had become the only part of the paper that some subscribers ever read."
    blocks = [Block(text=BODY), Block(text="Comments", kind="heading"), Block(text=below)]
    assert drop_reasons([*blocks, Block(text=BODY)]) == [None] * 4
    blocks[2] = Block(text=BODY)
    assert drop_reasons([*blocks, Block(text=BODY)])[1] == "comments"
    assert drop_reasons([*blocks, Block(text=BODY)], title="A year without comments")[1] is None


@pytest.mark.parametrize(
    ("line", "place", "reason"),
    [
        ("Updated at 1:23 p.m.", 0, "dateline"), ("Vor 3 Stunden aktualisiert", 0, "dateline"), ("Publié il y a 2 heures", 1, "dateline"), ("2 часа назад", 0, "dateline"),
        ("Associated Press writer Tom Berg in Oslo contributed to this report.", 8, "credit"), ("With files from Harbour Press", 8, "credit"),
        ("Staff Reporter", 0, "byline"), ("Updated at 1:23 p.m.", 4, None), ("Three years ago", 0, None), ("Three years ago.", 0, None),
    ],
)  # fmt: skip
def test_stamps_and_sign_offs_are_known_at_the_edges_only(
    line: str, place: int, reason: str | None
) -> None:
    blocks = [Block(text=f"{BODY} {number}") for number in range(9)]
    blocks[place] = Block(text=line)
    assert drop_reasons(blocks)[place] == reason


def test_speech_is_all_in_one_pair_of_marks() -> None:
    assert is_speech("“Sign up!”")
    assert is_speech('"Sign up",')
    assert not is_speech("Sign up for “Harbour News”")
    assert not is_speech("“Harbour News” newsletter")


LINES = st.lists(
    st.builds(
        Block,
        text=st.sampled_from(
            ["Share", "More", "Comments", "Video", "Facebook", "Sign in", "July 8, 2024", "It rained.", BODY]
        ),
        kind=st.sampled_from(["text", "heading", "list"]),
        linked=st.sampled_from([0.0, 1.0]),
    ),
    max_size=14,
)  # fmt: skip
WEAK = {"share", "more", "comments", "video", "facebook"}


@given(LINES)
def test_bare_words_never_take_more_than_their_share(blocks: list[Block]) -> None:
    reasons = drop_reasons(blocks)
    pairs = list(zip(blocks, reasons, strict=True))
    weak = sum(len(one.text) for one, reason in pairs if reason and one.text.lower() in WEAK)
    size = sum(len(one.text) for one in blocks)
    assert weak <= WEAK_SHARE * size


@given(LINES)
def test_what_was_spared_is_spared_again(blocks: list[Block]) -> None:
    kept = [one for one, reason in zip(blocks, drop_reasons(blocks), strict=True) if reason is None]
    assert drop_reasons(kept) == [None] * len(kept)
