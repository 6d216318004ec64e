"""Bodies as pages build them: each way of building in six languages, with the paragraphs a reader sees."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from enrichers.cleaning.clean import clean
from schemas.article import Article
from schemas.document import HTML, PLAIN_TEXT, RawDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What an article is put together from; `teaser` and `other` belong to another one."""

    title: str
    paragraphs: tuple[str, ...]
    subheading: str
    items: tuple[str, ...]
    teaser: str
    other: str


def stories() -> dict[str, Story]:
    file = Path(__file__).parent / "pages_structure" / "stories.toml"
    return {
        language: Story(
            **values | {"paragraphs": tuple(values["paragraphs"]), "items": tuple(values["items"])}
        )
        for language, values in tomllib.loads(file.read_text(encoding="utf-8")).items()
    }


STORIES = stories()
Built = tuple[str, list[tuple[str, str]]]
"""What stands in <main>, and the kind and text of each paragraph that is wanted."""
AT = datetime(2024, 3, 5, tzinfo=UTC)
FRAME = """<html lang="{language}"><head><title>{title}</title><meta property="og:title" content="{title}">
<meta property="og:type" content="article"></head><body><nav><ul><li><a href="/a">Home</a></li><li><a href="/b">A</a></li></ul></nav>
<main>{main}</main><footer><p>Imprint 12</p></footer></body></html>"""


def page(story: Story, main: str, language: str) -> RawDocument:
    html = FRAME.format(language=language, title=story.title, main=main)
    return RawDocument(content=html.encode(), media_type=HTML, origin="a", fetched_at=AT)


def paragraphs(texts: tuple[str, ...]) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def as_text(texts: tuple[str, ...]) -> list[tuple[str, str]]:
    return [("text", text) for text in texts]


def split_by_advertisements(story: Story) -> Built:
    one, two = story.paragraphs[:3], story.paragraphs[3:]
    slot = "<div class='ad-slot'><span>Ad</span></div>"
    main = (
        f"<article><h1>{story.title}</h1><div class='body-part'>{paragraphs(one)}</div>{slot}"
        f"<div class='body-part'>{paragraphs(two)}</div></article>"
    )
    return main, as_text(story.paragraphs)


def split_by_a_paywall_mark(story: Story) -> Built:
    one, two = story.paragraphs[:2], story.paragraphs[2:]
    main = (
        f"<article><h1>{story.title}</h1><div class='content'><div class='text free'>{paragraphs(one)}</div>"
        f"<div id='paywall-start'></div><div class='text free'>{paragraphs(two)}</div></div></article>"
    )
    return main, as_text(story.paragraphs)


def with_a_neighbour(story: Story) -> Built:
    main = (
        f"<article class='story'><h1>{story.title}</h1>{paragraphs(story.paragraphs)}</article>"
        f"<article class='story'><h1>{story.teaser}</h1>{paragraphs((story.other,) * 2)}</article>"
    )
    return main, as_text(story.paragraphs)


def with_a_successor_of_infinite_scroll(story: Story) -> Built:
    main = (
        f"<section class='scroll'><h1>{story.title}</h1><div class='text'>{paragraphs(story.paragraphs)}</div></section>"
        f"<section class='scroll'><h1>{story.teaser}</h1><div class='text'>{paragraphs((story.other, story.teaser))}</div></section>"
    )
    return main, as_text(story.paragraphs)


def with_a_teaser_in_the_middle(story: Story) -> Built:
    teaser = f"<div class='related-box'><a href='/x'><h4>{story.teaser}</h4></a><p class='lead'>{story.other}</p></div>"
    main = (
        f"<article><h1>{story.title}</h1><div class='text'>{paragraphs(story.paragraphs[:2])}{teaser}"
        f"{paragraphs(story.paragraphs[2:])}</div></article>"
    )
    return main, as_text(story.paragraphs)


