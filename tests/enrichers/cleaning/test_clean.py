from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enrichers.cleaning.clean import clean, provenance
from schemas.article import Article
from schemas.document import HTML, MARKDOWN, PLAIN_TEXT, RECORD, Hints, RawDocument
from schemas.errors import DocumentError

FETCHED = datetime(2024, 8, 1, tzinfo=UTC)
LEAD = "The council approved the new tram line on Tuesday after a debate of six hours, and building may begin in spring."
SECOND = "Supporters said the line would bring 12,000 people a day to the harbour, while shop owners feared two years of dust and noise."
THIRD = "The vote was 31 to 24. A petition against the plan had collected almost nine thousand names by the end of last week."
HEAD = """<title>Tram line approved | Example News</title><meta property="og:title" content="Tram line approved">
<meta property="og:site_name" content="Example News"><meta property="og:type" content="article">
<meta property="og:description" content="Six hours of debate end with a narrow vote for the harbour line.">
<script type="application/ld+json">{"@type":"NewsArticle","headline":"Tram line approved","datePublished":"2024-07-08T10:00:00Z",
"dateModified":"2024-07-09T08:00:00Z","author":{"@type":"Person","name":"Ana Ruiz"}}</script>"""
PAGE = f"""<!doctype html><html lang="en"><head>{HEAD}</head><body><nav><a href="/">Home</a></nav><main><article>
<h1>Tram line approved</h1><p class="standfirst">Six hours of debate end with a narrow vote for the harbour line.</p>
<p class="byline">By Ana Ruiz</p><div class="article-body"><p>{LEAD}</p><h2>Dust and noise</h2><p>{SECOND}</p>
<blockquote><p>It is the wrong line in the wrong street, one of them said.</p></blockquote><p>{THIRD}</p>
<ul><li>Length: 7 kilometres, of which two are in a tunnel</li><li>Stops: 14, all of them without steps</li></ul>
<p>Read more: <a href="/x">The long history of the harbour line</a></p><p>Scroll to Top</p></div></article></main>
<footer>Imprint</footer></body></html>"""


def document(
    content: str | bytes,
    media_type: str = PLAIN_TEXT,
    *,
    url: str | None = None,
    hints: Hints | None = None,
) -> RawDocument:
    data = content.encode() if isinstance(content, str) else content
    return RawDocument(
        content=data,
        media_type=media_type,
        origin="test",
        fetched_at=FETCHED,
        url=url,
        hints=hints or Hints(),
    )


def cleaned(
    content: str | bytes,
    media_type: str = PLAIN_TEXT,
    *,
    url: str | None = None,
    hints: Hints | None = None,
) -> Article:
    article = clean(document(content, media_type, url=url, hints=hints))
    assert article is not None
    assert [paragraph.index for paragraph in article.paragraphs] == list(
        range(len(article.paragraphs))
    )
    return article


def texts(article: Article) -> list[str]:
    return [paragraph.text for paragraph in article.paragraphs]


def test_scroll_to_top_is_dropped_from_the_last_line() -> None:
    article = cleaned(f"Tram line approved\n\n{LEAD}\n\n{SECOND}\n\nScroll to Top")
    assert article.title == "Tram line approved"
    assert texts(article) == [LEAD, SECOND]
    assert [(line.text, line.reason, line.where) for line in article.dropped] == [
        ("Scroll to Top", "interface", 2)
    ]
    assert article.language == "en"
    assert article.published_at is None


def test_a_page_becomes_paragraphs_with_kinds_and_claims() -> None:
    article = cleaned(PAGE, HTML, url="https://news.example.org/2024/tram")
    assert [(paragraph.kind, paragraph.text) for paragraph in article.paragraphs] == [
        ("text", LEAD),
        ("heading", "Dust and noise"),
        ("text", SECOND),
        ("quote", "It is the wrong line in the wrong street, one of them said."),
        ("text", THIRD),
        ("list", "Length: 7 kilometres, of which two are in a tunnel"),
        ("list", "Stops: 14, all of them without steps"),
    ]
    assert article.summary == "Six hours of debate end with a narrow vote for the harbour line."
    assert (article.title, article.site, article.authors) == (
        "Tram line approved",
        "Example News",
        ("Ana Ruiz",),
    )
    assert (article.published_at, article.published_precision, article.published_from) == (
        datetime(2024, 7, 8, 10, tzinfo=UTC),
        "instant",
        "json-ld",
    )
    assert article.modified_at == datetime(2024, 7, 9, 8, tzinfo=UTC)
    assert article.page_kind == "article"
    assert "Scroll to Top" in [line.text for line in article.dropped]


