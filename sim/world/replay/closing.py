"""When a campaign did not dial though it could: paused, out of hours, or down. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from sim.world.floor.staff import Spans
from sim.world.replay.day import DayCall


def closed(
    calls: Sequence[DayCall], free: Iterable[tuple[float, float]], least_s: float
) -> Spans:
    """Return the spans of at least `least_s` in which agents were free and nothing rang.

    A campaign that runs rings somebody for a free agent within a second or two, whatever
    its mode: when it does not, it is not the pacing that is idle.
    """
    edges = [(call.at_s, 1, 0) for call in calls]
    edges += [(call.at_s + call.after_s, -1, 0) for call in calls]
    for since_s, until_s in free:
        edges += [(since_s, 0, 1), (until_s, 0, -1)]
    ringing = idle = 0
    since: float | None = None
    found: list[tuple[float, float]] = []
    for at_s, together in groupby(sorted(edges), key=lambda edge: edge[0]):
        for _, rings, agents in together:
            ringing += rings
            idle += agents
        resting = ringing == 0 and idle > 0
        if resting and since is None:
            since = at_s
        elif not resting and since is not None:
            if at_s - since >= least_s:
                found.append((since, at_s))
            since = None
    return tuple(found)
