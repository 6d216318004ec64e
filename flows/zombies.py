"""Prefect's own net under ours: an automation of the server that tells a run crashed when it has long stopped beating."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient
    from prefect.events.schemas.automations import AutomationCore

NAME = "copydesk: runs whose process is gone"
# Twenty beats of Prefect's own: a run that is slow, or a machine that swaps, is not taken for a dead one. Ours are told
# by `flows.reaping` within seconds; this is for runs that nobody of ours looks after.
_SILENT = timedelta(minutes=10)


async def watch_heartbeats(client: PrefectClient) -> None:
    """Have the server tell silent runs crashed; made once, and left as a person changed it."""
    if not await client.read_automations_by_name(NAME):
        await client.create_automation(_automation())


def _automation() -> AutomationCore:
    # As Prefect's guide "How to detect and respond to zombie flow runs" has it.
    from prefect.client.schemas.objects import StateType
    from prefect.events.actions import ChangeFlowRunState
    from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture

    beat = "prefect.flow-run.heartbeat"
    ends = ("Completed", "Failed", "Cancelled", "Crashed", "Skipped", "TimedOut")
    trigger = EventTrigger(
        after={beat},
        expect={beat, *(f"prefect.flow-run.{end}" for end in ends)},
        match={"prefect.resource.id": "prefect.flow-run.*"},  # pyright: ignore[reportArgumentType]
        for_each={"prefect.resource.id"},
        posture=Posture.Proactive,
        threshold=1,
        within=_SILENT,
    )
    crashed = ChangeFlowRunState(
        name="Crashed",
        force=False,
        state=StateType.CRASHED,
        message=f"No heartbeat for {_SILENT.seconds // 60} minutes: its process is gone.",
    )
    return AutomationCore(
        name=NAME,
        description="Made by copydesk serve.",
        trigger=trigger,
        actions=[crashed],
    )