def test_hints_win_over_what_the_page_says() -> None:
    hints = Hints(
        title="My title", published="2024-06-01", authors=("Tom Berg",), site="Mine", language="fr"
    )
    article = cleaned(PAGE, HTML, hints=hints)
    assert (article.title, article.authors, article.site, article.language) == (
        "My title",
        ("Tom Berg",),
        "Mine",
        "fr",
    )
    assert (article.published_at, article.published_precision, article.published_from) == (
        datetime(2024, 6, 1, tzinfo=UTC),
        "day",
        "hint",
    )


def test_an_unreadable_hinted_date_gives_way_to_the_pages() -> None:
    assert cleaned(PAGE, HTML, hints=Hints(published="last week")).published_from == "json-ld"


def test_an_empty_hinted_title_means_there_is_none() -> None:
    article = cleaned(f"Tram line approved\n\n{LEAD}", hints=Hints(title=""))
    assert article.title is None
    assert texts(article) == ["Tram line approved", LEAD]


def test_a_document_of_one_line_is_body() -> None:
    article = cleaned("Tram line approved")
    assert (article.title, texts(article)) == (None, ["Tram line approved"])


def test_an_interface_line_above_the_title_is_not_the_title() -> None:
    article = cleaned(f"Skip to content\nTram line approved\n{LEAD}")
    assert article.title == "Tram line approved"
    assert [line.reason for line in article.dropped] == ["interface"]


def test_a_record_is_read_by_its_keys() -> None:
    record = {
        "Headline": "Tram line approved",
        "text": f"{LEAD}\n\n{SECOND}",
        "date": "2024-07-08",
        "authors": ["Ana Ruiz"],
        "source": "Example",
        "url": "https://example.org/t",
        "lang": "en",
    }
    article = cleaned(json.dumps(record), RECORD)
    assert (article.title, article.authors, article.site, article.url) == (
        "Tram line approved",
        ("Ana Ruiz",),
        "Example",
        "https://example.org/t",
    )
    assert (article.published_precision, article.published_from) == ("day", "record")
    assert texts(article) == [LEAD, SECOND]


def test_a_record_of_a_news_api_has_its_day() -> None:
    record = {"title": "Tram line approved", "content": LEAD, "publishedAt": "2024-07-08T10:00:00Z"}
    article = cleaned(json.dumps(record), RECORD)
    assert article.published_at == datetime(2024, 7, 8, 10, tzinfo=UTC)


def test_a_record_with_a_blank_title_has_none() -> None:
    article = cleaned(json.dumps({"title": "", "text": f"Tram line approved\n\n{LEAD}"}), RECORD)
    assert article.title is None
    assert len(article.paragraphs) == 2


def test_a_record_may_hold_html() -> None:
    article = cleaned(
        json.dumps(
            {
                "title": "A &amp; B",
                "content": f"<p>{LEAD}</p><p>5 &lt; 6<br>still</p><script>x()</script>",
            }
        ),
        RECORD,
    )
    assert article.title == "A & B"
    assert texts(article) == [LEAD, "5 < 6 still"]


def test_a_summary_that_opens_the_body_is_not_repeated() -> None:
    assert cleaned(json.dumps({"summary": LEAD[:40] + "…", "text": LEAD}), RECORD).summary is None
    assert (
        cleaned(json.dumps({"summary": "Other words", "text": LEAD}), RECORD).summary
        == "Other words"
    )


@pytest.mark.parametrize("content", ["[1]", "{", '"text"', "", "[" * 100_000, '{"a": 1} {"b": 2}'])
def test_a_record_that_is_no_object_is_malformed(content: str) -> None:
    with pytest.raises(DocumentError) as caught:
        clean(document(content, RECORD))
    assert caught.value.code == "malformed"
    assert caught.value.remedy


def test_front_matter_speaks_for_text_and_markdown() -> None:
    front = f"---\ntitle: Tram line approved\ndate: 2024-07-08\nauthor: Ana Ruiz\n---\n{LEAD}\n"
    for media_type in (PLAIN_TEXT, MARKDOWN):
        article = cleaned(front, media_type)
        assert (article.title, article.authors, article.published_from) == (
            "Tram line approved",
            ("Ana Ruiz",),
            "front-matter",
        )
        assert texts(article) == [LEAD]