def with_teasers_under_it(story: Story) -> Built:
    card = f"<li><a href='/x'><div><p>{story.other}</p></div></a></li>"
    main = (
        f"<div class='story'><h1>{story.title}</h1>{paragraphs(story.paragraphs)}</div>"
        f"<div class='more'><ul>{card * 4}</ul></div>"
    )
    return main, as_text(story.paragraphs)


def parted_by_breaks(story: Story) -> Built:
    lines = "<br><br>".join(story.paragraphs)
    return f"<article><h1>{story.title}</h1><div class='text'>{lines}</div></article>", as_text(story.paragraphs)  # fmt: skip


def with_a_single_break(story: Story) -> Built:
    broken = story.paragraphs[0].replace(" ", "<br>", 1)
    main = f"<article><h1>{story.title}</h1><p>{broken}</p>{paragraphs(story.paragraphs[1:])}</article>"
    return main, as_text(story.paragraphs)


def with_list_quote_and_table(story: Story) -> Built:
    first, second, third, *rest = story.paragraphs
    items = "".join(f"<li>{item}</li>" for item in story.items)
    table = (
        "<table><tr><th>2023</th><th>2024</th></tr><tr><td>11</td><td><p>40</p></td></tr></table>"
    )
    main = (
        f"<article><h1>{story.title}</h1><p>{first}</p><p>{second}</p><ul>{items}</ul>"
        f"<blockquote><p>{third}</p></blockquote><h2>{story.subheading}</h2>{paragraphs(tuple(rest))}{table}"
        f"<p>{first[::-1]}</p></article>"
    )
    wanted = [
        ("text", first),
        ("text", second),
        *(("list", item) for item in story.items),
        ("quote", third),
        ("heading", story.subheading),
        *(("text", one) for one in rest),
        ("table", "2023 | 2024"),
        ("table", "11 | 40"),
        ("text", first[::-1]),
    ]
    return main, wanted


def in_a_table_that_is_the_frame(story: Story) -> Built:
    main = (
        f"<table><tr><td class='left'><a href='/'>A</a></td><td class='middle'><h1>{story.title}</h1>"
        f"{paragraphs(story.paragraphs)}</td></tr></table>"
    )
    return main, as_text(story.paragraphs)


def with_captions_in_boxes(story: Story) -> Built:
    image = f"<div class='image-widget'><img src='a.jpg'><p><span>{story.teaser}</span></p></div>"
    more = tuple(f"{one} {two}" for one in story.paragraphs for two in story.paragraphs[:2])
    main = (
        f"<article><h1>{story.title}</h1><div class='text'>{paragraphs(more[:5])}</div>{image}"
        f"<div class='text'>{paragraphs(more[5:])}</div></article>"
    )
    return main, as_text(more)


def with_words_for_screen_readers(story: Story) -> Built:
    unseen = (
        "<span class='visually-hidden'>, opens new tab</span><span style='display: none'>Ad</span>"
    )
    first = f"<p><a href='/x'>{story.paragraphs[0]}{unseen}</a></p>"
    main = f"<article><h1>{story.title}</h1>{paragraphs(story.paragraphs[1:])}{first}</article>"
    return main, as_text((*story.paragraphs[1:], story.paragraphs[0]))


def with_a_sentence_set_large(story: Story) -> Built:
    large = f"<aside class='pull-quote'><p>{story.paragraphs[3]}</p></aside>"
    main = (
        f"<article><h1>{story.title}</h1><div class='text'>{paragraphs(story.paragraphs[:2])}{large}"
        f"{paragraphs(story.paragraphs[2:])}</div></article>"
    )
    return main, as_text(story.paragraphs)


def as_a_live_blog(story: Story) -> Built:
    entries = [
        (f"{story.subheading} {n}", text) for n, text in enumerate(story.paragraphs, start=1)
    ]
    blocks = "".join(
        f"<div class='entry'><time>1{n}:05</time><h3>{heading}</h3><p>{text}</p></div>"
        for n, (heading, text) in enumerate(entries)
    )
    main = f"<article><h1>{story.title}</h1><div class='live'>{blocks}</div></article>"
    return main, [one for heading, text in entries for one in (("heading", heading), ("text", text))]  # fmt: skip


