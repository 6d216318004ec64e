"""How the hits of search, similar and saved searches leave: as text, JSON, JSON Lines or CSV."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from copydesk.marking import LEGEND, figures_line, marked, marks_of
from copydesk.present import (
    Format,
    columns_of,
    count_of,
    day,
    has_colour,
    safe,
    say,
    write,
    write_json,
    write_rows,
    write_styled,
)

if TYPE_CHECKING:
    from schemas.results import Explanation, Facets, SideScore
    from schemas.searching import SearchOptions
    from schemas.stored import SearchHit, SearchResult

MOST_VALUES = 10
"""So many values of each facet are shown to people; JSON has them all."""


def show_result(
    result: SearchResult, form: Format, options: SearchOptions, *, fail_empty: bool
) -> int:
    """Write a result and what is to be said of it; returns the exit code."""
    for note in result.notes:
        say(note)
    if form == "json":
        names = (
            "query",
            "mode",
            "took_ms",
            "total",
            "hits",
            *(("facets",) if options.facets else ()),
        )
        write_json({name: getattr(result, name) for name in names})
    elif form == "text":
        _show_text(result, options)
    else:
        from schemas.stored import SearchHit

        unasked = {"explain": not options.explain, "duplicates": not options.fold}
        columns = [name for name in columns_of(SearchHit) if not unasked.get(name)]
        write_rows(result.hits, form, columns)
    return 4 if fail_empty and not result.hits else 0


def _show_text(result: SearchResult, options: SearchOptions) -> None:
    if not result.hits:
        write("Nothing found.")
        _show_facets(result.facets)
        return
    if not has_colour():
        write(LEGEND)
    for number, hit in enumerate(result.hits, start=options.offset + 1):
        write()
        text = marked(hit.text, marks_of(hit.mentions, hit.figures, hit.matches))
        if hit.kind == "title":
            write_styled(f"{number}. {text.lstrip()}")
            write(f"   {_facts(hit)}")
        else:
            write(f"{number}. {hit.title or '(no title)'}")
            write(f"   {_facts(hit)}")
            write_styled(text)
        if told := figures_line(hit.figures):
            write_styled(marked(told, []))
        _show_beside(hit)
    _show_facets(result.facets)
    total = f" of {result.total}" if result.total is not None else ""
    sys.stdout.flush()
    say("")
    say(
        f"{count_of(len(result.hits), options.per)}{total} · {result.mode} · {result.took_ms:.0f} ms"
    )


def _facts(hit: SearchHit) -> str:
    place = f"paragraph {hit.paragraph}" if hit.paragraph is not None else hit.kind
    parts = [
        hit.source or "no source",
        day(hit.published_at),
        f"score {hit.score:.3f}",
        f"cosine {hit.similarity:.3f}" if hit.similarity is not None else "",
        "words only" if hit.ranked_by == "words" else "",
        f"article {hit.article_id}, {place}{f', p. {hit.page}' if hit.page else ''}",
        safe(hit.url or ""),
    ]
    return " · ".join(part for part in parts if part)


def _show_beside(hit: SearchHit) -> None:
    if hit.duplicates and hit.duplicates.count:
        ids = ", ".join(map(str, hit.duplicates.ids))
        write(
            f"   {count_of(hit.duplicates.count, 'duplicate')}{f': article {ids}' if ids else ''}"
        )
    if hit.explain:
        for line in _reasons(hit.explain):
            write(f"   {line}")


def _reasons(why: Explanation) -> list[str]:
    fusion = why.fusion
    said = [
        _side("words", "BM25", why.words),
        _side("meaning", "nearness", why.meaning),
        {
            "sum": f"sum: {fusion.weight_words:g} of BM25 / {fusion.best_words or 0:.3f}"
            f" + {fusion.weight_meaning:g} of nearness / {fusion.best_meaning or 0:.3f}",
            "mean": "score: the cosine of the article's mean",
        }.get(fusion.rule, f"score: {fusion.rule} alone"),
    ]
    if why.recency:
        age = "no date" if why.recency.age_days is None else f"{why.recency.age_days:.1f} days old"
        said.append(f"times {why.recency.factor:.3f} for its age: {age}")
    matched = ", ".join(why.matched) if why.matched else "no word of the query"
    return [f"why: {matched}", *(f"     {line}" for line in said)]


def _side(name: str, measure: str, side: SideScore | None) -> str:
    if side is None:
        return f"{name}: no score"
    return f"{name}: {measure} {side.score:.3f}, place {side.rank:,} of {count_of(side.of, 'row')}, adds {side.part:.3f}"


def _show_facets(facets: Facets | None) -> None:
    for name, counts in (facets or {}).items():
        write()
        write(f"{name}:")
        shown = sorted(counts, key=lambda one: -one.count) if name != "month" else counts
        for one in shown[:MOST_VALUES] if name != "month" else shown:
            label = f" ({one.label})" if one.label else ""
            write(f"  {one.count:>7,}  {'none' if one.value is None else one.value}{label}")
        if name != "month" and len(counts) > MOST_VALUES:
            write(f"           and {len(counts) - MOST_VALUES:,} more, in --json")
