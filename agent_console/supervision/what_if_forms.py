"""The JSON of a campaign's what-if: other targets, and in a sentence what each gives."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from babel.numbers import format_decimal, format_percent
from pydantic import BaseModel, ConfigDict

from agent_console.texts import TEXTS
from agent_console.texts_format import number
from dialer.what_if.enough import HOURS, LEAST_TALKS
from dialer.what_if.store import Known

STALE = timedelta(hours=24)
TALK, SHARE = "talk_min_per_agent_hour", "abandoned_share"

State = Literal["ready", "few", "waiting", "failed", "outdated", "untrusted", "not_paced"]


class Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class IntervalOut(Form):
    """`low` to `high` holds 95 % of the days that could have been."""

    mean: float
    low: float
    high: float


class TargetOut(Form):
    """`gain`: minutes of talk per hour of an agent more than with what is set now."""

    target: float
    text: str
    gain: IntervalOut
    talk_min_per_agent_hour: IntervalOut
    occupancy: IntervalOut
    abandoned: IntervalOut


class WhatIfOut(Form):
    """`text` says in what state it is; `answered` of `calls` from `since` to `until`."""

    state: State
    text: str
    at: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    calls: int | None = None
    answered: int | None = None
    targets: list[TargetOut] = []

    @classmethod
    def of(cls, known: Known, now: datetime | None = None) -> WhatIfOut:
        """An answer of yesterday says nothing of today."""
        answer, at = known.answer, known.answered_at
        fresh = at is not None and (now or datetime.now(UTC)) - at < STALE
        if not known.paced:
            return cls(state="not_paced", text=_said("not_paced"))
        if answer is None or not fresh or known.outdated:
            state = _without_answer(known, fresh)
            return cls(state=state, text=_said(state, talks=known.talks))
        told: dict[str, Any] = {
            "at": at,
            "since": datetime.fromisoformat(answer["since"]),
            "until": datetime.fromisoformat(answer["until"]),
            "calls": answer["placed"],
            "answered": answer["answered"],
        }
        if answer["outside"]:
            return cls(state="untrusted", text=_said("untrusted"), **told)
        said = _said("ready", answered=answer["answered"], calls=answer["placed"])
        return cls(
            state="ready", text=said, targets=[_target(o) for o in answer["others"]], **told
        )


def _without_answer(known: Known, fresh: bool) -> State:
    """Why nothing can be said of other targets."""
    if known.talks < LEAST_TALKS:
        return "few"
    if known.failed_at is not None:
        return "failed"
    return "outdated" if fresh else "waiting"


def _target(other: Mapping[str, Any]) -> TargetOut:
    figures, gain = other["figures"], IntervalOut(**other["gains"][TALK])
    abandoned = IntervalOut(**figures[SHARE])
    return TargetOut(
        target=other["target"],
        text=sentence(other["target"], gain, abandoned.mean),
        gain=gain,
        talk_min_per_agent_hour=IntervalOut(**figures[TALK]),
        occupancy=IntervalOut(**figures["occupancy"]),
        abandoned=abandoned,
    )


def sentence(target: float, gain: IntervalOut, abandoned: float) -> str:
    """Say what a target gives; below what can be told from chance it says so.

    >>> sentence(0.02, IntervalOut(mean=3.14, low=2.2, high=4.0), 0.019)[:59]
    'A 2% você ganha 3,1 min de fala por hora por atendente (de '
    """
    name = "gain" if gain.mean > 0 else "loss"
    low, high = sorted((abs(gain.low), abs(gain.high)))
    if gain.low <= 0 <= gain.high:
        name, low, high = "same", gain.low, gain.high
    return TEXTS.section("what_if")[name].format(
        target=format_percent(target, "0.##%", locale="pt_BR"),
        minutes=_minutes(abs(gain.mean)),
        low=_minutes(low),
        high=_minutes(high),
        abandoned=format_percent(abandoned, "0.0%", locale="pt_BR"),
    )


def _minutes(value: float) -> str:
    return format_decimal(round(value, 1) + 0.0, "0.0", locale="pt_BR")


def _said(state: str, **counts: int) -> str:
    shown = {name: number(count) for name, count in counts.items()}
    return TEXTS.section("what_if_states")[state].format(
        needed=number(LEAST_TALKS), hours=f"{HOURS:g}", **shown
    )
