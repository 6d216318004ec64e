"""copydesk models list, check, use: the embedding models, which of them serves, and how to change it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from copydesk.cli.options import (
    Config,
    Csv,
    Db,
    Json,
    JsonLines,
    examples,
    format_of,
    is_there,
    open_existing,
    settings_of,
)
from copydesk.present import (
    columns_of,
    count_of,
    record_of,
    say,
    write,
    write_json,
    write_rows,
    write_table,
)
from copydesk.settings import CONFIG_NAME, ENV_PREFIX, Settings, load_settings

if TYPE_CHECKING:
    from copydesk.model_lists import ListedModel
    from enrichers.vectors.comparison import Comparison
    from schemas.models import StoredModel

CHANGE = "copydesk enrich --stage vectors"
_VARIABLE = f"{ENV_PREFIX}MODELS_EMBEDDING"

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="The embedding models that are here, and which of them serves. Nothing is downloaded.",
    epilog=examples("copydesk models list", "copydesk models use all-MiniLM-L6-v2"),
)
Name = Annotated[
    str | None, typer.Argument(metavar="[NAME]", help="A name that list shows, or a folder.")
]


@app.command(
    "list", epilog=examples("copydesk models list", "copydesk models list --json --db copydesk.db")
)
def list_(
    *,
    db: Db = None,
    config: Config = None,
    json: Json = False,
    jsonl: JsonLines = False,
    csv: Csv = False,
) -> None:
    """List the models of this machine and of the database.

    Looked for in packages, ./models, ~/.local/share/copydesk/models, the hub's cache, and where the settings say.
    """
    from copydesk.model_lists import ListedModel, list_models

    form = format_of(json=json, jsonl=jsonl, csv=csv)
    settings = settings_of(db, config)
    rows = list_models(settings, _stored(settings))
    if form == "json":
        write_json({"models": rows})
    elif form == "text":
        _show(rows)
    else:
        write_rows(rows, form, columns_of(ListedModel))


def _stored(settings: Settings) -> list[StoredModel]:
    """The models of the database, none where there is no database yet."""
    if not is_there(settings):
        return []
    with open_existing(settings) as store:
        return store.models()


def _show(rows: list[ListedModel]) -> None:
    shown = []
    for row in rows:
        runs = " ".join(filter(None, (row.backend, row.precision)))
        articles = sum(one.articles for one in row.stored)
        shown.append(
            [
                row.name,
                "serves" if row.serves else "",
                "set" if row.is_set else "",
                str(row.dim or ""),
                " ".join(row.languages) or "?",
                "" if row.size_bytes is None else f"{row.size_bytes / 1e6:,.0f} MB",
                runs if row.converted or row.backend is None else f"{runs} (not converted yet)",
                f"{articles:,}" if row.stored else "",
                row.problem or row.folder or "",
            ]
        )
    header = ("model", "serves", "set", "dim", "languages", "size", "runs by", "articles", "where")
    write_table(shown, header)


@app.command(
    epilog=examples("copydesk models check", "copydesk models check all-MiniLM-L6-v2 --json")
)
def check(name: Name = None, *, db: Db = None, config: Config = None, json: Json = False) -> int:
    """Compare a model as it runs here with sentence-transformers, on texts of our own.

    Without a name, the model of the settings. Converts it where that was not done yet. Exit 1 if it does not agree.
    """
    from copydesk.model_lists import choice_of_found, resolve_model
    from enrichers.vectors.comparison import compare_with_reference

    settings = settings_of(db, config)
    model = resolve_model(name, settings)
    cache = settings.models.cache
    found = compare_with_reference(
        choice_of_found(model, settings), cache=Path(cache) if cache else None, notify=say
    )
    if json:
        agreements = [{**record_of(one), "holds": one.holds} for one in found.agreements]
        write_json({**record_of(found), "agreements": agreements, "holds": found.holds})
    else:
        _tell_comparison(found)
    return 0 if found.holds else 1


def _tell_comparison(found: Comparison) -> None:
    if not found.agreements:
        write(f"{found.name} runs by {found.backend}, which is the reference itself")
        return
    write(
        f"{found.name} by {found.backend}, on {found.texts} texts; sentence-transformers: "
        f"{found.reference_texts_per_s:.0f} texts/s"
    )
    rows = [
        [
            one.precision,
            f"{one.worst_cosine:.6f}",
            f"{one.mean_cosine:.6f}",
            f"{one.same_nearest:.3f}",
            f"{one.texts_per_s:.0f}",
            f"{one.times_quicker:.1f}",
            "ok" if one.holds else "DIFFERS",
        ]
        for one in found.agreements
    ]
    header = ("precision", "worst cosine", "mean", "same top 10", "texts/s", "times quicker", "")
    write_table(rows, header)


@app.command(
    epilog=examples(
        "copydesk models use all-MiniLM-L6-v2", "copydesk models use all-MiniLM-L6-v2 --json"
    )
)
def use(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A name that list shows, or a folder.")
    ],
    *,
    db: Db = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Write the model into the settings, and say what is then to be done.

    Nothing changes for what is stored until `copydesk enrich --stage vectors`; the old vectors serve until it is done.
    """
    from copydesk.model_lists import resolve_model
    from copydesk.settings_writing import write_setting

    model = resolve_model(name, settings_of(db, config))
    file = Path(config or os.environ.get(f"{ENV_PREFIX}CONFIG") or CONFIG_NAME)
    write_setting(file, "models", "embedding", model.setting)
    settings = load_settings(db=db, config=config)
    serving, articles = _work(settings)
    overridden = os.environ.get(_VARIABLE)
    if json:
        write_json(
            {
                "model": model.name,
                "setting": model.setting,
                "file": str(file),
                "overridden_by": _VARIABLE if overridden else None,
                "serves": serving,
                "articles": articles,
                "next": CHANGE if articles else None,
            }
        )
        return
    write(f"{file}: [models] embedding = {model.setting}")
    if overridden:
        say(f"! {_VARIABLE} stands over it: {overridden}")
    if serving is None:
        write("Nothing is stored by any model yet: the next articles get their vectors by it.")
    elif not articles:
        write("It serves already: nothing is to be done.")
    else:
        told = count_of(articles, "article")
        write(f"{told} to embed, while {serving} serves on; then it takes over at once: {CHANGE}")


def _work(settings: Settings) -> tuple[str | None, int]:
    """The model that serves, and how many articles have no vectors by the one that the settings name."""
    if not is_there(settings):
        return None, 0
    from copydesk.api import choice_of
    from enrichers.vectors.served import foreseen_maker

    cache = settings.models.cache
    maker = foreseen_maker(
        choice_of(settings), settings.models.precision, Path(cache) if cache else None
    )
    with open_existing(settings) as store:
        serving = store.serving_model()
        return (None, 0) if serving is None else (serving.maker.name, len(store.pending(maker)))
