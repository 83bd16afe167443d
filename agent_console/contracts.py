"""The JSON that pages read. Nothing personal is in it."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict


class Out(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CampaignOut(Out):
    """A running campaign; figures of the last `FloorOut.hours` hours."""

    name: str
    open_calls: int
    attempts: int  # ended ones
    answered: int
    abandoned: int
    outcomes: dict[str, int]  # network outcome -> attempts


class FloorOut(Out):
    """The installation at one instant."""

    at: datetime
    hours: int
    dialer_leads: bool
    agents: dict[str, int] | None  # state -> agents; None: the bus does not answer
    open_calls: int
    campaigns: list[CampaignOut]
