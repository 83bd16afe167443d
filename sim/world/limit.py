"""How well any pacing could do: the exact optimum of a floor without memory.

Pure. The model: b of N agents are busy, r calls ring. Each ringing call ends at the rate
1/ring_s and is a person with the chance p; he takes a free agent or, when there is none,
is abandoned on the spot. Each busy agent ends at the rate 1/service_s. At any instant r
may be raised; on a capped route one call at a time may be placed, at the rate of the cap.
What a real floor knows more (ages, lists) helps it, what varies more
(talk times, drifts) hurts it; patience helps by about a point at a hundred agents.

Occupancy is maximised while abandoned / answered stays at the target: a constrained
Markov decision process. For a price per abandoned call, policy iteration finds the best
thresholds; each policy's values and stationary shares come from one sparse factorisation;
the price is bisected and the two policies around the target are mixed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csc_matrix, diags, hstack
from scipy.sparse.linalg import splu

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_LOW_PRICE, _HIGH_PRICE = 1e-3, 1e4
_CLOSE = 2e-4  # of occupancy, between the two policies that are mixed
_MOST_ROUNDS = 60


class BadAnalogue(ValueError):
    """A floor without memory cannot have these numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analogue:
    """The floor without memory; `target` is abandoned / answered by a person, 0..1."""

    agents: int
    answer_share: float
    target: float
    ring_s: float = 11.0
    service_s: float = 140.0
    max_cps: float | None = None  # calls placed per second, at most

    def __post_init__(self) -> None:
        if not (self.agents >= 1 and 0 < self.answer_share <= 1 and 0 < self.target < 1):
            raise BadAnalogue(str(self))
        if self.ring_s <= 0 or self.service_s <= 0:
            raise BadAnalogue(str(self))
        if self.max_cps is not None and self.max_cps <= 0:
            raise BadAnalogue(str(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimum:
    """`curve[k]` is the number of ringing calls to keep with `lowest` + k agents busy.

    `occupancy` is at the target exactly; the other two are of the curve by itself, which
    stays a little inside.
    """

    occupancy: float
    curve_occupancy: float
    curve_abandoned: float
    lowest: int
    curve: tuple[int, ...]

    def ringing(self, busy: int) -> int:
        """Calls to keep ringing with so many busy."""
        return self.curve[max(0, busy - self.lowest)]


@lru_cache(maxsize=256)
def solve(case: Analogue) -> Optimum:
    """The best any policy can do; `curve` is the policy just inside the target."""
    grid = _Grid(case) if case.max_cps is None else _Capped(case, case.max_cps)
    low, high = math.log(_LOW_PRICE), math.log(_HIGH_PRICE)
    bold = grid.best(math.exp(low), None)
    if bold.abandoned <= case.target:  # even for nothing nobody would be abandoned
        return grid.optimum(bold, bold.occupancy)
    careful = grid.best(math.exp(high), bold.targets)
    for _ in range(_MOST_ROUNDS):
        if bold.occupancy - careful.occupancy < _CLOSE or high - low < 1e-6:
            break
        middle = (low + high) / 2
        found = grid.best(math.exp(middle), careful.targets)
        if found.abandoned <= case.target:
            careful, high = found, middle
        else:
            bold, low = found, middle
    return grid.optimum(careful, _mixed(careful, bold, case.target))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Policy:
    targets: Ints  # [b, r]: calls ringing after the decision
    occupancy: float
    lost: float  # abandoned calls in units of the agents' service rate

    @property
    def abandoned(self) -> float:
        return self.lost / (self.lost + self.occupancy) if self.lost else 0.0


def _mixed(careful: _Policy, bold: _Policy, target: float) -> float:
    """Occupancy of playing both policies in turn so that the target is just met."""

    def over(policy: _Policy) -> float:
        return policy.lost - target * (policy.lost + policy.occupancy)

    spare, excess = -over(careful), over(bold)
    weight = spare / (spare + excess) if spare + excess > 0 else 0.0
    return careful.occupancy + weight * (bold.occupancy - careful.occupancy)


class _Grid:
    """States (busy, ringing) that a good policy visits, and their rates."""

    def __init__(self, case: Analogue) -> None:
        self.case = case
        self._first_per_s = 1.0 / case.ring_s  # of the one call on an empty floor
        n, p = case.agents, case.answer_share
        spread = math.sqrt(2.0 * n * case.ring_s / case.service_s)
        self.lowest = max(0, n - math.ceil(9.0 * spread) - 10)
        steady = n * case.ring_s / (case.service_s * p)
        self.most = math.ceil(1.3 * steady + (5.0 * spread + 4.0) / p + 10)
        self.shape = (n - self.lowest + 1, self.most + 1)
        self._b, self._r = np.meshgrid(
            np.arange(self.lowest, n + 1), np.arange(self.most + 1), indexing="ij"
        )

    def optimum(self, policy: _Policy, occupancy: float) -> Optimum:
        return Optimum(
            occupancy=occupancy,
            curve_occupancy=policy.occupancy,
            curve_abandoned=policy.abandoned,
            lowest=self.lowest,
            curve=tuple(int(r) for r in policy.targets[:, 0]),
        )

    def _first(self) -> Ints:
        """A call for each idle agent's chance of an answer."""
        idle = self.case.agents - self._b
        wanted = np.ceil(idle / self.case.answer_share).astype(np.intp)
        return np.clip(np.maximum(wanted, self._r), 0, self.most)

    def _better(self, values: Floats) -> Ints:
        return _raised(values)

    def best(self, price: float, targets: Ints | None) -> _Policy:
        """Policy iteration for a price per abandoned call."""
        if targets is None:
            targets = self._first()
        for _ in range(_MOST_ROUNDS):
            policy, values = self._evaluated(targets, price)
            better = self._better(values)
            if np.array_equal(better, targets):
                break
            targets = better
        return policy

    def _evaluated(self, targets: Ints, price: float) -> tuple[_Policy, Floats]:
        """Long-run occupancy and losses of a policy, and the value of each state."""
        moves = self._moves(targets)
        size = self._b.size
        rows = np.concatenate([source for source, _, _ in moves])
        columns = np.concatenate([to for _, to, _ in moves])
        rates = np.concatenate([rate for _, _, rate in moves])
        out = np.bincount(rows, rates, minlength=size)
        chain = coo_matrix((rates, (rows, columns)), shape=(size, size)).tocsc()
        system = (diags(out) - chain).tocsc()
        # the value of the last state is 0; its column holds the mean reward instead
        system = hstack([system[:, : size - 1], csc_matrix(np.ones((size, 1)))]).tocsc()
        solved = splu(system).solve(np.stack([self._busy(), self._losing()], axis=1))
        mean = solved[size - 1].copy()
        solved[size - 1] = 0.0
        values = solved @ np.array([1.0, -price])
        policy = _Policy(targets=targets, occupancy=float(mean[0]), lost=float(mean[1]))
        return policy, values.reshape(self.shape)

    def _busy(self) -> Floats:
        return np.asarray(self._b / self.case.agents, dtype=np.float64).ravel()

    def _losing(self) -> Floats:
        case = self.case
        answers = self._r * case.answer_share / case.ring_s
        full = self._b == case.agents
        return np.asarray(answers * full * case.service_s / case.agents).ravel()

    def _moves(self, targets: Ints) -> list[tuple[Ints, Ints, Floats]]:
        """(from, to, rate) of all that can happen; the decision after it is taken in."""
        case = self.case
        i, r = np.indices(self.shape)
        width = self.most + 1
        here = i * width + r
        last = self.shape[0] - 1

        def after(row: Ints, ringing: Ints) -> Ints:
            return np.asarray(row * width + targets[row, ringing])

        rings, works = r > 0, i > 0
        ends = r / case.ring_s
        up = np.minimum(i + 1, last)
        # nothing happens on an empty floor, which nobody wants: one call leaves by itself
        empty = (i == 0) & (r == 0)
        found = []
        for mask, to, rate in (
            (empty, here + 1, np.full(self.shape, self._first_per_s)),
            (rings, after(up, np.maximum(r - 1, 0)), ends * case.answer_share),
            (rings, after(i, np.maximum(r - 1, 0)), ends * (1.0 - case.answer_share)),
            (works, after(np.maximum(i - 1, 0), r), self._b / case.service_s),
        ):
            found.append((here[mask], to[mask], np.asarray(rate[mask], dtype=np.float64)))
        return found


class _Capped(_Grid):
    """The same where calls are placed one by one, no faster than a rate; r + 1 or r."""

    def __init__(self, case: Analogue, max_cps: float) -> None:
        super().__init__(case)
        self._max_cps = self._first_per_s = max_cps
        in_flight = max_cps * case.ring_s
        self.most = min(self.most, math.ceil(in_flight + 8.0 * math.sqrt(in_flight) + 10))
        self.lowest = 0  # the cap may leave many agents idle
        self.shape = (case.agents + 1, self.most + 1)
        self._b, self._r = np.indices(self.shape)

    def optimum(self, policy: _Policy, occupancy: float) -> Optimum:
        kept = (policy.targets > self._r).sum(axis=1)
        return replace(super().optimum(policy, occupancy), curve=tuple(map(int, kept)))

    def _first(self) -> Ints:
        return np.minimum(self._r + (super()._first() > self._r), self.most)

    def _better(self, values: Floats) -> Ints:
        gains = np.diff(values, axis=1) > 1e-9
        return self._r + np.pad(gains, ((0, 0), (0, 1))).astype(np.intp)

    def _moves(self, targets: Ints) -> list[tuple[Ints, Ints, Floats]]:
        moves = super()._moves(self._r)  # who places nothing lets r fall
        here = np.arange(self._r.size)
        places = (targets > self._r).ravel()
        places[0] = False  # there the one call leaves by itself
        rate = np.full(int(places.sum()), self._max_cps)
        return [*moves, (here[places], here[places] + 1, rate)]


def _raised(values: Floats) -> Ints:
    """For each (b, r) the best number not below r; the fewest among equals."""
    best = np.empty(values.shape, dtype=np.intp)
    column = values.shape[1] - 1
    best[:, column] = column
    rows = np.arange(values.shape[0])
    for r in range(column - 1, -1, -1):
        later = best[:, r + 1]
        stays = values[:, r] >= values[rows, later] - 1e-9
        best[:, r] = np.where(stays, r, later)
    return best
