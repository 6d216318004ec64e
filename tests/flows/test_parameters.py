"""The flows' parameters: a form for people, JSON on the wire, and what the plain functions get of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from copydesk.flow_parameters import (
    check_no_secrets,
    enrich_parameters,
    fetch_parameters,
    ingest_parameters,
)
from copydesk.settings import ModelSettings, Settings
from flows.events import GatherOptions
from flows.fetching import FetchRun
from flows.parameters import (
    EnrichParameters,
    FetchParameters,
    IngestParameters,
    ModelParameters,
    Notify,
    RunContext,
)
from flows.pipeline import IngestOptions
from schemas.errors import UsageError
from schemas.web import SourceSpec
from sources.files import ReadOptions
from sources.web import FetchOptions

FORMS = (FetchParameters, IngestParameters, EnrichParameters, ModelParameters, RunContext, Notify)
SETTINGS = Settings(models=ModelSettings(embedding="x/y", precision="f32", tagger={"de": "pipe"}))


@pytest.mark.parametrize("form", FORMS)
def test_every_field_of_a_form_says_what_it_is(form: type[BaseModel]) -> None:
    for name, field in form.model_fields.items():
        assert field.description, f"{form.__name__}.{name}"
        assert not field.is_required(), f"{form.__name__}.{name}"


@pytest.mark.parametrize("form", FORMS)
def test_a_misspelt_field_is_refused(form: type[BaseModel]) -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        form(stagse=["clean"])


@given(
    pause=st.floats(min_value=0, max_value=1e6),
    limit=st.none() | st.integers(min_value=1, max_value=10**6),
    hosts=st.lists(st.text(max_size=20), max_size=3),
    since=st.none() | st.datetimes(timezones=st.just(UTC)),
    schedule=st.none() | st.text(max_size=20),
)
def test_fetch_parameters_survive_the_wire(
    pause: float, limit: int | None, hosts: list[str], since: datetime | None, schedule: str | None
) -> None:
    given = FetchParameters(
        pause=pause,
        limit=limit,
        allow_hosts=tuple(hosts),
        since=since,
        run=RunContext(schedule=schedule, notify=Notify(command=("tell", "desk"))),
    )
    assert FetchParameters.model_validate_json(given.model_dump_json()) == given


def test_a_call_s_options_come_out_of_the_parameters_as_they_went_in() -> None:
    run = FetchRun(
        web=FetchOptions(
            contact="desk@example.org", allow_hosts=("10.0.0.7:80",), pause=0, timeout=3
        ),
        wanted=GatherOptions(since=datetime(2024, 1, 1, tzinfo=UTC), limit=4),
        workers=1,
    )
    fetching = fetch_parameters(SETTINGS, run)
    assert fetching.fetching == run
    reading = ReadOptions(format="txt", site="Example", language="de", max_bytes=77)
    ingesting = ingest_parameters(SETTINGS, reading, IngestOptions(force=True, workers=2))
    assert ingesting.reading == reading
    assert (ingesting.force, ingesting.workers) == (True, 2)
    enriching = enrich_parameters(SETTINGS, ["clean"], RunContext(schedule="night"))
    assert (enriching.stages, enriching.run.schedule) == (("clean",), "night")
    for parameters in (fetching, ingesting, enriching):
        engines = parameters.models.engines
        assert (engines.embedding, engines.precision, engines.taggers) == (
            "x/y",
            "f32",
            {"de": "pipe"},
        )


@pytest.mark.parametrize(
    "secret",
    [
        {"headers": (("Authorization", "Bearer hush"),)},
        {"proxy": "http://me:hush@proxy:3128"},
        {"url": "https://me:hush@example.org/feed.xml"},
        {"url": "https://example.org/feed.xml?token=hush"},
    ],
)
def test_a_source_with_its_secret_in_the_settings_is_not_given_to_prefect(secret: Any) -> None:
    source = SourceSpec(name="wires", kind="feed", url="https://example.org/feed.xml")
    with pytest.raises(UsageError, match=r"'wires'.*Prefect would keep it") as caught:
        check_no_secrets([replace(source, **secret)])
    assert "hush" not in str(caught.value)


def test_a_source_that_names_where_its_secret_is_may_be_given() -> None:
    headers = (("Authorization", "env:TOKEN"), ("Cookie", "file:/run/cookie"))
    check_no_secrets(
        [SourceSpec(name="w", kind="feed", url="https://example.org", headers=headers)]
    )


@pytest.mark.parametrize("flow", ["fetch", "ingest", "enrich"])
def test_prefect_makes_a_form_of_each_flow_s_parameters(flow: str) -> None:
    from importlib import import_module

    from prefect.utilities.callables import parameter_schema

    schema = parameter_schema(getattr(import_module(f"flows.{flow}"), flow)).model_dump()
    forms = schema["definitions"]
    assert f"{flow.title()}Parameters" in forms
    for form in ("RunContext", "Notify", "ModelParameters"):
        assert all(field["description"] for field in forms[form]["properties"].values())
