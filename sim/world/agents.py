"""How a simulated agent works: talk, wrap-up, breaks, what is recorded of a conversation.

Pure: habits are values, and each decision is drawn from the generator passed in.
Durations are seconds, shares fractions 0..1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.world.laws import Constant, Law, Lognormal, law

_TALK = Law(Lognormal(30.0, 0.6), 1.0, 600.0)
_WRAP_UP = Law(Constant(2.0))
_BREAK = Law(Constant(60.0))
_DISPOSITIONS = {
    "promise": 0.3,
    "refused": 0.3,
    "call_back": 0.2,
    "wrong_person": 0.1,
    "answering_machine": 0.1,
}


class BadHabits(ValueError):
    """The habits of the agents in a scenario cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentHabits:
    """What all agents of a floor have in common."""

    talk_s: Law  # when it is the agent's turn to end the call
    wrap_up_s: Law
    dispositions: Mapping[str, float]  # code: share
    break_share: float  # of wrap-ups that end in a break
    break_s: Law
    break_code: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """What one agent does with one call, decided at its start."""

    talk_s: float  # after which the agent hangs up, if the debtor has not
    wrap_up_s: float
    disposition: str
    break_s: float | None


def agent_habits(table: Mapping[str, Any]) -> AgentHabits:
    """Read habits from a scenario's table; what it leaves out stays at the defaults."""
    named = table.get("dispositions", _DISPOSITIONS)
    shares = {str(code): float(share) for code, share in named.items()}
    if not shares or min(shares.values()) < 0 or sum(shares.values()) <= 0:
        raise BadHabits("agents.dispositions: partes positivas, ao menos uma")
    return AgentHabits(
        talk_s=law(table["talk_s"]) if "talk_s" in table else _TALK,
        wrap_up_s=law(table["wrap_up_s"]) if "wrap_up_s" in table else _WRAP_UP,
        dispositions=shares,
        break_share=float(table.get("break_share", 0.0)),
        break_s=law(table["break_s"]) if "break_s" in table else _BREAK,
        break_code=str(table.get("break_code", "lunch")),
    )


def conversation(habits: AgentHabits, rng: np.random.Generator) -> Conversation:
    """Decide one conversation, with the same number of draws whatever comes out."""
    codes = sorted(habits.dispositions)
    weights = np.array([habits.dispositions[code] for code in codes])
    talk_s = habits.talk_s.draw(rng)
    wrap_up_s = habits.wrap_up_s.draw(rng)
    disposition = codes[int(rng.choice(len(codes), p=weights / weights.sum()))]
    takes_break = rng.random() < habits.break_share
    break_s = habits.break_s.draw(rng)
    return Conversation(talk_s, wrap_up_s, disposition, break_s if takes_break else None)
