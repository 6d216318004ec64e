"""Mails and mailboxes: which part is the document, and what odd ones cost."""

from __future__ import annotations

import mailbox
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.document import HTML, PLAIN_TEXT, RawDocument
from schemas.errors import DocumentError
from sources.files import BadDocument, ReadOptions, open_documents
from tests.growth import LINEAR, growth

Outcomes = list[RawDocument | BadDocument]
PAGE = "<html><body><p>Öl prices rose on Monday.</p></body></html>"


def newsletter(number: int = 1, *, html: str | None = PAGE, charset: str = "utf-8") -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = f"Öl news {number}"
    mail["From"] = '"Ada Löwe" <ada@example.org>'
    mail["Date"] = "Fri, 01 Mar 2024 12:30:00 +0200"
    mail["Message-ID"] = f"<{number}@example.org>"
    mail.set_content("Öl prices rose as text.", charset=charset)
    if html is not None:
        mail.add_alternative(html, subtype="html", charset=charset)
    return mail


def read(path: Path, content: bytes, **options: object) -> Outcomes:
    path.write_bytes(content)
    return list(open_documents([str(path)], options=ReadOptions(**options)))  # type: ignore[arg-type]


def code(outcome: RawDocument | BadDocument) -> str:
    return outcome.error.code if isinstance(outcome, BadDocument) else "read"


def text_of(outcome: RawDocument | BadDocument) -> str:
    assert isinstance(outcome, RawDocument)
    return outcome.content.decode(outcome.hints.encoding or "utf-8")


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_the_html_part_is_the_document_and_the_headers_are_hints(
    tmp_path: Path, charset: str, end: bytes
) -> None:
    path = tmp_path / "news.eml"
    (mail,) = read(path, bytes(newsletter(charset=charset)).replace(b"\n", end))
    assert isinstance(mail, RawDocument)
    assert text_of(mail).strip() == PAGE
    assert mail.media_type == HTML
    assert (mail.hints.title, mail.hints.listed_authors) == ("Öl news 1", ("Ada Löwe",))
    assert mail.hints.published == "2024-03-01T12:30:00+02:00"
    assert (mail.origin, mail.origin_id) == (str(path), str(path.resolve()))


def test_a_mail_without_html_gives_its_text(tmp_path: Path) -> None:
    (mail,) = read(tmp_path / "a.eml", bytes(newsletter(html=None)))
    assert isinstance(mail, RawDocument)
    assert (mail.media_type, text_of(mail).strip()) == (PLAIN_TEXT, "Öl prices rose as text.")


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ("", "text/plain"),
        ("; format=fixed", "text/plain"),
        ('; Format="Flowed"', "text/plain; format=flowed"),
        ("; format=flowed; DelSp=Yes", "text/plain; format=flowed; delsp=yes"),
    ],
)
def test_a_text_says_how_it_was_wrapped(tmp_path: Path, parameters: str, expected: str) -> None:
    content = f"Subject: Oil\nContent-Type: text/plain{parameters}\n\nPrices rose.\n".encode()
    (outcome,) = read(tmp_path / "one.eml", content)
    assert isinstance(outcome, RawDocument)
    assert outcome.media_type == expected


@pytest.mark.parametrize("coding", ["base64", "quoted-printable", "8bit"])
def test_every_transfer_encoding_is_undone(tmp_path: Path, coding: str) -> None:
    mail = EmailMessage()
    mail["Subject"] = "News"
    mail.set_content(PAGE, subtype="html", charset="utf-8", cte=coding)
    (document,) = read(tmp_path / "a.eml", bytes(mail))
    assert text_of(document).strip() == PAGE


def test_an_attachment_is_never_the_document(tmp_path: Path) -> None:
    mail = newsletter(html=None)
    mail.add_attachment("<p>attached</p>", subtype="html", filename="page.html")
    (document,) = read(tmp_path / "a.eml", bytes(mail))
    assert text_of(document).strip() == "Öl prices rose as text."
    only = EmailMessage()
    only["Subject"] = "See attached"
    only.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="a.pdf")
    assert code(read(tmp_path / "a.eml", bytes(only))[0]) == "empty"


def test_a_forwarded_mail_is_found_in_the_one_around_it(tmp_path: Path) -> None:
    outer = EmailMessage()
    outer["Subject"] = "Fwd"
    outer.make_mixed()
    outer.attach(_wrapped(newsletter()))
    (document,) = read(tmp_path / "a.eml", bytes(outer))
    assert text_of(document).strip() == PAGE


def _wrapped(inner: EmailMessage) -> EmailMessage:
    part = EmailMessage()
    part.set_content(inner)
    del part["Content-Disposition"]
    return part


