from __future__ import annotations

from datetime import UTC, datetime

import pytest

from enrichers.cleaning.clean import clean
from enrichers.cleaning.mail_html import without_quoted_mail
from schemas.article import Article
from schemas.document import HTML, Hints, RawDocument

OWN = "The council has decided to close two of the four bridges over the river, the mayor said on Monday evening."
MORE = "Engineers will look at the cables until autumn, and buses will run every five minutes until then, she said."
QUOTED = "Which of the bridges will be closed, and for how long do you think the engineers will need to look at them?"
WROTE = "On Mon, 8 Jul 2024 at 10:15, Tom Berg &lt;tom@example.org&gt; wrote:"


def cleaned(body: str) -> Article:
    article = clean(
        RawDocument(
            content=f"<html><body>{body}</body></html>".encode(),
            media_type=HTML,
            origin="a.eml",
            fetched_at=datetime(2024, 8, 1, tzinfo=UTC),
            hints=Hints(title="Re: Bridges"),
        )
    )
    assert article is not None
    return article


@pytest.mark.parametrize(
    "quote",
    [
        f'<div class="gmail_quote"><div class="gmail_attr">{WROTE}</div><blockquote><p>{QUOTED}</p></blockquote></div>',
        f'<div class="moz-cite-prefix">{WROTE}</div><blockquote type="cite"><p>{QUOTED}</p></blockquote>',
        f'<blockquote type="cite"><div>{WROTE}</div><div>{QUOTED}</div></blockquote>',
        f'<div id="divRplyFwdMsg"><b>From:</b> Tom Berg<br><b>Subject:</b> Bridges</div><div><p>{QUOTED}</p></div>',
        f'<div class="yahoo_quoted"><p>{WROTE}</p><p>{QUOTED}</p></div>',
    ],
)
def test_the_mail_answered_leaves_a_mail_in_html(quote: str) -> None:
    article = cleaned(f"<div><p>{OWN}</p><p>{MORE}</p></div>{quote}")
    assert [row.text for row in article.paragraphs] == [OWN, MORE]
    assert {line.reason for line in article.dropped} == {"quote"}
    assert QUOTED in [line.text for line in article.dropped]


def test_a_signature_leaves_a_mail_in_html() -> None:
    article = cleaned(f'<p>{OWN}</p><p>{MORE}</p><div class="gmail_signature">Ann Lee<br>Harbour Desk</div>')  # fmt: skip
    assert [row.text for row in article.paragraphs] == [OWN, MORE]
    assert [(line.text, line.reason) for line in article.dropped] == [("Ann Lee Harbour Desk", "signature")]  # fmt: skip


@pytest.mark.parametrize(
    "page",
    [
        f'<p>FYI</p><div class="gmail_quote"><div>---------- Forwarded message ---------</div><p>{OWN}</p></div>',
        f'<div class="gmail_quote"><p>{OWN}</p></div>',
        f'<p>{OWN}</p><p>She said in her letter:</p><blockquote type="cite"><p>{MORE}</p></blockquote>',
        f"<p>{OWN}</p><cite>{MORE}</cite>",
    ],
)
def test_a_mail_passed_on_and_a_quotation_of_a_page_stay(page: str) -> None:
    assert without_quoted_mail(page) == (page, [])
