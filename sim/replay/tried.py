"""The settings that a day is played with: its own, another of ours, another pacer. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isfinite
from typing import get_args

from dialer.pacing import Pacer, Policy
from dialer.pacing.policy import MOST_LINES_PER_AGENT, Mode
from sim.bench.pacing import field
from sim.replay.errors import UnknownPolicy
from sim.replay.recorded import Recorded
from sim.world.floor.engine import AnyPacer
from sim.world.floor.scenario import FloorScenario
from sim.world.replay.play import Following

AS_IT_WAS = "as-it-was"
RATIO = "ratio:"
OURS = tuple(mode for mode in get_args(Mode) if mode not in ("agentless", "ratio"))
OTHERS = tuple(name for name in field.FIELD if name not in field.OURS)

MakePacer = Callable[[FloorScenario, int], AnyPacer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One line of the answer. `pacer` names a foreign one; else our core follows `plan`."""

    name: str
    plan: tuple[tuple[float, Policy], ...]
    pacer: str | None = None

    @property
    def policy(self) -> Policy:
        return self.plan[0][1]

    @property
    def target(self) -> float | None:
        return self.policy.limits[0][0] if self.policy.limits else None


def check_name(name: str) -> None:
    """Raises UnknownPolicy for what `other` would not take."""
    if name not in OTHERS:
        _mode(name)


def as_it_was(recorded: Recorded) -> Tried:
    return Tried(name=AS_IT_WAS, plan=recorded.plan)


def as_it_is(recorded: Recorded) -> Tried:
    return Tried(name=recorded.now.mode, plan=((0.0, recorded.now),))


def other(
    recorded: Recorded, name: str | None, target: float | None, *, now: bool = False
) -> Tried:
    """Another way to pace, another target (0..1), or both; raises UnknownPolicy.

    What is not said is as it was at the beginning of the day, or as it is `now`.
    The target takes the place of each limit that has the share of the first, as the
    slider does; stricter ones of other windows stay.
    """
    policy = _with_target(recorded.now if now else recorded.plan[0][1], target)
    if name in OTHERS:
        return Tried(name=str(name), plan=((0.0, policy),), pacer=name)
    if name is None:
        return Tried(name=policy.mode, plan=((0.0, policy),))
    mode, ratio = _mode(name)
    changed = replace(policy, mode=mode, ratio=ratio)
    return Tried(name=name, plan=((0.0, changed),))


def maker(tried: Tried, recorded: Recorded) -> MakePacer:
    """Return what makes a pacer for one shift; the core's past is lived through once."""
    if tried.pacer is not None:
        return field.FIELD[tried.pacer]
    begun = Pacer(tried.policy, recorded.history)
    return lambda _floor, _seed: Following(tried.plan, begun, recorded.history)


def _with_target(policy: Policy, target: float | None) -> Policy:
    if target is None or not policy.limits:
        return policy
    first = policy.limits[0][0]
    limits = tuple((target if s == first else s, window) for s, window in policy.limits)
    return replace(policy, limits=limits)


def _mode(name: str) -> tuple[Mode, float | None]:
    for mode in OURS:
        if name == mode:
            return mode, None
    if name.startswith(RATIO):
        try:
            ratio = float(name.removeprefix(RATIO))
        except ValueError:
            ratio = 0.0
        if isfinite(ratio) and 1 <= ratio <= MOST_LINES_PER_AGENT:
            return "ratio", ratio
    raise UnknownPolicy(
        name, (*OURS, f"{RATIO}1 a {RATIO}{MOST_LINES_PER_AGENT:g}", *OTHERS)
    )