@pytest.mark.parametrize(
    ("header", "title"),
    [
        (b"Subject: Caf\xc3\xa9 prices", "Café prices"),
        (b"Subject: Caf\xe9 prices", "Café prices"),
        (b"Subject: =?utf-8?q?Caf=C3=A9?=\n prices", "Café prices"),
        (b"Subject: =?no-such-charset?q?Oil?=", "=?no-such-charset?q?Oil?="),
        (b"Subject: =?utf-8?b?!!!!?=", None),
        (b"From: ada@example.org", None),
    ],
)
def test_headers_that_break_the_rules_are_read_or_left(
    tmp_path: Path, header: bytes, title: str | None
) -> None:
    (document,) = read(tmp_path / "a.eml", header + b"\nDate: nonsense\n\nOil prices rose.")
    assert isinstance(document, RawDocument)
    if title is not None:
        assert document.hints.title == title
    assert document.hints.published is None
    assert document.hints.listed_authors == ()


def test_what_is_said_by_the_user_wins(tmp_path: Path) -> None:
    content = bytes(newsletter())
    (document,) = read(tmp_path / "a.eml", content, published="2024-02-01", encoding="latin-1")
    assert isinstance(document, RawDocument)
    assert (document.hints.published, document.hints.encoding) == ("2024-02-01", "iso8859-1")


@pytest.mark.parametrize("content", [b"Oil prices rose on Monday.", b"<html><p>Oil</p></html>"])
def test_what_is_no_mail_is_malformed(tmp_path: Path, content: bytes) -> None:
    assert code(read(tmp_path / "a.eml", content)[0]) == "malformed"


def nested(depth: int, *, many_lines: bool = False) -> bytes:
    head = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (level, level)
        for level in range(depth)
    )
    body = b"\n" * 500_000 if many_lines else b""
    tail = b"".join(b"\n--b%d--\n" % level for level in reversed(range(depth)))
    return b"Subject: deep\n" + head + b"Content-Type: text/html\n\n" + PAGE.encode() + body + tail


def test_parts_nested_as_mail_programs_do_are_found(tmp_path: Path) -> None:
    (document,) = read(tmp_path / "a.eml", nested(8))
    assert PAGE in text_of(document)


def test_a_mail_a_thousand_parts_deep_ends_as_soon_as_a_shallow_one(tmp_path: Path) -> None:
    def codes(content: bytes) -> list[str]:
        return [code(outcome) for outcome in read(tmp_path / "a.eml", content)]

    def deep(depth: int) -> bytes:
        return nested(depth, many_lines=True)

    assert codes(deep(1_000)) == codes(deep(20_000)) == ["empty"]
    assert growth(codes, deep, 1_000) < LINEAR
    assert growth(codes, deep, 20_000) < LINEAR


def test_a_mail_of_a_hundred_thousand_parts_is_bounded(tmp_path: Path) -> None:
    parts = b"--b\nContent-Type: image/png\n\nx\n" * 100_000
    content = b'Subject: wide\nContent-Type: multipart/mixed; boundary="b"\n\n' + parts + b"--b--"
    assert code(read(tmp_path / "a.eml", content)[0]) == "empty"


def mbox(tmp_path: Path, *mails: EmailMessage) -> bytes:
    path = tmp_path / "made.mbox"
    box = mailbox.mbox(path)
    for mail in mails:
        box.add(mail)
    box.close()
    content = path.read_bytes()
    path.unlink()
    return content


def test_a_mailbox_gives_each_mail_under_its_own_id(tmp_path: Path) -> None:
    path = tmp_path / "news.mbox"
    first, second = read(path, mbox(tmp_path, newsletter(1), newsletter(2, html=None)))
    assert isinstance(first, RawDocument)
    assert isinstance(second, RawDocument)
    assert (first.origin, second.origin) == (f"{path}:1", f"{path}:2")
    assert second.origin_id == f"{path.resolve()}#2@example.org"
    assert (first.hints.title, second.hints.title) == ("Öl news 1", "Öl news 2")
    assert text_of(first).strip() == PAGE


def test_a_broken_mail_in_the_middle_costs_no_other(tmp_path: Path) -> None:
    broken = b"From x@example.org Fri Mar  1 12:00:00 2024\n\xff\xfe\0\0 no headers\n\n"
    content = mbox(tmp_path, newsletter(1)) + broken + mbox(tmp_path, newsletter(3))
    outcomes = read(tmp_path / "a.mbox", content)
    assert [code(outcome) for outcome in outcomes] == ["read", "malformed", "read"]
    assert isinstance(outcomes[1], BadDocument)
    assert outcomes[1].origin.endswith("a.mbox:2")
    assert outcomes[1].payload is not None


