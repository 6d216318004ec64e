"""The keys under which news tools write an article as a record, so that readers and cleaners agree on them."""

from __future__ import annotations

from collections.abc import Mapping

TITLE = ("title", "headline")
BODY = ("text", "body", "content", "articlebody", "maintext", "paragraphs")
URL = ("url", "link")
PUBLISHED = ("date", "published", "datepublished", "date_publish", "published_at", "publishedat")
AUTHORS = ("author", "authors", "byline")
SITE = ("source", "site")
LANGUAGE = ("language", "lang")
SUMMARY = ("summary", "standfirst", "description")
MODIFIED = (
    "modified",
    "updated",
    "datemodified",
    "date_modify",
    "modified_at",
    "updated_at",
    "updatedat",
)
SECTION = ("section", "articlesection", "category")
IMAGE = ("image", "image_url", "imageurl", "thumbnail", "urltoimage")
IMAGE_CAPTION = ("image_caption", "imagecaption")
IDENTITY = ("id", "guid", "uuid")


def pick(record: Mapping[str, object], names: tuple[str, ...]) -> object | None:
    """The value of the first of `names` that says something; "" if a key is there but blank; None if none is there.

    Keys are compared without case and surrounding blanks.

    >>> pick({"Headline": "Oil up"}, TITLE), pick({"title": ""}, TITLE), pick({}, TITLE)
    ('Oil up', '', None)
    """
    values = {key.strip().lower(): value for key, value in record.items() if isinstance(key, str)}
    blank: object | None = None
    for name in names:
        if name not in values:
            continue
        value = values[name]
        if value is None or (isinstance(value, str) and not value.strip()):
            blank = ""
        else:
            return value
    return blank
