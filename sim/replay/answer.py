"""What a replay says: as it was, as it is played again, and what else would have been."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.replay.recorded import Recorded
from sim.replay.running import Figures
from sim.replay.tried import Tried
from sim.world.replay.estimate import Estimate, Trust, estimates, gains, trust

Estimates = Mapping[str, Estimate]


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """What another setting would have given, and that less what it is compared with."""

    tried: Tried
    figures: Estimates
    gains: Estimates


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    recorded: Recorded
    shifts: int
    replayed: Estimates
    trust: Trust
    against: Other
    others: tuple[Other, ...]


def answer(
    recorded: Recorded,
    tried: Sequence[Tried],
    played: Sequence[Sequence[Figures]],
    against: int = 0,
) -> Answer:
    """`tried` and `played` begin with the day's own settings; those after the place
    `against` are compared with what stands there."""
    replayed = estimates(played[0])
    base = played[against]
    told = [
        Other(tried=one, figures=estimates(shifts), gains=gains(shifts, base))
        for one, shifts in zip(tried[against:], played[against:], strict=True)
    ]
    return Answer(
        recorded=recorded,
        shifts=len(base),
        replayed=replayed,
        trust=trust(recorded.day.worked.figures, replayed),
        against=told[0],
        others=tuple(told[1:]),
    )


def as_json(found: Answer) -> dict[str, Any]:
    """For programs: shares 0..1, minutes of talk per hour of an agent, UTC."""
    recorded, worked = found.recorded, found.recorded.day.worked
    return {
        "campaign": str(recorded.campaign),
        "name": recorded.name,
        "since": recorded.since.isoformat(),
        "until": recorded.until.isoformat(),
        "closed_s": sum(end - begin for begin, end in recorded.day.closed),
        "agents": recorded.day.agents,
        "placed": worked.placed,
        "answered": worked.answered,
        "abandoned": worked.abandoned,
        "shifts": found.shifts,
        "as_it_was": worked.figures,
        "replayed": _told(found.replayed),
        "trusted": found.trust.good,
        "outside": list(found.trust.outside),
        "wide": list(found.trust.wide),
        "against": {
            "policy": found.against.tried.policy.mode,
            "target": found.against.tried.target,
            "figures": _told(found.against.figures),
        },
        "others": [
            {
                "policy": one.tried.name,
                "target": one.tried.target,
                "figures": _told(one.figures),
                "gains": _told(one.gains),
            }
            for one in found.others
        ],
    }


def _told(figures: Estimates) -> dict[str, dict[str, float]]:
    return {
        name: {"mean": one.mean, "low": one.low, "high": one.high}
        for name, one in figures.items()
    }
