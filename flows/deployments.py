"""Schedules as Prefect deployments: what each is called, when it runs, and what its flow is given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from flows.desk import TAG, Desk
from flows.timetable import ANCHOR, zone_of
from schemas.schedule import ScheduleSpec, ScheduleState

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment
    from prefect.flows import Flow
    from prefect.schedules import Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSchedule:
    """A schedule, whether it is on, and what its flow is given, as JSON has it."""

    spec: ScheduleSpec
    arguments: Mapping[str, object]
    state: ScheduleState = "on"

    @property
    def when(self) -> str:
        """Its times, as a person says them."""
        if self.spec.cron is not None:
            return f"{self.spec.cron} ({zone_of(self.spec)})"
        return f"every {self.spec.every:g} s"

    @property
    def signature(self) -> str:
        """What its deployment is made of: where this differs, the deployment has to be made anew."""
        return json.dumps([self.spec.flow, self.when, self.state, self.arguments], sort_keys=True)


def schedule_tag(name: str) -> str:
    """The tag by which a run is known for one of a schedule."""
    return f"schedule:{name}"


def deployment_of(planned: PlannedSchedule, desk: Desk, *, name: str) -> RunnerDeployment:
    """The deployment of a schedule: one run at a time, and tags by which its runs are known for ours."""
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.deployments.runner import RunnerDeployment
    from prefect.types.entrypoint import EntrypointType

    spec = planned.spec
    # A run that finds another one of its schedule under way waits: it is neither dropped nor run beside it.
    limit = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.ENQUEUE)
    deployment = RunnerDeployment.from_flow(
        _flow(spec),
        name=name,
        schedule=_schedule(spec),
        paused=planned.state != "on",
        parameters=dict(planned.arguments),
        tags=[TAG, desk.tag, schedule_tag(spec.name)],
        description=f"{spec.flow} into {desk.db}, {planned.when}: served by copydesk serve.",
        concurrency_limit=limit,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    # Said, not left out: a deployment of that name may have had a work pool, and would then wait for a worker.
    deployment.work_pool_name = None
    deployment.work_queue_name = None
    return deployment


def _flow(spec: ScheduleSpec) -> Flow[..., object]:
    if spec.flow == "fetch":
        from flows.fetch import fetch

        return cast("Flow[..., object]", fetch)
    if spec.flow == "ingest":
        from flows.ingest import ingest

        return cast("Flow[..., object]", ingest)
    from flows.enrich import enrich

    return cast("Flow[..., object]", enrich)


def _schedule(spec: ScheduleSpec) -> Schedule:
    from prefect.schedules import Cron, Interval

    if spec.cron is not None:
        return Cron(spec.cron, timezone=zone_of(spec))
    return Interval(timedelta(seconds=spec.every or 0), anchor_date=ANCHOR, timezone="UTC")
