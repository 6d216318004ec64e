from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.cleaning.boilerplate import drop_reasons
from enrichers.cleaning.bylines import is_byline, is_dateline
from enrichers.cleaning.draft import Block
from enrichers.cleaning.phrase_lists import phrase_lists

BODY = "The council approved the new tram line on Tuesday after a debate of six hours, and building may begin in spring."


def reason_of(line: str, *, linked: float = 0.0, **known: object) -> str | None:
    blocks = [Block(text=BODY)] * 5 + [Block(text=line, linked=linked)] + [Block(text=BODY)] * 3
    title = known.get("title")
    return drop_reasons(blocks, title=title if isinstance(title, str) else None)[5]


@pytest.mark.parametrize(
    "line",
    [
        "Scroll to Top", "↑ BACK TO TOP", "Share this:", "Copy link", "Follow us on Facebook, X and Instagram", "Nach oben", "Retour en haut",
        "Compartir en WhatsApp", "Condividi su Facebook", "Delen via WhatsApp", "Udostępnij", "Dela på Facebook", "Поделиться", "Paylaş", "12 Shares",
        "Download our app now", "Skip to content", "3 min read", "Voltar ao topo",
    ],
)  # fmt: skip
def test_interface_lines_are_dropped_in_every_language(line: str) -> None:
    assert reason_of(line) == "interface"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Sign up for our newsletter", "newsletter"), ("Subscribe to the Harbour Weekly newsletter", "newsletter"), ("ADVERTISEMENT", "advertisement"),
        ("Story continues below advertisement", "advertisement"), ("La suite après la publicité", "advertisement"), ("Related articles", "related"),
        ("Read more: Harbour reopens after storm", "related"), ("Lesen Sie auch: Hafen wieder offen", "related"), ("À lire aussi : le port rouvre", "related"),
        ("Most read", "related"), ("Leave a comment", "comments"), ("27 comments", "comments"), ("Accept all cookies", "consent"),
        ("Photo: Reuters", "credit"), ("Foto: Anna Berg/dpa", "credit"), ("Image credit: City Archive", "credit"), ("Ana Ruiz / Getty Images", "credit"),
        ("© 2024 Harbour Press", "credit"),
    ],
)  # fmt: skip
def test_each_kind_of_line_has_its_reason(line: str, reason: str) -> None:
    assert reason_of(line) == reason


@pytest.mark.parametrize(
    "line",
    [
        "The post “Tram’s first day” first appeared on Harbour Blog.", "The post Tram’s first day appeared first on Harbour Blog .",
        "Der Beitrag Tram’s first day erschien zuerst auf Hafenblog.", "L’article Tram’s first day est apparu en premier sur Le Port.",
        "La entrada Tram’s first day se publicó primero en El Puerto.", "L'articolo Tram’s first day proviene da Il Porto.",
        "Het bericht Tram’s first day verscheen eerst op De Haven.", "Artykuł Tram’s first day pochodzi z serwisu Port.",
        "Сообщение Tram’s first day появились сначала на Гавань.", "投稿 Tram’s first day は 港 に最初に表示されました。",
    ],
)  # fmt: skip
def test_the_line_under_a_post_that_says_where_it_was_first_is_dropped(line: str) -> None:
    assert reason_of(line, title="Tram’s first day") == "template"
    assert reason_of(line, linked=0.7) == "template"
    assert reason_of(line) is None


def test_a_long_title_in_the_line_under_a_post_changes_nothing() -> None:
    title = "Council approves the harbour tram after a debate of six hours " * 4
    assert reason_of(f"The post {title} first appeared on Harbour Blog.", title=title) == "template"


@pytest.mark.parametrize(
    "line",
    [
        "The post of harbour master first appeared on a list of 1820.",
        "Der Artikel über Oil erschien zuerst auf Seite zwei.",
    ],
)
def test_a_sentence_about_a_post_stays(line: str) -> None:
    assert reason_of(line, title="Oil", linked=0.2) is None


