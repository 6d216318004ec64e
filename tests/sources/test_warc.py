"""Web archives: which records come out, under which names, and what damage costs."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zipfile
import zlib
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.addresses import canonical_address
from schemas.document import HTML, RawDocument
from schemas.errors import DocumentError
from sources.files import BadDocument, ReadOptions, open_documents
from sources.warc import _PLAIN_ADDRESS

Outcomes = list[RawDocument | BadDocument]
PAGE = b"<html><body><p>Oil prices rose on Monday.</p></body></html>"
# Without the time of day, the names of tests that are made of it are the same each time.
gzipped = partial(gzip.compress, mtime=0)


def record(  # noqa: PLR0913  each is one lie a record can tell
    number: int,
    *,
    kind: str = "response",
    body: bytes = PAGE,
    status: str = "200 OK",
    media_type: str = "text/html; charset=ISO-8859-1",
    http: str = "",
    length: object = None,
    uri: str | None = None,
    date: str = "2024-03-01T10:00:00Z",
) -> bytes:
    block = f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\n{http}\r\n".encode() + body
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{number}>\r\n"
        f"WARC-Date: {date}\r\nWARC-Target-URI: {uri or f'https://example.org/{number}'}\r\n"
        "Content-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(block) if length is None else length}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def read(path: Path, content: bytes, **options: object) -> Outcomes:
    path.write_bytes(content)
    return list(open_documents([str(path)], options=ReadOptions(**options)))  # type: ignore[arg-type]


def found(outcomes: Outcomes) -> list[str]:
    return [
        outcome.error.code if isinstance(outcome, BadDocument) else (outcome.url or "no address")
        for outcome in outcomes
    ]


def page(number: int) -> str:
    return f"https://example.org/{number}"


def joined(*records: bytes, compressed: bool) -> bytes:
    return b"".join(map(gzipped, records) if compressed else records)


either = pytest.mark.parametrize(
    ("name", "compressed"), [("a.warc", False), ("a.warc.gz", True)], ids=["plain", "gz"]
)


@either
def test_a_page_keeps_its_address_its_charset_its_time_and_its_id(
    tmp_path: Path, name: str, *, compressed: bool
) -> None:
    first = joined(record(1), compressed=compressed)
    path = tmp_path / name
    content = first + joined(record(2), compressed=compressed)
    _, document = read(path, content)
    assert isinstance(document, RawDocument)
    assert (document.content, document.media_type, document.url) == (PAGE, HTML, page(2))
    assert document.hints.encoding == "iso8859-1"
    assert document.fetched_at == datetime(2024, 3, 1, 10, tzinfo=UTC)
    assert document.origin == f"{path}:{len(first)}"
    assert document.origin_id == f"{path.resolve()}#urn:uuid:2"
    assert [again.origin_id for again in read(path, content)][1] == document.origin_id


@either
def test_other_records_types_and_statuses_are_passed_over(
    tmp_path: Path, name: str, *, compressed: bool
) -> None:
    kinds = ("warcinfo", "request", "revisit", "metadata", "resource", "conversion")
    others = [record(number, kind=kind) for number, kind in enumerate(kinds)]
    others += [record(8, status="404 Not Found"), record(9, media_type="image/png")]
    content = joined(*others, record(10), compressed=compressed)
    assert found(read(tmp_path / name, content)) == [page(10)]
    assert read(tmp_path / name, joined(*others, compressed=compressed)) == []


@pytest.mark.parametrize(
    "uri",
    ["file:///etc/passwd", "javascript:alert(1)", "/etc/passwd", "dns:example.org", "http://[::1"],
)
def test_an_address_that_is_not_of_the_web_is_no_address(tmp_path: Path, uri: str) -> None:
    (outcome,) = read(tmp_path / "a.warc", record(1, uri=uri))
    assert isinstance(outcome, RawDocument)
    assert outcome.url is None


@pytest.mark.parametrize("date", ["yesterday", "", "9999-12-31T23:59:59-10:00", "0000-00-00"])
def test_a_date_that_is_none_leaves_the_time_of_the_run(tmp_path: Path, date: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    (document,) = read(tmp_path / "a.warc", record(1, date=date), now=now)
    assert isinstance(document, RawDocument)
    assert document.fetched_at == now


@either
@pytest.mark.parametrize("kind", ["response", "request"])
@pytest.mark.parametrize("length", [-5, 10**30, "abc", "", 100, 150, 5_000])
def test_a_false_length_costs_that_record_alone(
    tmp_path: Path, name: str, kind: str, length: object, *, compressed: bool
) -> None:
    lying = record(2, kind=kind, length=length)
    content = joined(record(1), lying, record(3), compressed=compressed)
    first, bad, third = found(read(tmp_path / name, content))
    assert (first, third) == (page(1), page(3))
    assert bad in {"malformed", "truncated"}


@either
def test_a_huge_length_is_not_believed(tmp_path: Path, name: str, *, compressed: bool) -> None:
    for kind, expected in (("response", ["too_large"]), ("request", [])):
        lying = record(2, kind=kind, length=10**12)
        content = joined(record(1), lying, record(3), compressed=compressed)
        assert found(read(tmp_path / name, content)) == [page(1), *expected, page(3)]


@either
def test_a_page_over_the_limit_is_too_large_and_the_next_is_read(
    tmp_path: Path, name: str, *, compressed: bool
) -> None:
    content = joined(record(1, body=PAGE * 5_000), record(2), compressed=compressed)
    assert found(read(tmp_path / name, content, max_bytes=100_000)) == ["too_large", page(2)]


@either
@pytest.mark.parametrize("kind", ["response", "request"])
def test_an_archive_cut_in_the_middle_keeps_what_came_before(
    tmp_path: Path, name: str, kind: str, *, compressed: bool
) -> None:
    before = joined(record(1), record(2), compressed=compressed)
    last = joined(record(3, kind=kind, body=PAGE * 20), compressed=compressed)
    for cut in (1, 15, len(last) // 2, len(last) - 30):
        outcomes = read(tmp_path / name, before + last[:cut])
        assert found(outcomes)[:2] == [page(1), page(2)], cut
        assert len(outcomes) == 3, cut
        assert isinstance(outcomes[2], BadDocument)
        assert outcomes[2].error.code in {"truncated", "malformed"}


@either
def test_garbage_between_records_costs_no_record(
    tmp_path: Path, name: str, *, compressed: bool
) -> None:
    content = joined(record(1), b"no record\r\n\r\n" * 9, record(2), compressed=compressed)
    assert found(read(tmp_path / name, content)) == [page(1), "malformed", page(2)]


def test_a_damaged_byte_costs_one_record(tmp_path: Path) -> None:
    one, two, three = (gzipped(record(number)) for number in (1, 2, 3))
    damaged = bytearray(two)
    damaged[len(damaged) // 2] ^= 0xFF
    outcomes = read(tmp_path / "a.warc.gz", one + bytes(damaged) + three)
    assert found(outcomes) == [page(1), "malformed", page(3)]


def test_an_archive_compressed_as_a_whole_is_read(tmp_path: Path) -> None:
    content = record(1) + record(2) + record(3)
    for name, packed in (("a.warc.gz", gzipped(content)), ("a.warc", gzipped(content))):
        assert found(read(tmp_path / name, packed)) == [page(1), page(2), page(3)]
    frames = b"".join(map(zstandard.compress, (record(1), record(2))))
    assert found(read(tmp_path / "a.warc.zst", frames)) == [page(1), page(2)]


def test_a_wacz_is_a_zip_of_archives(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("archive/data.warc.gz", gzipped(record(1)) + gzipped(record(2)))
        archive.writestr("datapackage.yml", "{}")
    path = tmp_path / "a.wacz"
    outcomes = read(path, packed.getvalue())
    assert found(outcomes) == [page(1), page(2)]
    assert outcomes[0].origin == f"{path}!archive/data.warc.gz:0"


@pytest.mark.parametrize(
    ("http", "body"),
    [
        ("Content-Encoding: gzip\r\n", gzipped(PAGE)),
        ("Content-Encoding: deflate\r\n", zlib.compress(PAGE)),
        ("Content-Encoding: deflate\r\n", zlib.compress(PAGE, wbits=-15)),
        ("Content-Encoding: zstd\r\n", zstandard.compress(PAGE)),
        ("Content-Encoding: gzip, gzip\r\n", gzipped(gzipped(PAGE))),
        ("Content-Encoding: gzip\r\n", PAGE),
        ("Content-Encoding: br\r\n", PAGE),
        (
            "Transfer-Encoding: chunked\r\n",
            b"5\r\n" + PAGE[:5] + b"\r\n36\r\n" + PAGE[5:] + b"\r\n0\r\n\r\n",
        ),
        ("Transfer-Encoding: chunked\r\n", PAGE),
    ],
)
def test_codings_of_the_answer_are_undone_where_they_are_there(
    tmp_path: Path, http: str, body: bytes
) -> None:
    (document,) = read(tmp_path / "a.warc", record(1, http=http, body=body))
    assert isinstance(document, RawDocument)
    assert document.content == PAGE


@pytest.mark.parametrize(
    ("http", "body", "expected"),
    [
        ("Content-Encoding: gzip\r\n", gzipped(PAGE)[:-12], "truncated"),
        ("Content-Encoding: gzip\r\n", gzipped(PAGE)[:10] + b"\x07" * 40, "malformed"),
        ("Content-Encoding: gzip\r\n", gzipped(bytes(10**6)), "too_large"),
        ("Content-Encoding: rot13\r\n", PAGE, "unsupported"),
        ("Transfer-Encoding: chunked\r\n", b"5\r\n<html\r\n99", "truncated"),
        ("", b" \r\n ", "empty"),
    ],
)
def test_an_answer_that_cannot_be_decoded_is_bad_by_itself(
    tmp_path: Path, http: str, body: bytes, expected: str
) -> None:
    content = record(1, http=http, body=body) + record(2)
    assert found(read(tmp_path / "a.warc", content, max_bytes=100_000)) == [expected, page(2)]


@pytest.mark.parametrize("content", [b"", gzipped(b"")])
def test_an_archive_without_records_is_empty(tmp_path: Path, content: bytes) -> None:
    assert found(read(tmp_path / "a.warc.gz", content)) == ["empty"]


def test_what_is_no_archive_is_one_bad_document(tmp_path: Path) -> None:
    assert found(read(tmp_path / "a.warc", PAGE * 500)) == ["malformed"]


def test_headers_without_end_are_bounded(tmp_path: Path) -> None:
    content = b"WARC/1.0\r\n" + b"a" * 3_000_000 + b"\r\n" + record(1)
    assert found(read(tmp_path / "a.warc", content)) == ["malformed", page(1)]


def test_a_long_archive_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    one = gzipped(record(1, body=PAGE * 3_000))
    path.write_bytes(one * 400)
    tracemalloc.start()
    count = sum(1 for _ in open_documents([str(path)], options=ReadOptions()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 400
    assert peak < 5_000_000


def test_an_archive_of_zeros_is_a_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sources.blocks._FREE_BYTES", 20_000_000)
    one = gzipped(record(1, body=bytes(5_000_000)))
    outcomes = read(tmp_path / "a.warc.gz", one * 40)
    assert found(outcomes)[-1] == "too_large"
    assert len(outcomes) < 9


@given(st.from_regex(_PLAIN_ADDRESS, fullmatch=True))
def test_every_plain_address_is_an_address(url: str) -> None:
    assert canonical_address(url) is not None


SAMPLES = [
    (name, joined(*map(record, range(4)), record(5, kind="request"), compressed=compressed))
    for name, compressed in (("a.warc", False), ("a.warc.gz", True))
]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(sample=st.sampled_from(SAMPLES), data=st.data())
def test_damage_anywhere_gives_whole_pages_or_errors(
    tmp_path: Path, sample: tuple[str, bytes], data: st.DataObject
) -> None:
    name, content = sample
    cut = data.draw(st.integers(0, len(content)))
    damaged = bytearray(content[:cut])
    for _ in range(data.draw(st.integers(0, 3))):
        if damaged:
            place = data.draw(st.integers(0, len(damaged) - 1))
            damaged[place] = data.draw(st.integers(0, 255))
    for outcome in read(tmp_path / name, bytes(damaged), max_bytes=100_000):
        if isinstance(outcome, BadDocument):
            assert isinstance(outcome.error, DocumentError)
        else:
            assert len(outcome.content) >= len(PAGE) - 1
