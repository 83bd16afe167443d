"""What a fixed ratio of calls per free agent costs: busy agents, abandoned calls. Pure.

The memoryless analogue: an agent's work and a call's ring end at constant rates, a person
answers with a constant chance, whoever finds no agent free is abandoned. The chain of
(busy agents, ringing calls) is solved exactly; talks are less even in truth, so the figure
is a guide of a few points, not a promise.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import spsolve

MOST_AGENTS = 40  # more would be solved for so many: per agent they lose less
MOST_RATIO = 10.0


class BadRatio(ValueError):
    """A figure of the floor or the ratio is out of its range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Shares 0..1: of the agents' time that is work, of the answers that find nobody."""

    occupancy: float
    abandoned: float


def cost(
    *, agents: int, ratio: float, answer_share: float, ring_s: float, service_s: float
) -> Cost:
    """Return what the ratio gives with so many agents; raises BadRatio.

    One to one loses nobody:

    >>> cost(agents=3, ratio=1.0, answer_share=1.0, ring_s=10, service_s=90).abandoned
    0.0
    """
    if agents < 1 or not 1 <= ratio <= MOST_RATIO or not 0 < answer_share <= 1:
        raise BadRatio(f"{agents} agents, ratio {ratio}, answers {answer_share}")
    if not 0 < ring_s < inf or not 0 < service_s < inf:
        raise BadRatio(f"ring {ring_s} s, service {service_s} s")
    agents = min(agents, MOST_AGENTS)
    lines = [int(ratio * (agents - busy)) for busy in range(agents + 1)]
    states = [(b, r) for b in range(agents + 1) for r in range(lines[b], lines[0] + 1)]
    rates = (answer_share / ring_s, (1 - answer_share) / ring_s, 1 / service_s)
    chance = _stationary(states, lines, rates)
    busy = sum(p * b for p, (b, _) in zip(chance, states, strict=True))
    ringing = sum(p * r for p, (_, r) in zip(chance, states, strict=True))
    late = sum(p * r for p, (b, r) in zip(chance, states, strict=True) if b == agents)
    lost = late / ringing
    return Cost(occupancy=busy / agents, abandoned=0.0 if lost < 1e-9 else lost)


def _stationary(
    states: list[tuple[int, int]], lines: list[int], rates: tuple[float, float, float]
) -> list[float]:
    """Chance of each state (busy agents, ringing calls); `lines` ring at least.

    `rates`: a ringing call is answered, ends otherwise, a busy agent is done; a second.
    """
    place = {state: n for n, state in enumerate(states)}
    agents = len(lines) - 1
    moves: list[tuple[int, int, float]] = []

    def move(here: int, busy: int, ringing: int, rate: float) -> None:
        there = place[busy, max(ringing, lines[busy])]
        if there != here:
            moves.extend(((there, here, rate), (here, here, -rate)))

    answered, ended, done = rates
    for here, (busy, ringing) in enumerate(states):
        if ringing:
            move(here, min(busy + 1, agents), ringing - 1, ringing * answered)
            move(here, busy, ringing - 1, ringing * ended)
        if busy:
            move(here, busy - 1, ringing, busy * done)
    to, of, rate = zip(*moves, strict=True)
    size = len(states)
    generator = coo_matrix((rate, (to, of)), shape=(size, size)).tolil()
    generator[0, :] = 1.0  # the chances sum to one
    total = np.zeros(size)
    total[0] = 1.0
    solved: list[float] = np.maximum(spsolve(generator.tocsc(), total), 0.0).tolist()
    return solved
