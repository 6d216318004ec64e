"""The lead image: an absolute address that is no logo, and the caption of its own figure."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.cleaning.fragments import parse_html
from enrichers.cleaning.lead_image import caption_of, image_of
from enrichers.cleaning.page_head import Page, read_page

URL = "https://news.example.org/2024/tram"
PHOTO = "https://cdn.example.org/2024/07/tram-line-opening-1200x800.jpg"


def page(image: object = None, *, head: str = "", body: str = "") -> Page:
    script = json.dumps({"@type": "NewsArticle", "headline": "Tram", "image": image})
    tree = parse_html(
        f"<html><head>{head}<script type='application/ld+json'>{script}</script></head><body><h1>Tram</h1>{body}</body></html>"
    )
    assert tree is not None
    return read_page(tree, URL)


def figure(source: str, caption: str) -> str:
    return f"<figure><img src='{source}'><figcaption>{caption}</figcaption></figure>"


@pytest.mark.parametrize(
    "image",
    [
        PHOTO, [PHOTO, "https://cdn.example.org/b.jpg"], {"@type": "ImageObject", "url": PHOTO}, [{"@type": "ImageObject", "contentUrl": PHOTO}],
        {"url": [PHOTO]}, {"url": {"url": PHOTO}}, [{"url": "https://cdn.example.org/s.jpg", "width": 64}, {"url": PHOTO, "width": "1200px"}],
        "//cdn.example.org/2024/07/tram-line-opening-1200x800.jpg", ["https://cdn.example.org/site-logo.png", PHOTO],
    ],
)  # fmt: skip
def test_the_image_of_json_ld_is_read_in_each_of_its_shapes(image: object) -> None:
    assert image_of(page(image)) == PHOTO


@pytest.mark.parametrize(
    "name",
    [
        "logo.png", "site-logo-600x60.png", "harbourlogo.jpg", "placeholder.jpg", "default-image.png", "og-image.png", "share_image.jpg", "fallback.jpg", "spacer.gif",
        "1x1.gif", "no-image.png", "noimage_big.jpg", "apple-touch-icon.png", "icon.svg", "photo.svg", "facebook-default.png", "avatar.jpg",
    ],
)  # fmt: skip
def test_a_logo_or_a_stand_in_gives_way_to_the_next_candidate(name: str) -> None:
    head = f"<meta property='og:image' content='https://e.org/i/{name}'><meta name='twitter:image' content='{PHOTO}'>"
    assert image_of(page(head=head)) == PHOTO


@pytest.mark.parametrize("name", ["logorrhoea.jpg", "iconic-bridge.jpg", "shared-flat.jpg", "defaulted-loans.jpg", "pixels-of-paris.jpg", "technologos-fair.jpg"])  # fmt: skip
def test_a_word_that_only_begins_like_logo_is_a_picture(name: str) -> None:
    address = f"https://e.org/i/{name}"
    assert image_of(page(address)) == address


@pytest.mark.parametrize("address", ["data:image/png;base64,AAAA", "javascript:x()", "ftp://e.org/a.jpg", "http://[bad", "", "https://e.org/", "https://e.org/a b.jpg", "https://e.org/" + "a" * 3000])  # fmt: skip
def test_what_is_no_address_of_a_picture_is_left(address: str) -> None:
    assert image_of(page(address)) is None


def test_an_address_is_made_absolute() -> None:
    assert image_of(page("/i/tram.jpg")) == "https://news.example.org/i/tram.jpg"


def test_the_publishers_logo_is_no_picture_of_the_article() -> None:
    node = {"@type": "NewsArticle", "headline": "T", "image": "https://e.org/brand.png", "publisher": {"name": "E", "logo": {"url": "https://e.org/brand.png"}}}  # fmt: skip
    tree = parse_html(f"<script type='application/ld+json'>{json.dumps(node)}</script><p>a</p>")
    assert tree is not None
    assert image_of(read_page(tree, URL)) is None


def test_the_caption_is_that_of_the_figure_with_the_image_in_another_crop() -> None:
    other = figure(
        "https://cdn.example.org/2024/07/another-picture-300x200.jpg", "Another picture of the bay"
    )
    own = figure(
        "https://cdn.example.org/2024/07/tram-line-opening-640x360.jpg",
        "The first tram on the quay. Photo: Ana Ruiz",
    )
    assert caption_of(page(body=other + own), PHOTO, titles=[]) == "The first tram on the quay. Photo: Ana Ruiz"  # fmt: skip


def test_the_first_figure_under_the_headline_stands_in_for_one_that_is_not_found() -> None:
    lead, text = figure("/a.jpg", "The quay at dawn"), f"<p>{'The council voted. ' * 20}</p>"
    assert caption_of(page(body=lead + text), None, titles=[]) == "The quay at dawn"
    assert caption_of(page(body=text + lead), None, titles=[]) is None


@pytest.mark.parametrize("caption", ["Related: another story of ours", "By Ana Ruiz, 8 July 2024", "Tram line approved", "x", "word", "a " * 400])  # fmt: skip
def test_what_is_no_caption_is_left(caption: str) -> None:
    seen = page(body=figure(PHOTO, caption))
    assert caption_of(seen, PHOTO, titles=["Tram line approved"]) is None


def test_a_declared_caption_is_taken_where_none_is_shown() -> None:
    alt = "<meta property='og:image:alt' content='The quay at dawn'>"
    assert caption_of(page(head=alt), PHOTO, titles=[]) == "The quay at dawn"
    declared = {"url": PHOTO, "caption": "The quay &amp; the bay"}
    assert caption_of(page(declared), PHOTO, titles=[]) == "The quay & the bay"


def test_a_figure_in_a_side_bar_is_not_the_lead() -> None:
    aside = f"<aside>{figure(PHOTO, 'A picture in the side bar')}</aside>"
    assert caption_of(page(body=aside), PHOTO, titles=[]) is None


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["url", "@id", "caption", "width", "logo", "contentUrl"]), inner, max_size=3),
    )
)  # fmt: skip
def test_no_image_in_json_ld_raises(value: object) -> None:
    seen = page(value)
    address = image_of(seen)
    assert address is None or address.startswith(("https://", "http://"))
    assert len(caption_of(seen, address, titles=[]) or "") <= 600
