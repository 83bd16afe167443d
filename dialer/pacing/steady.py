"""Steady-state pacing: as many lines as a loss formula allows, whoever is free now. Pure.

The mode `erlang`. Answers at a constant rate meet n agents; the largest rate whose share
of refused calls stays within the limit (Erlang B: a person waits hardly at all) gives
the calls that should ring. It knows nothing of the state of the floor and is kept for
comparison: it works agents far less than the predictive mode.
"""

from __future__ import annotations

from dialer.pacing.learning import Learning


class Steady:
    """Remembers the last answer, since the number of agents seldom changes."""

    def __init__(self, learning: Learning) -> None:
        self._learnt = learning
        self._known: tuple[int, float, float] = (0, 0.0, 0.0)

    def lines(self, agents: int, limit: float) -> int:
        """Return how many calls should ring, on the average, for that many agents."""
        learnt = self._learnt
        if agents <= 0 or limit <= 0.0:
            return 0
        if self._known[:2] != (agents, limit):
            self._known = (agents, limit, offered_load_erl(agents, limit))
        answers_per_s = self._known[2] / max(learnt.freeing.service_s, 1.0)
        rings = learnt.ringing.ring_s / max(learnt.ringing.share, 0.005)
        return round(answers_per_s * rings)


def offered_load_erl(agents: int, lost_share: float) -> float:
    """Return the load at which `agents` servers without a queue lose that share.

    >>> round(offered_load_erl(20, 0.03), 2)
    14.0
    """
    low, high = 0.0, 2.0 * agents + 10.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        blocked = 1.0
        for n in range(1, agents + 1):
            blocked = middle * blocked / (n + middle * blocked)
        if blocked > lost_share:
            high = middle
        else:
            low = middle
    return low