def test_a_line_that_begins_with_from_splits_no_mail(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["Subject"] = "Roads"
    mail.set_content("First.\n\nFrom London the road goes north.\n\nLast.\n")
    unquoted = mbox(tmp_path, mail).replace(b">From", b"From")
    for content in (mbox(tmp_path, mail), unquoted):
        (document,) = read(tmp_path / "a.mbox", content)
        assert "\nFrom London" in text_of(document).replace("\r", "")


def test_a_mail_over_the_limit_is_too_large_and_the_next_is_read(tmp_path: Path) -> None:
    content = mbox(tmp_path, newsletter(1, html=PAGE * 2_000), newsletter(2))
    outcomes = read(tmp_path / "a.mbox", content, max_bytes=20_000)
    assert [code(outcome) for outcome in outcomes] == ["too_large", "read"]


@pytest.mark.parametrize(("content", "expected"), [(b"", "empty"), (b"Oil prices\n", "malformed")])
def test_what_is_no_mailbox_is_one_bad_document(
    tmp_path: Path, content: bytes, expected: str
) -> None:
    assert [code(outcome) for outcome in read(tmp_path / "a.mbox", content)] == [expected]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), box=st.booleans())
def test_damage_anywhere_gives_mails_or_errors(
    tmp_path: Path, data: st.DataObject, *, box: bool
) -> None:
    content = bytearray(bytes(newsletter()))
    if box:
        content[:0] = b"From ada@example.org Fri Mar  1 12:00:00 2024\n"
    del content[data.draw(st.integers(0, len(content))) :]
    for _ in range(data.draw(st.integers(0, 4))):
        place = data.draw(st.integers(0, len(content)))
        content[place : place + 1] = data.draw(st.binary(max_size=6))
    for outcome in read(tmp_path / ("a.mbox" if box else "a.eml"), bytes(content)):
        if isinstance(outcome, BadDocument):
            assert isinstance(outcome.error, DocumentError)
        else:
            assert (outcome.hints.title or "none").encode()


def test_a_mailbox_of_blank_lines_ends_soon(tmp_path: Path) -> None:
    head = b"From x@example.org Fri Mar  1 12:00:00 2024\nSubject: x\n\n"
    after = mbox(tmp_path, newsletter())

    def codes(content: bytes) -> list[str]:
        return [code(one) for one in read(tmp_path / "a.mbox", content, max_bytes=100_000)]

    def make(lines: int) -> bytes:
        return head + b"\n" * lines + after

    assert codes(make(8_000_000)) == ["too_large", "read"]
    assert growth(codes, make, 8_000_000) < LINEAR


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_mail_that_ends_in_its_text_is_cut_and_no_article(tmp_path: Path, end: bytes) -> None:
    content = bytes(newsletter()).replace(b"\n", end)
    html = content.index(b"<html>")
    (whole,) = read(tmp_path / "a.eml", content.rstrip() + b"\n\n-- \nSent from my desk")
    assert text_of(whole).strip() == PAGE
    (cut,) = read(tmp_path / "a.eml", content[: html + 20])
    assert isinstance(cut, RawDocument)
    assert (cut.media_type, text_of(cut).strip()) == (PLAIN_TEXT, "Öl prices rose as text.")
    (nothing,) = read(tmp_path / "a.eml", content[: content.index(b"prices rose as") + 6])
    assert code(nothing) == "truncated"


def test_what_ends_where_the_part_around_it_goes_on_is_whole(tmp_path: Path) -> None:
    content = (
        b"Subject: a\nContent-Type: multipart/mixed; boundary=out\n\n"
        b"--out\nContent-Type: multipart/alternative; boundary=in\n\n--in\n\nOil prices rose.\n"
        b"--out\nContent-Type: image/png\n\n..."
    )
    (mail,) = read(tmp_path / "a.eml", content)
    assert text_of(mail) == "Oil prices rose."


@pytest.mark.parametrize(
    ("kind", "parameter", "body", "size"),
    [
        (b"multipart/mixed", b"; a=b", b"", 150_000),
        (b'multipart/mixed; boundary="' + b"-" * 70 + b'"', b"", b"-", 15_000_000),
    ],
    ids=["parameters", "hyphens"],
)
def test_headers_and_boundaries_made_to_be_slow_are_read_at_once(
    tmp_path: Path, kind: bytes, parameter: bytes, body: bytes, size: int
) -> None:
    def make(size: int) -> bytes:
        return b"Subject: a\nContent-Type: " + kind + parameter * size + b"\n\n" + body * size

    # Before: ten seconds, and three for each of twenty levels.
    assert growth(lambda content: read(tmp_path / "a.eml", content), make, size) < LINEAR