def test_the_first_level_one_heading_is_the_title_of_markdown() -> None:
    article = cleaned(f"# Tram line approved\n\n{LEAD}\n\n## Dust\n\n{SECOND}", MARKDOWN)
    assert article.title == "Tram line approved"
    assert [paragraph.kind for paragraph in article.paragraphs] == ["text", "heading", "text"]


def test_an_unknown_media_type_is_read_by_what_it_looks_like() -> None:
    assert cleaned(PAGE, "application/octet-stream").title == "Tram line approved"
    assert texts(cleaned(LEAD, "application/octet-stream")) == [LEAD]


@pytest.mark.parametrize("media_type", [HTML, PLAIN_TEXT, MARKDOWN])
@pytest.mark.parametrize("content", [b"", b" \n\t ", b"\x00", b"***\n---", b"<html></html>"[:0]])
def test_where_no_paragraph_is_left_there_is_no_article(media_type: str, content: bytes) -> None:
    assert clean(document(content, media_type)) is None


def test_the_pieces_of_a_body_cut_by_advertisements_are_joined() -> None:
    piece = f"<div class='body-part'><p>{LEAD}</p><p>{SECOND}</p></div>"
    other = f"<div class='body-part'><p>{THIRD}</p><p>The first trams may run in three years, the council's engineers said, if no court stops the work.</p></div>"
    article = cleaned(
        f"<html><body><article><h1>Tram line</h1>{piece}<aside>Ad</aside>{other}</article></body></html>",
        HTML,
    )
    assert texts(article)[:3] == [LEAD, SECOND, THIRD]
    assert len(article.paragraphs) == 4


def test_a_page_too_deep_for_the_parser_keeps_its_text() -> None:
    article = cleaned("<html><body>" + "<div>" * 20_000 + f"<p>{LEAD}</p>", HTML)
    assert texts(article) == [LEAD]


@pytest.mark.parametrize(
    "page",
    [
        "<p>Hello <b>world<p>again</i></table><td>x",
        "<![CDATA[ text ]]>",
        "<svg><p>Hi there</p></svg>",
        "<html><frameset><frame src=x></frameset></html>",
        "&#0;&#xD800;&amp; fine",
        "<p>" + "<span>x" * 5_000,
    ],
)
def test_broken_pages_never_raise(page: str) -> None:
    assert clean(document(page, HTML)) is None or cleaned(page, HTML).paragraphs


def test_cleaning_what_was_cleaned_changes_nothing() -> None:
    article = cleaned(PAGE, HTML)
    again = cleaned("\n\n".join([article.title or "", *texts(article)]))
    assert (again.title, texts(again)) == (article.title, texts(article))


def test_the_maker_names_trafilatura_and_the_phrase_lists() -> None:
    made_by = provenance()
    assert (made_by.stage, made_by.name) == ("clean", "copydesk-clean")
    assert made_by.version.startswith("5+trafilatura-")
    assert made_by.sha256 is not None
    assert len(made_by.sha256) == 64


PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<div class='standfirst'>",
                "<h1>",
                "<table><tr><td>",
                "<br>",
                "\n\n",
                "# ",
                "---\n",
                "Scroll to Top",
                LEAD,
                '{"text": "x"}',
                "<a href='x'>",
                "&#8217;",
            ]
        ),
        st.text(max_size=12),
    ),
    max_size=14,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(PIECES, st.sampled_from([HTML, PLAIN_TEXT, MARKDOWN, RECORD, "x/y"]))
def test_no_document_raises_anything_but_a_document_error(
    pieces: list[str], media_type: str
) -> None:
    content = "".join(pieces).encode("utf-8", "replace")
    try:
        article = clean(document(content, media_type))
    except DocumentError as problem:
        assert problem.code in ("malformed", "binary", "undecodable")  # noqa: PT017  both outcomes are allowed
        return
    assert article is None or all(paragraph.text.strip() for paragraph in article.paragraphs)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                LEAD,
                SECOND,
                THIRD,
                "Share",
                "Scroll to Top",
                "By Ana Ruiz",
                "July 8, 2024",
                "Photo: Reuters",
                "Read more: x",
                "A short line",
            ]
        ),
        min_size=1,
        max_size=10,
    )
)
def test_the_text_of_an_article_cleans_to_itself(lines: list[str]) -> None:
    first = clean(document("\n\n".join(lines), hints=Hints(title="")))
    if first is not None:
        assert texts(cleaned("\n\n".join(texts(first)), hints=Hints(title=""))) == texts(first)
