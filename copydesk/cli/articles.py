"""copydesk show: what is stored of an article."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from copydesk.cli.options import (
    Config,
    Db,
    Json,
    examples,
    open_existing,
    settings_of,
)
from copydesk.marking import (
    LEGEND,
    figures_line,
    marked,
    marks_of,
    template,
)
from copydesk.present import (
    count_of,
    day,
    has_colour,
    record_of,
    write,
    write_json,
    write_styled,
)

if TYPE_CHECKING:
    from schemas.stored import StoredArticle


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog=examples("copydesk show 3", "copydesk show 3 --json"))(show)


def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="An article's id or key.")],
    *,
    db: Db = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Show an article with its marks, and what was dropped and why."""
    with open_existing(settings_of(db, config)) as store:
        article = store.article(name)
    if json:
        write_json(article_json(article))
    else:
        _show_text(article)


def article_json(article: StoredArticle) -> dict[str, object]:
    """The article as show --json has it: masked paragraphs say so and paged ones where, the others do not speak of it."""
    record = record_of(article)
    record["paragraphs"] = [
        {key: item for key, item in record_of(p).items() if key != "masked" or item}
        for p in article.paragraphs
    ]
    return record


def _show_text(article: StoredArticle) -> None:
    if not has_colour():
        write(LEGEND)
        write()
    if article.title:
        write_styled(marked(article.title, marks_of(article.title_mentions, article.title_figures)))
    write(f"   {_facts(article)}")
    if article.url:
        write(f"   {article.url}")
    if article.summary:
        write()
        marks = marks_of(article.summary_mentions, article.summary_figures)
        write_styled(marked(article.summary, marks))
    page = None
    for paragraph in article.paragraphs:
        mentions = [m for m in article.mentions if m.paragraph == paragraph.index]
        figures = [f for f in article.figures if f.paragraph == paragraph.index]
        write()
        if paragraph.page != page:
            page = paragraph.page
            write(f"   p. {page}")
        if paragraph.masked:
            write_styled(template(paragraph.text))
        else:
            write_styled(marked(paragraph.text, marks_of(mentions, figures)))
    _show_rest(article)


def _show_rest(article: StoredArticle) -> None:
    masked = {paragraph.index for paragraph in article.paragraphs if paragraph.masked}
    figures = figures_line([f for f in article.figures if f.paragraph not in masked])
    if figures:
        write()
        write_styled(marked(figures, []))
    for stage in dict.fromkeys(row.stage for row in article.enrichments):
        number = sum(row.stage == stage for row in article.enrichments)
        write(f"   {stage}: {count_of(number, 'row')} (see --json)")
    if article.dropped:
        write()
        write("   dropped:")
        for dropped in article.dropped:
            write(f"   - {dropped.reason}: {dropped.text}")


def _facts(article: StoredArticle) -> str:
    facts = (
        article.site or "no source",
        day(article.published_at),
        f"by {', '.join(article.authors)}" if article.authors else "",
        article.section or "",
        f"language {article.language or 'unknown'}",
        article.page_kind if article.page_kind != "article" else "",
        f"version {article.version}" if article.version > 1 else "",
        f"article {article.id}, key {article.key}",
    )
    return " · ".join(fact for fact in facts if fact)
