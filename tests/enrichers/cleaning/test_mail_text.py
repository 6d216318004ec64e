from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.cleaning.clean import clean
from enrichers.cleaning.mail_marks import plain_subject
from enrichers.cleaning.mail_text import split_mail
from schemas.article import Article
from schemas.document import PLAIN_TEXT, Hints, RawDocument

OWN = "The council has decided to close two of the four bridges over the river."
MORE = "The mayor said on Monday that it was a matter of months, not of years."
HEAD = "From: Tom Berg <tom@example.org>\nSent: Monday, 8 July 2024 10:15\nTo: Ann Lee\nSubject: Bridges to close"


def cleaned(text: str, *, subject: str | None = None) -> Article:
    document = RawDocument(
        content=text.encode(),
        media_type=PLAIN_TEXT,
        origin="a.eml",
        fetched_at=datetime(2024, 8, 1, tzinfo=UTC),
        hints=Hints(title=subject),
    )
    article = clean(document)
    assert article is not None
    return article


def texts(article: Article) -> list[str]:
    return [paragraph.text for paragraph in article.paragraphs]


def reasons(article: Article) -> set[str]:
    return {line.reason for line in article.dropped}


@pytest.mark.parametrize(
    "line",
    [
        "On Mon, 8 Jul 2024 at 10:15, Tom Berg <tom@example.org> wrote:", "On Mon, 8 Jul 2024 at 10:15, Tom Berg\n<tom@example.org> wrote:",
        "Am 08.07.2024 um 10:15 schrieb Tom Berg:", "Am Mo., 8. Juli 2024 um 10:15 Uhr schrieb Tom Berg <tom@example.org>:",
        "Le lun. 8 juil. 2024 à 10:15, Tom Berg <tom@example.org> a écrit :", "El lun, 8 jul 2024 a las 10:15, Tom Berg (<tom@example.org>) escribió:",
        "Il giorno lun 8 lug 2024 alle ore 10:15 Tom Berg <tom@example.org> ha scritto:", "Op ma 8 jul 2024 om 10:15 schreef Tom Berg <tom@example.org>:",
        "Em seg., 8 de jul. de 2024 às 10:15, Tom Berg <tom@example.org> escreveu:", "пн, 8 июл. 2024 г. в 10:15, Tom Berg <tom@example.org> написал(а):",
        "Tom Berg <tom@example.org> 于2024年7月8日周一 10:15写道：",
    ],
)  # fmt: skip
def test_a_quoted_mail_leaves_with_the_line_above_it(line: str) -> None:
    article = cleaned(
        f"{OWN}\n\n{MORE}\n\n{line}\n> Which bridges?\n>\n> And when?\n", subject="Re"
    )
    assert texts(article) == [OWN, MORE]
    assert reasons(article) == {"quote"}
    assert "Which bridges?" in article.dropped[-1].text


def test_answers_between_quotations_stay() -> None:
    article = cleaned(f"Tom wrote:\n> Which bridges?\n{OWN}\n> And when?\n{MORE}\n", subject="Re")
    assert texts(article) == [OWN, MORE]


@pytest.mark.parametrize(
    "head",
    [
        f"-----Original Message-----\n{HEAD}",
        f"________________________________\n{HEAD}",
        "-----Ursprüngliche Nachricht-----\nVon: Tom Berg\nGesendet: Montag, 8. Juli 2024\nAn: Ann Lee\nBetreff: Brücken",
        "-----Message d'origine-----\nDe : Tom Berg\nEnvoyé : lundi 8 juillet 2024\nÀ : Ann Lee\nObjet : Ponts",
        "De: Tom Berg\nEnviado el: lunes, 8 de julio de 2024\nPara: Ann Lee\nAsunto: Puentes",
        "发件人: Tom Berg\n发送时间: 2024年7月8日\n收件人: Ann Lee\n主题: 桥",
    ],
)
def test_the_mail_answered_leaves_with_its_head(head: str) -> None:
    article = cleaned(f"{OWN}\n\n{MORE}\n\n{head}\n\nWhich bridges will be closed, and when?\n", subject="Re: X")  # fmt: skip
    assert texts(article) == [OWN, MORE]
    assert reasons(article) == {"quote"}
    assert (article.authors, article.published_at) == ((), None)


@pytest.mark.parametrize(
    "mark",
    [
        "---------- Forwarded message ---------", "Begin forwarded message:", "-------- Weitergeleitete Nachricht --------", "---------- Message transféré ---------",
        "---------- Mensaje reenviado ----------", "-------- Пересылаемое сообщение --------", "---------- 转发的邮件 ----------",
    ],
)  # fmt: skip
def test_a_newsletter_that_was_passed_on_keeps_its_body(mark: str) -> None:
    article = cleaned(f"FYI\n\n{mark}\n{HEAD}\n\n{OWN}\n\n{MORE}\n")
    assert texts(article) == ["FYI", OWN, MORE]
    assert reasons(article) == {"header"}
    assert (article.title, article.authors) == ("Bridges to close", ("Tom Berg",))


