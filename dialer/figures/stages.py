"""Calls in progress by stage and campaign, as the leader sees them. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from dialer.calls.call import Call, CallState

INBOUND = "inbound"  # stands where a campaign's id would


class Stage(StrEnum):
    DIALING = "dialing"  # no sign of life yet
    RINGING = "ringing"
    WAITING = "waiting"  # a person is there, an agent is not
    TALKING = "talking"
    MESSAGE = "message"  # the dialplan speaks or plays


STAGE_OF = {
    CallState.COMMITTED: Stage.DIALING,
    CallState.DIALING: Stage.DIALING,
    CallState.RINGING: Stage.RINGING,
    CallState.WAITING: Stage.WAITING,
    CallState.TALKING: Stage.TALKING,
    CallState.WITH_ROBOT: Stage.MESSAGE,
    CallState.IN_DIALPLAN: Stage.MESSAGE,
}


class InProgress(Protocol):
    """What is looked at of a call on the floor."""

    call: Call
    campaign: UUID | None


def by_stage(calls: Iterable[InProgress]) -> dict[str, dict[str, int]]:
    """Campaign's id (or `inbound`) -> stage -> calls."""
    counted: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in calls:
        stage = STAGE_OF.get(one.call.state)
        if stage is not None:
            counted[str(one.campaign or INBOUND)][stage.value] += 1
    return {campaign: dict(stages) for campaign, stages in counted.items()}
