"""What a record's keys say beside its text, its title and its authors."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from enrichers.cleaning.draft import Claims
from enrichers.cleaning.record import record_claims

IMAGE = "https://e.org/tram.jpg"


def claims(**record: object) -> Claims:
    return record_claims(record, fetched_at=datetime(2024, 8, 1, tzinfo=UTC))


@pytest.mark.parametrize("key", ["section", "articleSection", "category"])
@pytest.mark.parametrize("value", ["Local", ["Local", "Traffic"], {"name": "Local"}])
def test_a_record_names_its_section(key: str, value: object) -> None:
    assert claims(**{key: value}).section == "Local"


@pytest.mark.parametrize(
    "value", [IMAGE, [IMAGE, "https://e.org/2.jpg"], {"url": IMAGE}, [{"src": IMAGE}]]
)
def test_a_record_names_its_picture(value: object) -> None:
    assert claims(image=value).image_url == IMAGE


def test_the_caption_of_a_record_s_picture_stands_apart() -> None:
    found = claims(image=IMAGE, image_caption="The tram&nbsp;line")
    assert found.image_caption == "The tram line"


def test_a_record_says_when_it_was_changed_and_never_after_the_fetch() -> None:
    found = claims(modified="2024-07-09T10:00:00+02:00")
    assert found.modified_at == datetime(2024, 7, 9, 8, tzinfo=UTC)
    assert found.modified_precision == "instant"
    assert claims(modified="2031-07-09").modified_at is None


@pytest.mark.parametrize(
    "value", [7, 1234, None, [], {}, [[]], [None], "x" * 500, True, "no address"]
)
def test_odd_values_of_a_record_say_nothing(value: object) -> None:
    found = claims(section=value, image=value, modified=value)
    assert found.image_url is None
    assert found.modified_at is None
    assert found.section in (None, "no address")