def test_the_subject_tells_a_mail_passed_on_by_outlook() -> None:
    text = f"{OWN}\n\n-----Original Message-----\n{HEAD}\n\n{MORE}\n"
    assert texts(cleaned(text, subject="FW: Bridges")) == [OWN, MORE]
    assert texts(cleaned(text, subject="RE: Bridges")) == [OWN]


def test_a_mail_pasted_as_text_gives_title_author_and_day() -> None:
    article = cleaned(f"{HEAD}\n\n{OWN}\n\n{MORE}\n")
    assert (article.title, article.authors, texts(article)) == ("Bridges to close", ("Tom Berg",), [OWN, MORE])  # fmt: skip
    assert article.published_at == datetime(2024, 7, 8, 10, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAnn Lee\nHarbour Desk", "--\nAnn Lee\nTel. +49 30 1234567", "Best regards,\nAnn Lee\nPress officer\nPhone: +49 30 1234567",
        "Mit freundlichen Grüßen\nAnn Lee\nwww.example.org", "Cordialement,\nAnn Lee\nann@example.org", "С уважением,\nАнна Ли\nтел. +7 495 1234567", "Saludos,\nAna\n\n-- \nAna Lee",
        "Sent from my iPhone", "Von meinem iPhone gesendet", "This e-mail and its attachments are confidential and intended only for the addressee.",
        "Diese E-Mail enthält vertrauliche Informationen und ist nur für den Empfänger bestimmt.\n\n-- \nAnn Lee",
    ],
)  # fmt: skip
def test_a_signature_leaves(signature: str) -> None:
    article = cleaned(f"{OWN}\n\n{MORE}\n\n{signature}\n", subject="Bridges")
    assert texts(article) == [OWN, MORE]
    assert reasons(article) == {"signature"}


def test_a_signature_over_a_quotation_leaves_too() -> None:
    article = cleaned(
        f"{OWN}\n\nBest regards,\nAnn\n\nTom wrote:\n> Which bridges?\n", subject="Re"
    )
    assert [(line.text, line.reason) for line in article.dropped] == [
        ("Best regards, Ann", "signature"),
        ("Tom wrote:", "quote"),
        ("> Which bridges?", "quote"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"{OWN}\n\n--\n\n{MORE} " + "It will cost the city more than it has to spend in a whole year. " * 3,
        f"{OWN}\n\nHe closed his letter in the old way.\n\nYours sincerely,\nthe harbour master\n\n{MORE}",
        f"{OWN}\n\nWhat the mayor wrote:\n\n{MORE}",
        f"{OWN}\n\nFrom: the river to the sea.\n\n{MORE}",
        f"{OWN}\n\nThis message is for everyone, he said, and nothing in it is a secret.\n\n{MORE}",
    ],
)  # fmt: skip
def test_what_only_looks_like_mail_stays(text: str) -> None:
    article = cleaned(text, subject="Bridges")
    assert reasons(article) == set()
    assert article.paragraphs[0].text == OWN


def test_a_marked_quotation_inside_an_article_is_a_quote() -> None:
    article = cleaned(f"{OWN}\n\n> It was about time, a docker said.\n\n{MORE}", subject="Bridges")
    assert [(row.kind, row.text) for row in article.paragraphs][1] == ("quote", "It was about time, a docker said.")  # fmt: skip


def test_a_text_that_is_all_quotation_is_kept() -> None:
    assert texts(cleaned(f"> {OWN}\n> {MORE}", subject="X")) == [OWN, MORE]


def test_a_byline_in_a_mail_passed_on_says_more_than_its_sender() -> None:
    text = f"---------- Forwarded message ---------\n{HEAD}\n\nBy Ana Ruiz\n\n{OWN}\n\n{MORE}\n"
    article = cleaned(text, subject="Fwd: Bridges to close")
    assert (article.title, article.authors) == ("Bridges to close", ("Ana Ruiz",))


def test_marks_of_answering_leave_a_subject() -> None:
    assert plain_subject("AW: WG: Brücken") == "Brücken"
    assert plain_subject("Re[2]: Bridges") == "Bridges"
    assert plain_subject("Iran: talks go on") == "Iran: talks go on"


PIECES = st.lists(
    st.sampled_from(
        [
            OWN,
            MORE,
            HEAD,
            "-- ",
            "--",
            "> a",
            ">> b",
            "Tom wrote:",
            "-----Original Message-----",
            "---------- Forwarded message ---------",
            "Best regards,",
            "Ann",
            "",
            "ann@example.org",
            "From: x",
            "This e-mail is confidential.",
        ]
    ),
    max_size=14,
)


@given(PIECES)
def test_every_line_is_in_one_stretch_and_nothing_is_lost(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = split_mail(text).stretches
    assert "\n".join(line for stretch in found for line in stretch.lines) == text


@given(PIECES)
def test_the_own_text_of_a_mail_is_nothing_but_own_text(lines: list[str]) -> None:
    found = split_mail("\n".join(["Well begun is half done.", "", *lines])).stretches
    own = [stretch for stretch in found if stretch.reason is None]
    again = split_mail("\n\n".join("\n".join(stretch.lines) for stretch in own)).stretches
    assert own
    assert not any(stretch.reason == "quote" for stretch in again)
