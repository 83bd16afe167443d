"""The JSON of the calculator: how many agents, how many lines, how busy."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from dialer.pacing.staffing import Plan  # scipy: only when somebody asks


class Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class InboundQuery(Form):
    """An hour's calls; durations in seconds. No `patience_s`: nobody leaves the queue."""

    calls: float = Field(ge=0, le=100_000)
    talk_s: float = Field(ge=1, le=7200)
    wrap_up_s: float = Field(0, ge=0, le=7200)
    patience_s: float | None = Field(None, ge=1, le=3600)
    share: float = Field(0.8, ge=0, lt=1)
    within_s: float = Field(20, ge=0, le=3600)


class PlanOut(Form):
    """Shares 0..1; `mean_wait_s` null: it grows for ever; `abandons` null: nobody does."""

    agents: int
    load_erl: float
    occupancy: float
    waits: float
    answered_within: float
    mean_wait_s: float | None
    abandons: float | None

    @classmethod
    def of(cls, plan: Plan) -> PlanOut:
        return cls(
            agents=plan.agents,
            load_erl=plan.load_erl,
            occupancy=plan.occupancy,
            waits=plan.waits,
            answered_within=plan.answered_within,
            mean_wait_s=plan.mean_wait_s if isfinite(plan.mean_wait_s) else None,
            abandons=plan.abandons,
        )


class InboundOut(Form):
    """`agents` null: not with any number; `plans`: what that number and its like give."""

    agents: int | None
    plans: list[PlanOut]


class LinesQuery(Form):
    load_erl: float = Field(ge=0, le=18_000)
    blocked: float = Field(0.01, gt=0, lt=1)


class LinesOut(Form):
    """`lines` null: not with any number; `blocked` 0..1 is what they lose."""

    lines: int | None
    blocked: float | None


class OutboundQuery(Form):
    agents: int = Field(ge=1, le=20_000)
    ring_s: float = Field(11, ge=1, le=120)
    service_s: float = Field(140, ge=1, le=7200)
    target: float = Field(0.025, gt=0, lt=1)


class OutboundOut(Form):
    """Shares 0..1 of the best pace, and of one that does not look who is free."""

    occupancy: float
    blind: float
    talks_per_hour: float