@pytest.mark.parametrize(
    "line",
    [
        "Share this with your neighbours, officials said.", "Read more books, he urged.", "Back to top form, the team won again.", "Sign up for the army, posters said.",
        "Follow us into the valley, the guide told them.", "Advertisement revenue fell by 4 percent.", "Photo finishes are rare in rowing.",
        "Related companies paid 3 million euros.", "Comments by the minister angered farmers.", "Cookies were baked for the guests.", "Copyright law will change in May.",
        "More than 100 people came.", "By Monday the water had gone.", "On 8 July 2024 the quay reopened.", "Anzeige wurde gegen zwei Männer erstattet.",
    ],
)  # fmt: skip
def test_a_sentence_that_begins_like_a_button_stays(line: str) -> None:
    assert reason_of(line) is None


def test_read_more_before_a_link_is_dropped_without_a_colon() -> None:
    assert reason_of("Read also Harbour reopens after storm", linked=0.9) == "related"
    assert reason_of("Read also the report on harbours") is None


def test_a_line_equal_to_the_title_is_dropped() -> None:
    assert reason_of("Tram line approved!", title="Tram Line Approved") == "title"


def test_bare_words_never_take_more_than_a_seventh_of_a_text() -> None:
    blocks = [Block(text="Share"), Block(text="Print"), Block(text="It rained.")]
    assert drop_reasons(blocks) == [None, None, None]
    assert drop_reasons([*blocks, Block(text=BODY)]) == ["interface", "interface", None, None]


def test_links_behind_a_related_line_go_with_it() -> None:
    blocks = [
        Block(text=BODY),
        Block(text="Related articles"),
        Block(text="Harbour reopens", linked=1.0),
        Block(text=BODY),
    ]
    assert drop_reasons(blocks) == [None, "related", "related", None]


def led_away(*lines: tuple[str, float]) -> list[str | None]:
    blocks = [Block(text=line, linked=linked) for line, linked in lines]
    parted = [one for block in blocks for one in (block, Block(text=BODY))]
    return drop_reasons([Block(text=BODY)] * 4 + parted)[4::2]


def test_words_that_stand_before_a_link_more_than_once_lead_away_in_any_language() -> None:
    first, second = "FUNDA LAPHA | Umlilo edolobheni", "FUNDA LAPHA | Imvula enkulu iyeza"
    assert led_away((first, 0.7), (second, 0.7)) == ["related", "related"]
    assert led_away((first, 0.7), ("Umlilo edolobheni", 0.7)) == [None, None]
    assert led_away((first, 0.0), (second, 0.0)) == [None, None]


def test_an_arrow_before_a_link_leads_away() -> None:
    assert led_away((">> Alle Termine im Überblick", 0.6)) == ["related"]
    assert led_away((">> Alle Termine im Überblick", 0.0)) == [None]
    assert led_away(("»Alle Termine«, sagt sie, »stehen.«", 0.6)) == [None]


def test_bylines_and_datelines_are_known() -> None:
    assert is_byline("By Ana Ruiz and Tom O'Neill")
    assert is_byline("Von Jörg Müller")
    assert not is_byline("By the river")
    assert is_dateline("Updated: July 8, 2024, 10:15 GMT")
    assert is_dateline("Montag, 8. Juli 2024, 10:15 Uhr")
    assert not is_dateline("2024 was a good year")


def test_every_reason_in_the_lists_is_a_word() -> None:
    lists = phrase_lists()
    reasons = {*lists.strong.values(), *lists.weak.values()}
    assert reasons <= {
        "interface",
        "newsletter",
        "advertisement",
        "related",
        "comments",
        "consent",
        "credit",
        "template",
    }
    assert "" not in lists.strong


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            ["Share", "Scroll to Top", "By Ana Ruiz", "July 8, 2024", "Read more: x", BODY]
        ),
        st.text(max_size=60),
    ),
    max_size=12,
)


@given(LINES)
def test_dropping_twice_drops_nothing_more(lines: list[str]) -> None:
    blocks = [Block(text=line) for line in lines]
    kept = [
        block for block, reason in zip(blocks, drop_reasons(blocks), strict=True) if reason is None
    ]
    assert drop_reasons(kept) == [None] * len(kept)
