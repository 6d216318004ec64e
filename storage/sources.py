"""The places that news comes from: which description of one can be meant, and those that the database keeps.

A database is copied, mailed and backed up, so no secret is ever kept in it: of headers and proxies it takes the name of
the variable or file that holds the value. Whoever fetches looks there.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from typing import cast, get_args
from urllib.parse import urlsplit

from schemas.addresses import canonical_address, secret_name, shown_address, without_credentials
from schemas.errors import UsageError
from schemas.web import HEADER_NAME, SourceKind, SourceSpec
from storage.values import damage_said, dump, load

LOCAL_KINDS: tuple[str, ...] = ("folder", "archive", "list")
"""The kinds that may lie on this machine."""

_LONGEST_NAME = 200
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_REFERENCE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|file:.+", re.DOTALL)
# What a package may call what it adds; whether one of that name is installed is for others to say.
_PLUG_IN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def check_source(spec: SourceSpec) -> None:
    """Whether the description of a source can be meant; says nothing of whether anything is there.

    Raises UsageError, which never shows the value of a header, a cookie or a proxy.
    """
    if not spec.name.strip() or len(spec.name) > _LONGEST_NAME or _CONTROL.search(spec.name):
        raise UsageError(
            f"{shown_address(spec.name)!r} is no name for a source",
            remedy=f"give it a printable name of 1 to {_LONGEST_NAME} characters",
            code="source_name",
        )
    for what, said in (("kind of source", spec.kind), ("fetcher", spec.fetcher)):
        if said is not None and not _PLUG_IN.fullmatch(said):
            raise _wrong(
                spec,
                f"{said[:_LONGEST_NAME]!r} is no {what}",
                f"name one that is built in or installed; kinds are {', '.join(get_args(SourceKind))}",
            )
    _check_place(spec)
    if spec.language is not None and not _LANGUAGE.fullmatch(spec.language):
        raise _wrong(
            spec, f"language {spec.language!r} is no code", "write two letters: en, de, fr"
        )
    if spec.pause is not None and not 0 <= spec.pause < float("inf"):
        raise _wrong(spec, f"pause {spec.pause!r} is no time", "write seconds, 0 or more")
    _check_request(spec)


def _check_place(spec: SourceSpec) -> None:
    if spec.path is not None and spec.kind not in LOCAL_KINDS:
        raise _wrong(
            spec,
            f"a {spec.kind} has a url, not a path",
            f"give its url; kinds with a path are {', '.join(LOCAL_KINDS)}",
        )
    if spec.url is not None and spec.kind == "folder":
        raise _wrong(spec, "a folder has a path, not a url", "give its path")
    if (spec.url is None) == (spec.path is None):
        either = spec.kind in LOCAL_KINDS and spec.kind != "folder"
        needed = "url or path" if either else "path" if spec.kind == "folder" else "url"
        said = (
            "has both url and path" if spec.url is not None else f"a {spec.kind} needs a {needed}"
        )
        raise _wrong(spec, said, f"give it one {needed}")
    if spec.path is not None and (not spec.path.strip() or "\0" in spec.path):
        raise _wrong(spec, f"{spec.path!r} is no path", "name a file or folder")
    if spec.url is not None and canonical_address(spec.url) is None:
        shown = shown_address(spec.url)
        raise _wrong(
            spec,
            f"{shown!r} is no address to fetch",
            "write one that begins with https:// or http://",
        )


def _check_request(spec: SourceSpec) -> None:
    for name, value in spec.headers:
        if not HEADER_NAME.fullmatch(name):
            # A header typed without its colon is all name: it may hold the secret.
            raise _wrong(
                spec, "a header has no name that HTTP knows", "write letters, digits and -"
            )
        if _CONTROL.search(value):
            raise _wrong(
                spec, f"the header {name} holds control characters", "write it in one line"
            )
    if spec.cookies_env is not None and not _VARIABLE.fullmatch(spec.cookies_env):
        raise _wrong(
            spec,
            "cookies_env is not the name of an environment variable",
            "put the cookies into a variable and give its name, such as EXAMPLE_COOKIES",
        )
    if spec.user_agent is not None and (
        not spec.user_agent.strip() or _CONTROL.search(spec.user_agent)
    ):
        raise _wrong(spec, f"user_agent {spec.user_agent!r} is none", "write it in one line")
    if spec.proxy is None or _REFERENCE.fullmatch(spec.proxy):
        return
    if canonical_address(spec.proxy) is None:
        raise _wrong(
            spec, "its proxy is no address", "write http://HOST:PORT, or env:NAME for a variable"
        )


def _wrong(spec: SourceSpec, said: str, remedy: str, *, code: str = "source") -> UsageError:
    return UsageError(f"source {shown_address(spec.name)!r}: {said}", remedy=remedy, code=code)


def check_no_secrets(spec: SourceSpec, *, told: str = "which the database does not keep") -> None:
    """Whether the database may keep a source. Raises UsageError for a secret in it, without showing it.

    `told` is how the error goes on where somebody else would keep it.
    """
    for what, text in (("name", spec.name), ("url", spec.url or "")):
        if without_credentials(text) != text and _has_userinfo(text):
            raise _wrong(
                spec,
                f"its {what} holds a user or password, {told}",
                'leave it out, and give it as the header "Authorization: env:NAME", with a variable that holds "Basic ..."',
                code="source_secret",
            )
        if secret := secret_name(text):
            raise _wrong(
                spec,
                f"the part {secret[:40]!r} of its {what} looks like a secret, {told}",
                'leave it out, and give it as a header, such as "Authorization: env:NAME", with a variable that holds the value',
                code="source_secret",
            )
    for name, value in spec.headers:
        if not _REFERENCE.fullmatch(value):
            raise _wrong(
                spec,
                f"the header {name} holds a value, {told}",
                f"put the value into a variable and write {name}: env:NAME (or file:PATH)",
                code="source_secret",
            )
    if spec.proxy and not _REFERENCE.fullmatch(spec.proxy) and _has_userinfo(spec.proxy):
        raise _wrong(
            spec,
            f"its proxy holds a user or password, {told}",
            "put the proxy into a variable and write env:NAME",
            code="source_secret",
        )


def _has_userinfo(text: str) -> bool:
    try:
        return "@" in urlsplit(text.strip()).netloc
    except ValueError:
        return "@" in text


def read_sources(connection: sqlite3.Connection) -> list[SourceSpec]:
    """The sources that the database keeps, in the order they were added."""
    rows = connection.execute("SELECT name, kind, url, settings, enabled FROM sources ORDER BY id")
    return [_spec_of(row) for row in rows]


def _spec_of(row: Sequence[object]) -> SourceSpec:
    name, kind, url, settings, enabled = row
    with damage_said():
        kept = dict(load(str(settings)))
        spec = SourceSpec(
            name=str(name),
            kind=str(kind),
            url=cast("str | None", url),
            path=kept.get("path"),
            language=kept.get("language"),
            pause=kept.get("pause"),
            headers=tuple((str(key), str(value)) for key, value in kept.get("headers", ())),
            cookies_env=kept.get("cookies_env"),
            proxy=kept.get("proxy"),
            user_agent=kept.get("user_agent"),
            fetcher=kept.get("fetcher"),
            enabled=bool(enabled),
        )
        try:
            check_source(spec)
        except UsageError as error:  # it was checked when it was kept
            raise ValueError(error.message) from error
        return spec


def add_source(connection: sqlite3.Connection, spec: SourceSpec) -> None:
    """Keep a source, in the caller's transaction.

    Raises UsageError for one that cannot be meant, that holds a secret, or whose name is taken.
    """
    check_source(spec)
    check_no_secrets(spec)
    kept = {
        "path": spec.path,
        "language": spec.language,
        "pause": spec.pause,
        "headers": spec.headers,
        "cookies_env": spec.cookies_env,
        "proxy": spec.proxy,
        "user_agent": spec.user_agent,
        "fetcher": spec.fetcher,
    }
    settings = dump({key: value for key, value in kept.items() if value not in (None, ())})
    added = connection.execute(
        """INSERT INTO sources (name, kind, url, settings, enabled) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (name) DO NOTHING""",
        (spec.name, spec.kind, spec.url, settings, int(spec.enabled)),
    )
    if not added.rowcount:
        raise _wrong(
            spec,
            "there is one of that name already",
            "choose another name, or remove that one first: copydesk sources remove NAME",
            code="source_exists",
        )


def remove_source(connection: sqlite3.Connection, name: str) -> bool:
    """Forget a source and how far it was read, in the caller's transaction; whether there was one. Articles stay."""
    gone = bool(connection.execute("DELETE FROM sources WHERE name = ?", (name,)).rowcount)
    if gone:
        connection.execute("DELETE FROM cursors WHERE source = ?", (name,))
    return gone


def set_source_enabled(connection: sqlite3.Connection, name: str, *, enabled: bool) -> bool:
    """Switch a source on or off, in the caller's transaction; whether there is one."""
    changed = connection.execute(
        "UPDATE sources SET enabled = ? WHERE name = ?", (int(enabled), name)
    )
    return bool(changed.rowcount)
