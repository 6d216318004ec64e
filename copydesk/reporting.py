"""What was made of documents, told: a line each for people, one JSON shape for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copydesk.present import count_of, plain, say, write, write_json

if TYPE_CHECKING:
    from schemas.stored import FetchReport, IngestReport, Outcome

SIGNS = {
    "stored": "+", "updated": "~", "unchanged": "=", "skipped": "-", "quarantined": "!", "put_off": ">",
}  # fmt: skip
_REPORTED = (
    "id", "key", "status", "origin", "url", "title", "paragraphs", "mentions", "figures", "dropped", "error",
)  # fmt: skip


def write_report(report: IngestReport | FetchReport) -> None:
    """The report as `ingest --json` and `fetch --json` have it."""
    from schemas.stored import FetchReport

    articles = [
        {name: plain(getattr(outcome, name)) for name in _REPORTED} for outcome in report.articles
    ]
    told: dict[str, object] = {
        "counts": report.counts,
        "took_s": report.took_s,
        "articles": articles,
    }
    if isinstance(report, FetchReport):
        told["sources"] = [
            {
                "source": source.source,
                "kind": source.kind,
                **source.counts,
                "error": plain(source.error),
            }
            for source in report.sources
        ]
    write_json(told)


class Teller:
    """Tells of each document while a run goes: what was kept on stdout, what could not be used on stderr.

    `quiet` leaves the errors alone on stderr; `json` keeps stdout for the report at the end.
    """

    def __init__(self, *, quiet: bool = False, json: bool = False) -> None:
        self.quiet, self.json = quiet, json

    @property
    def silent(self) -> bool:
        """Whether no line for people goes to stdout."""
        return self.quiet or self.json

    def note(self, text: str) -> None:
        """A sentence for people, unless they asked for quiet."""
        if not self.quiet:
            say(text)

    def tell(self, outcome: Outcome) -> None:
        """One document's line."""
        if outcome.status == "quarantined":
            say(f"{_sign(outcome)} {_problem_line(outcome)}")
        elif not self.silent:
            write(f"{_sign(outcome)} {_line(outcome)}")

    def close(
        self, report: IngestReport | FetchReport, *, before: str = "", after: str = ""
    ) -> None:
        """The totals: a line, or the JSON report."""
        if self.json:
            write_report(report)
        elif not self.quiet:
            parts = [f"{report.counts[name]} {name}" for name in SIGNS if report.counts[name]]
            found = count_of(report.counts["found"], "document")
            write(
                f"{found} in {report.took_s:.1f} s: {before}{', '.join(parts) or 'nothing'}{after}"
            )


def _sign(outcome: Outcome) -> str:
    return f"{SIGNS[outcome.status]} {outcome.status:<11}"


def _line(outcome: Outcome) -> str:
    if outcome.error:
        return _problem_line(outcome)
    name = f"{outcome.id}  " if outcome.id else ""
    if outcome.status == "unchanged" and not outcome.paragraphs:  # known by its address: never read
        return f"{name}{outcome.title or outcome.origin}"
    made = (
        count_of(outcome.paragraphs, "paragraph"),
        count_of(outcome.mentions, "mention"),
        count_of(outcome.figures, "figure"),
        f"{outcome.dropped} dropped",
    )
    note = f" ({outcome.note})" if outcome.note else ""
    return f"{name}{outcome.title or outcome.origin}: {', '.join(made)}{note}"


def _problem_line(outcome: Outcome) -> str:
    error = outcome.error
    if error is None:
        return outcome.origin
    named = outcome.origin in error.message
    text = error.message if named else f"{outcome.origin}: {error.message}"
    return f"{text}. {error.remedy[:1].upper()}{error.remedy[1:]}" if error.remedy else text
