"""Steady-state pacing: as many lines as a loss formula allows, whoever is free now. Pure.

The mode `erlang`. Answers at a constant rate meet n agents; the largest rate whose share
of refused calls stays within the limit (Erlang B: a person waits hardly at all) gives
the calls that should ring. It knows nothing of the state of the floor and is kept for
comparison: it works agents far less than the predictive mode. That mode begins with it:
before answers are known it rings one call for each agent and these lines, no more.
"""

from __future__ import annotations

import numpy as np

from dialer.pacing.erlang import erlang_b
from dialer.pacing.learning import Learning

_GRID, _ROUNDS = 16, 4


class Steady:
    """Remembers the last answer, since the number of agents seldom changes."""

    def __init__(self, learning: Learning) -> None:
        self._learnt = learning
        self._known: tuple[int, float, float] = (0, 0.0, 0.0)
        self._first = self._rings_per_erl()  # by what is believed before any data

    def lines(self, agents: int, limit: float) -> int:
        """Return how many calls should ring, on the average, for that many agents."""
        return round(self._load_erl(agents, limit) * self._rings_per_erl())

    def first_lines(self, agents: int, limit: float) -> int:
        """The same before data: calls that nobody answered yet say nothing of the list."""
        return round(self._load_erl(agents, limit) * self._first)

    def _load_erl(self, agents: int, limit: float) -> float:
        if agents <= 0 or limit <= 0.0:
            return 0.0
        if self._known[:2] != (agents, limit):
            self._known = (agents, limit, offered_load_erl(agents, limit))
        return self._known[2]

    def _rings_per_erl(self) -> float:
        """Calls that ring for each erlang of talk and wrap-up."""
        learnt = self._learnt
        rings = learnt.ringing.ring_s / max(learnt.ringing.share, 0.005)
        return rings / max(learnt.freeing.service_s, 1.0)


def offered_load_erl(agents: int, lost_share: float) -> float:
    """Return the load at which `agents` servers without a queue lose that share.

    >>> round(offered_load_erl(20, 0.03), 2)
    14.0
    """
    low, step = 0.0, (2.0 * agents + 10.0) / _GRID
    for _ in range(_ROUNDS):
        loads = low + step * np.arange(1, _GRID + 1)
        fits = int((erlang_b(agents, loads) <= lost_share).sum())
        low, step = low + step * fits, step / _GRID
    return low
