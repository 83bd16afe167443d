"""The JSON of a campaign's pace: settings, history, decisions, what a ratio costs."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from agent_console.supervision.figures import RateOut
from agent_console.supervision.sentences import sentence
from dialer.campaigns.changes import Change
from dialer.campaigns.pacing_settings import Pace, Stored
from dialer.figures.effects import Effect
from foundation.bus import Message

Mode = Literal[
    "predictive", "progressive", "ratio", "erlang", "agentless", "preview", "manual"
]
HOUR_S, MONTH_S = 3600, 30 * 86_400


class Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LimitForm(Form):
    """At most `share` of the answered calls abandoned, in a rolling window of seconds."""

    share: float = Field(ge=0, le=1)
    window_s: float = Field(ge=600, le=MONTH_S)


class InboundForm(Form):
    """`share` of the inbound calls answered `within_s`: agents are held back for them."""

    share: float = Field(ge=0, lt=1)
    within_s: float = Field(ge=0, le=600)


class PaceForm(Form):
    """`ratio` is asked for in that mode alone; empty fields mean no limit of their own."""

    mode: Mode
    limits: list[LimitForm] = Field(min_length=1, max_length=4)
    ratio: float | None = Field(None, ge=1, le=10)
    countdown_s: float | None = Field(None, ge=3, le=300)  # of the preview mode
    max_cps: float | None = Field(None, gt=0, le=1000)
    max_lines: int | None = Field(None, ge=0, le=100_000)
    inbound: InboundForm | None = None
    scored: bool = False  # go by the chances of an answer that lists told
    priority: int = Field(0, ge=-100, le=100)

    def pace(self) -> Pace:
        inbound = self.inbound
        return Pace(
            mode=self.mode,
            limits=tuple((one.share, one.window_s) for one in self.limits),
            ratio=self.ratio,
            countdown_s=self.countdown_s,
            max_cps=self.max_cps,
            max_lines=self.max_lines,
            inbound_target=None if inbound is None else (inbound.share, inbound.within_s),
            scored=self.scored,
            priority=self.priority,
        )

    @classmethod
    def of(cls, pace: Pace) -> PaceForm:
        """Without checks: what is stored is shown as it is."""
        inbound = pace.inbound_target
        return cls.model_construct(
            mode=cast(Mode, pace.mode),
            limits=[LimitForm.model_construct(share=s, window_s=w) for s, w in pace.limits],
            ratio=pace.ratio,
            countdown_s=pace.countdown_s,
            max_cps=pace.max_cps,
            max_lines=pace.max_lines,
            inbound=None
            if inbound is None
            else InboundForm.model_construct(share=inbound[0], within_s=inbound[1]),
            scored=pace.scored,
            priority=pace.priority,
        )


class EditPaceForm(Form):
    """`version` is that of the campaign from which the form was made."""

    version: int = Field(ge=1, le=2**31 - 1)
    pace: PaceForm


class PaceOut(Form):
    id: UUID
    name: str
    status: str
    pace: PaceForm
    version: int
    changed_at: datetime | None
    changed_by: str | None

    @classmethod
    def of(cls, stored: Stored) -> PaceOut:
        return cls(
            id=stored.id,
            name=stored.name,
            status=stored.status,
            pace=PaceForm.of(stored.pace),
            version=stored.version,
            changed_at=stored.changed_at,
            changed_by=stored.changed_by,
        )


class EffectOut(Form):
    """What the campaign did in `seconds`; `occupancy` 0..1 of all agents, null: none."""

    seconds: float
    calls: int
    rate: RateOut
    occupancy: float | None

    @classmethod
    def of(cls, effect: Effect | None) -> EffectOut | None:
        if effect is None:
            return None
        return cls(
            seconds=effect.seconds,
            calls=effect.calls,
            rate=RateOut.of(effect.rate),
            occupancy=effect.occupancy.share,
        )


class ChangeOut(Form):
    """`what`: field -> [before, after]. `by` null: no person in the console.

    `before` and `after`: figures of the stretches of work on both sides, null where the
    campaign did not run.
    """

    id: UUID
    at: datetime
    by: str | None
    version: int
    what: dict[str, tuple[Any, Any]]
    before: EffectOut | None
    after: EffectOut | None

    @classmethod
    def of(cls, change: Change) -> ChangeOut:
        return cls(
            id=change.id,
            at=change.at,
            by=change.by,
            version=change.version,
            what=change.what,
            before=EffectOut.of(change.before),
            after=EffectOut.of(change.after),
        )


class ChangesOut(Form):
    """The newest first; `more`: there are older ones."""

    changes: list[ChangeOut]
    more: bool


class ChangesQuery(Form):
    """`before`: the id of the oldest one that is known."""

    before: UUID | None = None


class DecisionOut(Form):
    """`count` decisions from `at` to `until` for one reason, `text`."""

    id: str
    at: datetime
    until: datetime
    count: int
    calls: int
    cancels: int
    held: int
    text: str

    @classmethod
    def of(cls, message: Message) -> DecisionOut:
        return cls(id=message.id, **told(message.fields))


class DecisionsOut(Form):
    """The newest first; `more`: there are older ones."""

    decisions: list[DecisionOut]
    more: bool


class DecisionsQuery(Form):
    """`before`: the id of the oldest one that is known."""

    before: str | None = Field(None, pattern=r"^\d{1,15}-\d{1,10}$")


class CostQuery(Form):
    """`agents` as many as are logged in, when it is not said."""

    ratio: float = Field(ge=1, le=10)
    target: float = Field(0.025, gt=0, lt=1)
    agents: int | None = Field(None, ge=1, le=2000)


class CostOut(Form):
    """Shares 0..1; all null when too few people have answered to tell."""

    agents: int
    occupancy: float | None
    abandoned: float | None
    predictive: float | None  # occupancy of the predictive mode at that target


def told(fields: dict[str, Any]) -> dict[str, Any]:
    """A decision of the bus with its sentence in the place of codes and figures."""
    reasons = [(str(code), figures) for code, figures in fields["reasons"]]
    known = ("at", "until", "count", "calls", "cancels", "held")
    shown = {name: fields[name] for name in known}
    return shown | {"text": sentence(reasons, fields["calls"])}
