"""The cleaners that `cleaning.py` measures: ours and others, each in a process of its own with packages of its own.

A peer that is no package of copydesk's is looked for in FOLDER/NAME, where `pip install --target FOLDER/NAME NAME` puts it:
readability-lxml and python-readability are both imported as `readability`, so no one environment can hold the two.
"""

from __future__ import annotations

import html as html_module
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from cleaning_scores import Page, Row, scorer

Found = dict[str, object]
Cleaner = Callable[[bytes, str | None], Found]
BLOCKS = frozenset(
    ["p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "tr", "pre", "br", "dt", "dd"]
)  # fmt: skip
WARM_UP = (
    b"<html><head><title>Oil</title></head><body><article><h1>Oil prices rise again</h1>"
    + b"<p>Oil prices rose on Monday as traders weighed cuts against demand.</p>" * 9
    + b"</article></body></html>"
)


def copydesk_clean() -> Cleaner:
    """Ours, as the scoring program has it."""
    from adapters import clean

    return clean


def trafilatura_plain() -> Cleaner:
    """bare_extraction with metadata and without comments: what the others are measured against."""
    return _trafilatura(favor_precision=False)


def trafilatura_precise() -> Cleaner:
    """The same with its precise rules."""
    return _trafilatura(favor_precision=True)


def _trafilatura(*, favor_precision: bool) -> Cleaner:
    from trafilatura import bare_extraction

    def clean(content: bytes, url: str | None) -> Found:
        found = bare_extraction(
            content,
            url=url,
            with_metadata=True,
            include_comments=False,
            favor_precision=favor_precision,
        )
        if found is None:
            return {}
        return {"title": found.title, "authors": found.author, "date": found.date, "text": found.text}  # fmt: skip

    return clean


def resiliparse_main() -> Cleaner:
    """Its main content; it has no metadata but the title of the window."""
    extract = import_module("resiliparse.extract.html2text").extract_plain_text
    detect = import_module("resiliparse.parse.encoding").detect_encoding
    parse = import_module("resiliparse.parse.html").HTMLTree.parse_from_bytes

    def clean(content: bytes, _url: str | None) -> Found:
        tree = parse(content, detect(content))
        text = extract(tree, main_content=True, alt_texts=False, list_bullets=False)
        return {"title": tree.title, "text": text}

    return clean


def readability_lxml() -> Cleaner:
    """The older port: a summary in HTML, whose blocks are read as lines."""
    read = import_module("readability").Document

    def clean(content: bytes, url: str | None) -> Found:
        document = read(content, url=url)
        named = document.author()
        authors = None if named == "[no-author]" else named
        lines = lines_of(document.summary())
        return {"title": document.short_title(), "authors": authors, "paragraphs": lines}

    return clean


def python_readability() -> Cleaner:
    """Mozilla's own program in an engine of JavaScript; it is given text, decoded as ours is."""
    from enrichers.cleaning.decode import decode

    parse = import_module("readability").parse

    def clean(content: bytes, _url: str | None) -> Found:
        found = parse(decode(content, None, "text/html"))
        if found is None:
            return {}
        # What it hands out are the engine's strings, which look like ours and cannot leave the process.
        title, byline, date, body = (
            "".join(["", said or ""])
            for said in (found.title, found.byline, found.published_time, found.content)
        )
        return {"title": title, "authors": byline, "date": date, "paragraphs": lines_of(body)}

    return clean


def lines_of(text: str) -> list[str]:
    """The lines of an article's HTML as a reader sees them."""
    from lxml import etree
    from lxml.html import fromstring

    if not text.strip():
        return []
    lines = [""]
    for event, element in etree.iterwalk(fromstring(text), events=("start", "end")):
        if element.tag in BLOCKS:
            lines.append("")
        lines[-1] += (element.text if event == "start" else element.tail) or ""
    return [line for one in lines if (line := " ".join(html_module.unescape(one).split()))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One cleaner. `module` is what has to be installed for it, `package` under which name."""

    name: str
    make: Callable[[], Cleaner]
    module: str
    package: str | None = None


BASELINE = "trafilatura"
PEERS = (
    Peer(name="copydesk", make=copydesk_clean, module="copydesk"),
    Peer(name=BASELINE, make=trafilatura_plain, module="trafilatura"),
    Peer(name="trafilatura, favor_precision", make=trafilatura_precise, module="trafilatura"),
    Peer(
        name="resiliparse", make=resiliparse_main, module="resiliparse.extract", package="resiliparse"
    ),
    Peer(
        name="readability-lxml",
        make=readability_lxml,
        module="readability.readability",
        package="readability-lxml",
    ),
    Peer(
        name="python-readability",
        make=python_readability,
        module="readability.api",
        package="python-readability",
    ),
)  # fmt: skip


class Worker:
    """A cleaner's process; pages are handed in one after the other, so that all cleaners meet the same machine."""

    def __init__(self, peer: Peer, *, folder: Path, eval_folder: Path) -> None:
        self.peer = peer
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        call = (peer.name, folder, eval_folder, theirs)
        self._process = context.Process(target=_serve, args=call, daemon=True)
        self._process.start()
        self.is_installed: bool = self._pipe.recv()

    def clean(self, page: Page) -> Row:
        """The page's scores, what was taken from it, and `s`, CPU seconds."""
        self._pipe.send(page)
        row: Row = self._pipe.recv()
        return row

    def close(self) -> None:
        """Let the process end."""
        self._pipe.close()
        self._process.join(20)


def workers(names: Sequence[str], *, folder: Path, eval_folder: Path) -> list[Worker]:
    """A worker for each cleaner that is asked for and installed; of the others stderr says how to have them."""
    started = []
    for peer in PEERS:
        if names and peer.name not in names:
            continue
        worker = Worker(peer, folder=folder, eval_folder=eval_folder)
        if worker.is_installed:
            started.append(worker)
            continue
        package = peer.package or peer.module
        sys.stderr.write(
            f"{peer.name} is left out: pip install --target {folder / package} {package}\n"
        )
        worker.close()
    return started


def _serve(name: str, folder: Path, eval_folder: Path, pipe: Connection) -> None:
    peer = next(peer for peer in PEERS if peer.name == name)
    if peer.package:
        sys.path.insert(0, str(folder / peer.package))
    is_installed = _is_there(peer.module)
    if not is_installed:
        pipe.send(is_installed)
        return
    scoring: Any = scorer(eval_folder)
    clean = peer.make()
    clean(WARM_UP, None)
    found: list[Found] = [{}]

    def kept(content: bytes, url: str | None) -> Found:
        found[0] = {}
        found[0] = clean(content, url)
        return found[0]

    scoring.FN = kept
    pipe.send(is_installed)
    while True:
        try:
            page = pipe.recv()
        except EOFError:
            return
        row = scoring.one(page)
        row["summary"] = found[0].get("summary")
        pipe.send(row)


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
