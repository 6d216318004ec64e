"""Seconds from a story's appearing in a feed to its being found by a search, over two hundred hosts with troublesome ones.

    python benchmarks/freshness.py [--hosts 200] [--items 90] [--minutes 1.5] [--every 0] [--json]

The server is a process of its own on loopback hosts, each with a feed (ETag and 304) of one old story; new ones appear at
random moments on random hosts, pages of some 250 words. The fetching is `flows.fetching.fetch_sources` as a schedule runs
it, one round after another: a round begins `--every` seconds after the last one began, or as soon as that has ended
(0: at once). All else is as users have it: robots.txt in each round, a pause of a second at each host, thirty seconds for
a request. A story is searchable when `Store.search` in words mode finds it from a third process with a connection of its
own, which asks ten times a second for every story that has appeared; it finds what is committed, nothing else.

Three stretches of the same length: every host answers; then one takes the request for its feed and never answers, and
one says 429 with a Retry-After of ten seconds, always; then the same goes on (that host has been silent for some rounds,
and is asked ever less). A first round, which loads the models and stores the old stories, is not counted. `listed` is the
part until the feed that names the story was sent, `stored` what came after it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import multiprocessing
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import formatdate
from multiprocessing.sharedctypes import Synchronized, SynchronizedArray
from pathlib import Path
from typing import cast

# This folder has files named like packages of ours; they are not meant.
sys.path[0] = str(Path(__file__).parent.parent)

POLL_S = 0.1
GRACE_S = 120.0
STRETCHES = ("all answer", "trouble begins", "trouble goes on")
_CONSONANTS = "bdfgkmnprtvz"
_PROSE = (
    "oil prices rose on Monday as traders weighed supply cuts against slowing demand in Asia the ministry said that "
    "output had fallen again while ships waited at the port for a fifth day and workers asked for higher wages a "
    "court in the capital will hear the case next month officials told reporters after talks with the bank ended"
)
_WORDS = _PROSE.split()


@dataclass(frozen=True, slots=True)
class Story:
    """A story to come: on which host, and how many seconds after the start of its stretch."""

    number: int
    host: int
    after_s: float

    @property
    def word(self) -> str:
        """A word that stands in this story alone."""
        digits, letters = self.number, ""
        for _ in range(5):
            digits, digit = divmod(digits, len(_CONSONANTS))
            letters += _CONSONANTS[digit] + "o"
        return f"zq{letters}k"

    def page(self) -> bytes:
        """The story as a page, the same at every call."""
        chance = random.Random(self.number)  # noqa: S311  words, no secrets
        paragraphs = [" ".join(chance.choices(_WORDS, k=42)).capitalize() + "." for _ in range(6)]
        paragraphs[1] += f" The ship is called {self.word}."
        body = "".join(f"<p>{text}</p>" for text in paragraphs)
        title = " ".join(chance.choices(_WORDS, k=7)).capitalize()
        return (
            f"<!doctype html><html lang=en><head><title>{title}</title></head>"
            f"<body><article><h1>{title}</h1>{body}</article></body></html>"
        ).encode()


@dataclass(frozen=True, slots=True)
class Plan:
    """What all processes know: the hosts, the stories, and when each was listed and found (seconds, 0 for not yet)."""

    hosts: int
    stories: Sequence[Story]
    begun: Synchronized[float]
    troubled: Synchronized[int]
    port: Synchronized[int]
    listed: SynchronizedArray[float]
    found: SynchronizedArray[float]

    def has_appeared(self, story: Story) -> bool:
        """Whether the story is in its feed by now."""
        return time.monotonic() >= self.begun.value + story.after_s


def address(host: int) -> str:
    """The loopback host of that number, from 127.0.0.2 on."""
    return f"127.0.0.{host + 2}"


def serve(plan: Plan) -> None:
    """The server process."""
    asyncio.run(_serve(plan))


async def _serve(plan: Plan) -> None:
    class Answering(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport, self.waiting = cast("asyncio.WriteTransport", transport), b""

        def data_received(self, data: bytes) -> None:
            *requests, self.waiting = (self.waiting + data).split(b"\r\n\r\n")
            for request in requests:
                name = self.transport.get_extra_info("sockname")[0]
                if answer := _answer(plan, int(name.rpartition(".")[2]) - 2, request):
                    self.transport.write(answer)

    loop = asyncio.get_running_loop()
    first = await loop.create_server(Answering, address(0), 0)
    port = first.sockets[0].getsockname()[1]
    for host in range(1, plan.hosts):
        await loop.create_server(Answering, address(host), port)
    plan.port.value = port
    await asyncio.Event().wait()


def _answer(plan: Plan, host: int, request: bytes) -> bytes:
    path = request.split(b" ", 2)[1].decode("ascii", "replace")
    if path == "/robots.txt":
        return _response("404 Not Found", b"")
    if path == "/feed" and plan.troubled.value and host < 2:
        return b"" if host == 0 else _response("429 Too Many Requests", b"", "Retry-After: 10\r\n")
    if path == "/feed":
        return _feed(plan, host, request)
    return _response("200 OK", Story(int(path.rpartition("/")[2]), host, 0).page())


def _feed(plan: Plan, host: int, request: bytes) -> bytes:
    listed = [story for story in plan.stories if story.host == host and plan.has_appeared(story)]
    tag = f'"{len(listed)}"'
    if tag.encode() in request:
        return _response("304 Not Modified", b"", f"ETag: {tag}\r\n")
    now = time.monotonic()
    for story in listed:
        plan.listed[story.number] = plan.listed[story.number] or now
    numbers = [story.number for story in reversed(listed)] + [len(plan.stories) + host]
    base = f"http://{address(host)}:{plan.port.value}"
    items = "".join(
        f"<item><title>Story {number}</title><link>{base}/{number}</link><pubDate>{formatdate()}</pubDate></item>"
        for number in numbers
    )
    feed = f'<rss version="2.0"><channel><title>Wire</title>{items}</channel></rss>'
    return _response("200 OK", feed.encode(), f"ETag: {tag}\r\n")


def _response(status: str, body: bytes, more: str = "") -> bytes:
    kind = "application/rss+xml" if body.startswith(b"<rss") else "text/html; charset=utf-8"
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


def watch(plan: Plan, db: Path) -> None:
    """The searching process: notes when each story is found first."""
    import copydesk

    with copydesk.open_store(db, mode="r") as store:
        while True:
            began = time.monotonic()
            missing = [s for s in plan.stories if plan.has_appeared(s) and not plan.found[s.number]]
            for place in range(0, len(missing), 50):
                words = " ".join(story.word for story in missing[place : place + 50])
                for hit in store.search(words, mode="words", k=50):
                    plan.found[int((hit.url or "").rpartition("/")[2])] = time.monotonic()
            time.sleep(max(POLL_S - (time.monotonic() - began), 0.01))


class Desk:
    """The fetching side: one store, one set of engines, round after round."""

    def __init__(self, plan: Plan, db: Path, *, every: float) -> None:
        import copydesk
        from flows.engines import Engines
        from flows.fetching import FetchRun
        from schemas.web import SourceSpec
        from sources.web import FetchOptions

        hosts = [f"{address(host)}:{plan.port.value}" for host in range(plan.hosts)]
        self._sources = [
            SourceSpec(name=host, kind="feed", url=f"http://{host}/feed") for host in hosts
        ]
        self._store, self._engines = copydesk.open_store(db), Engines()
        self._run = FetchRun(web=FetchOptions(allow_hosts=tuple(hosts)))
        self._every = every

    def round(self) -> float:
        """Seconds of one round over all sources."""
        from flows.fetching import fetch_sources

        began = time.monotonic()
        fetch_sources(self._sources, self._store, self._engines, run=self._run)
        return time.monotonic() - began

    def stretch(self, plan: Plan, stories: Sequence[Story]) -> list[float]:
        """The lengths of the rounds until all of these stories were found, or long enough after the last appeared."""
        plan.begun.value = time.monotonic() - min(story.after_s for story in stories)
        end = plan.begun.value + max(story.after_s for story in stories) + GRACE_S
        rounds: list[float] = []
        while time.monotonic() < end and not all(plan.found[s.number] for s in stories):
            rounds.append(self.round())
            time.sleep(max(self._every - rounds[-1], 0.0))
        return rounds


def figures(plan: Plan, stories: Sequence[Story], rounds: Sequence[float]) -> dict[str, float]:
    """Of one stretch: percentiles in seconds, and how long its rounds were."""
    appeared = {s.number: plan.begun.value + s.after_s for s in stories}
    found = [s.number for s in stories if plan.found[s.number]]
    whole = sorted(plan.found[n] - appeared[n] for n in found)
    listed = sorted(plan.listed[n] - appeared[n] for n in found)
    stored = sorted(plan.found[n] - plan.listed[n] for n in found)
    return {
        "stories": len(stories),
        "found": len(found),
        "p50_s": _percentile(whole, 50),
        "p95_s": _percentile(whole, 95),
        "longest_s": _percentile(whole, 100),
        "listed_p50_s": _percentile(listed, 50),
        "listed_p95_s": _percentile(listed, 95),
        "stored_p50_s": _percentile(stored, 50),
        "stored_p95_s": _percentile(stored, 95),
        "rounds": len(rounds),
        "round_p50_s": round(statistics.median(rounds), 2),
        "round_longest_s": round(max(rounds), 2),
    }


def _percentile(ordered: Sequence[float], percent: int) -> float:
    """The nearest-rank percentile."""
    if not ordered:
        return float("nan")
    return round(ordered[max(-(-percent * len(ordered) // 100), 1) - 1], 2)


def make_plan(hosts: int, items: int, seconds: float) -> Plan:
    """Stretches of `items` stories each, the same at every call; none on the two hosts that will be troubled."""
    chance = random.Random(11)  # noqa: S311  moments, no secrets
    stories: list[Story] = []
    for stretch in range(len(STRETCHES)):
        for moment in sorted(chance.uniform(0, seconds) for _ in range(items)):
            # Those of a later stretch appear days late unless it is begun.
            after = moment + stretch * 86_400
            stories.append(Story(len(stories), chance.randrange(2, hosts), after))
    return Plan(
        hosts,
        stories,
        multiprocessing.Value("d", math.inf),
        multiprocessing.Value("i", 0),
        multiprocessing.Value("i", 0),
        multiprocessing.Array("d", len(stories)),
        multiprocessing.Array("d", len(stories)),
    )


def measure(plan: Plan, items: int, *, every: float) -> dict[str, dict[str, float]]:
    """Each stretch, and how many times longer the others waited for the troubled hosts."""
    results: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        db = Path(folder, "news.db")
        workers = [multiprocessing.Process(target=serve, args=(plan,), daemon=True)]
        workers[0].start()
        while not plan.port.value:
            time.sleep(0.05)
        desk = Desk(plan, db, every=every)
        desk.round()
        workers.append(multiprocessing.Process(target=watch, args=(plan, db), daemon=True))
        workers[1].start()
        for number, name in enumerate(STRETCHES):
            stories = plan.stories[items * number : items * (number + 1)]
            plan.troubled.value = number
            results[name] = figures(plan, stories, desk.stretch(plan, stories))
        for worker in workers:
            worker.terminate()
    calm = results["all answer"]
    for name in STRETCHES[1:]:
        for key in ("p50_s", "p95_s", "longest_s", "round_p50_s"):
            results[name][f"{key[:-2]}_ratio"] = round(results[name][key] / calm[key], 2)
    return results


def main() -> None:
    """Print the figures of each stretch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--items", type=int, default=90, help="new stories in each stretch")
    parser.add_argument("--minutes", type=float, default=1.5, help="length of each stretch")
    parser.add_argument("--every", type=float, default=0.0, help="seconds between starts of rounds")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    given = parser.parse_args()
    plan = make_plan(given.hosts, given.items, given.minutes * 60)
    results = measure(plan, given.items, every=given.every)
    told = {"hosts": given.hosts, "every_s": given.every, "search_every_s": POLL_S}
    if given.json:
        print(json.dumps(told | results))
        return
    print(", ".join(f"{key} {value:g}" for key, value in told.items()))
    for name, found in results.items():
        print(f"{name}: " + ", ".join(f"{key} {value:g}" for key, value in found.items()))


if __name__ == "__main__":
    main()