def as_a_gallery(story: Story) -> Built:
    slides = "".join(
        f"<figure><img src='{n}.jpg' alt=''></figure><p class='slide-text'>{text}</p>"
        for n, text in enumerate(story.paragraphs)
    )
    main = f"<article><h1>{story.title}</h1><div class='pictures'>{slides}</div></article>"
    return main, as_text(story.paragraphs)


WAYS: list[Callable[[Story], Built]] = [
    split_by_advertisements, split_by_a_paywall_mark, with_a_neighbour, with_a_successor_of_infinite_scroll,
    with_a_teaser_in_the_middle, with_teasers_under_it, parted_by_breaks, with_a_single_break, with_list_quote_and_table,
    in_a_table_that_is_the_frame, with_captions_in_boxes, with_words_for_screen_readers, with_a_sentence_set_large,
    as_a_live_blog, as_a_gallery,
]  # fmt: skip


def cleaned(document: RawDocument) -> Article:
    article = clean(document)
    assert article is not None
    return article


@pytest.mark.parametrize("language", STORIES)
@pytest.mark.parametrize("build", WAYS, ids=lambda way: way.__name__)
def test_a_body_is_read_as_a_reader_sees_it(build: Callable[[Story], Built], language: str) -> None:
    story = STORIES[language]
    if build is with_a_single_break and language == "ja":
        pytest.skip("no blank to break at")
    main, wanted = build(story)
    article = cleaned(page(story, main, language))
    assert [(one.kind, one.text) for one in article.paragraphs] == wanted


PIECES = st.sampled_from(
    [
        "<p>{0}</p>", "<p>{1}</p>", "<p>{2} <a href='/x'>{3}</a></p>", "<div class='related'><a href='/y'>{4}</a></div>",
        "<h2>Late herring</h2>", "<ul><li>{3}</li><li>Short</li></ul>", "<table><tr><td>1</td><td>2</td></tr></table>",
        "{0}<br><br>{1}", "{2}<br>{3}", "<aside><p>{4}</p></aside>", "<div><p>{1}</p><div><p>{2}</p></div></div>",
        "<figure><figcaption>{4}</figcaption></figure>", "<blockquote>{3}</blockquote>", "<span>&nbsp;&#8203;</span>", "</div>", "<article>",
    ]
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@example(["{0}<br><br>{1}", "<aside><p>{4}</p></aside>", "{0}<br><br>{1}"], "de")
@example(["{0}<br><br>{1}", "<aside>{4}</aside>", "<span>&nbsp;&#8203;</span>", "{0}<br>"], "de")
@given(st.lists(PIECES, min_size=1, max_size=12), st.sampled_from(sorted(STORIES)))
def test_what_is_kept_or_dropped_stands_on_the_page(pieces: list[str], language: str) -> None:
    story = STORIES[language]
    main = f"<p>{story.paragraphs[4]}</p>" + "".join(pieces).format(*story.paragraphs)
    article = clean(page(story, main, language))
    if article is None:
        return
    seen = re.sub(r"[\W_]+", "", re.sub(r"<[^>]*>|&nbsp;|&#8203;", " ", page(story, main, language).content.decode()))  # fmt: skip
    for text in (*(one.text for one in article.paragraphs), *(one.text for one in article.dropped)):
        assert re.sub(r"[\W_]+", "", text) in seen


@settings(max_examples=40, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=12), st.sampled_from(["en", "de", "ru"]))
def test_a_cleaned_article_cleaned_again_keeps_its_paragraphs(pieces: list[str], language: str) -> None:  # fmt: skip
    story = STORIES[language]
    article = clean(page(story, "".join(pieces).format(*story.paragraphs), language))
    if article is None:
        return
    texts = [one.text for one in article.paragraphs]
    again = RawDocument(
        content="\n\n".join([story.title, *texts]).encode(), media_type=PLAIN_TEXT, origin="a", fetched_at=AT
    )  # fmt: skip
    assert [one.text for one in cleaned(again).paragraphs] == texts
