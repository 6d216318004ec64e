"""The flows' forms as Prefect's server has them: what a person is told of each parameter, and what is refused before a run is made."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module
from typing import Any, cast

import pytest
from prefect.flows import Flow
from prefect.utilities.callables import parameter_schema
from prefect.utilities.schema_tools.validation import is_valid
from pydantic import ValidationError

from flows.parameters import FetchParameters, IngestParameters, SourceParameters, source_parameters
from schemas.web import SourceSpec

FLOWS = ("fetch", "ingest", "enrich")
FEED = {"name": "wires", "kind": "feed", "url": "https://example.org/feed.xml"}


def flow_of(name: str) -> Flow[..., object]:
    return cast("Flow[..., object]", getattr(import_module(f"flows.{name}"), name))


def form_of(flow: str) -> dict[str, Any]:
    return dict(parameter_schema(flow_of(flow)).model_dump_for_openapi())


@pytest.mark.parametrize("flow", FLOWS)
def test_a_form_says_of_each_of_its_fields_what_it_is(flow: str) -> None:
    form = form_of(flow)
    for part in (form, *form["definitions"].values()):
        for name, field in part["properties"].items():
            assert field.get("description"), f"{part['title']}.{name}"


@pytest.mark.parametrize(
    ("flow", "given"),
    [
        ("fetch", {"sources": [{**FEED, "ulr": "https://example.org"}]}),
        ("fetch", {"sources": [{**FEED, "kind": "fed"}]}),
        ("fetch", {"sources": [{**FEED, "name": ""}]}),
        ("fetch", {"sources": [{**FEED, "pause": -1}]}),
        ("fetch", {"sources": [{"name": "wires"}]}),
        ("fetch", {"sources": [], "parameters": {"since": "yesterday"}}),
        ("fetch", {"sources": [], "parameters": {"before": "2024-13-01"}}),
        ("fetch", {"sources": [], "parameters": {"pause": -1}}),
        ("fetch", {"sources": [], "parameters": {"allow_host": ["127.0.0.1:80"]}}),
        ("ingest", {"paths": "news"}),
        ("ingest", {"paths": ["news"], "db": 5}),
        ("ingest", {"paths": ["news"], "parameters": {"published": "some day"}}),
        ("ingest", {"paths": ["news"], "parameters": {"format": "docx9"}}),
        ("enrich", {"parameters": {"stages": ["clena"]}}),
        ("enrich", {"parameters": {"models": {"precision": "f16"}}}),
        ("enrich", {"parameters": {"models": {"threads": 0}}}),
    ],
)
def test_what_cannot_be_meant_is_refused_before_a_run_is_made(
    flow: str, given: dict[str, object]
) -> None:
    assert not is_valid(given, form_of(flow))


@pytest.mark.parametrize(
    ("flow", "given"),
    [
        ("fetch", {"sources": []}),
        ("fetch", {"sources": [{**FEED, "headers": [["Authorization", "env:TOKEN"]]}]}),
        ("fetch", {"sources": [{"name": "old", "kind": "archive", "path": "a.warc"}]}),
        ("fetch", {"sources": [], "parameters": {"since": "2024-01-31T00:00:00Z", "before": None}}),
        ("fetch", {"sources": [], "parameters": {"since": "2024-01-31T09:30:00.000Z"}}),
        ("ingest", {"paths": ["news"], "parameters": {"published": "2024-07-08T10:00+02:00"}}),
        ("ingest", {"paths": ["news"], "parameters": {"published": "2024-07-08"}}),
        ("ingest", {"paths": ["news"], "parameters": {"format": "jsonl"}}),
        ("enrich", {"parameters": {"stages": ["clean"]}}),
    ],
)
def test_what_can_be_meant_is_taken_by_the_server_and_by_the_flow(
    flow: str, given: dict[str, object]
) -> None:
    assert is_valid(given, form_of(flow))
    flow_of(flow).validate_parameters(given)


def test_a_source_comes_out_of_the_form_as_it_went_in() -> None:
    spec = SourceSpec(
        name="wires",
        kind="feed",
        url="https://example.org/feed.xml",
        headers=(("Authorization", "env:TOKEN"),),
        pause=0.0,
        enabled=False,
    )
    form = source_parameters(spec)
    assert form.spec == spec
    assert SourceParameters.model_validate_json(form.model_dump_json()).spec == spec


def test_a_day_without_a_zone_is_a_day_of_utc() -> None:
    fetching = FetchParameters.model_validate({"since": "2024-01-31", "before": "2024-02-01T10:00"})
    assert fetching.fetching.wanted.since == datetime(2024, 1, 31, tzinfo=UTC)
    assert fetching.fetching.wanted.before == datetime(2024, 2, 1, 10, tzinfo=UTC)


def test_a_date_of_publication_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ValidationError, match="2024-07-08"):
        IngestParameters(published="some day")
    assert IngestParameters(published="July 8, 2024").reading.published == "July 8, 2024"
