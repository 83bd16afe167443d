"""Erlang's queues in steady state: loss (B), wait (C), wait with patience (A).

Pure. Load is in erlang (calls per second times seconds of service), times in seconds,
shares 0..1. Every function takes numbers or arrays, broadcasts them, and gives arrays
(of no dimension for numbers: `float(...)` reads them). All sums are of positive terms
kept as logarithms, so thousands of agents neither overflow nor cancel.

Sources: A. K. Erlang (1917); Palm (1957) for patience; Mandelbaum and Zeltyn (2007)
for the form of the queue with patience. Steady state says nothing about the next ten
seconds: pacing call by call is the pacer's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_BLOCK = 2_000_000  # terms held at once


class BadQueue(ValueError):
    """A number of agents, a load or a time that no queue can have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What callers and agents of a queue see; all shares are of all callers."""

    waits: Floats  # share that finds no agent free
    abandons: Floats  # share that leaves before an agent is free
    mean_wait_s: Floats  # over all callers, served or not
    mean_queue: Floats  # callers waiting
    occupancy: Floats  # share of the agents' time in service


def erlang_b(lines: ArrayLike, load_erl: ArrayLike) -> Floats:
    """Share of calls that find all lines taken, when those are lost.

    >>> round(float(erlang_b(10, 5.0)), 6)
    0.018385
    """
    n, a = _together(lines, load_erl)
    return _shaped(np.exp(-np.logaddexp(0.0, _below(n, a))), n)


def erlang_c(agents: ArrayLike, load_erl: ArrayLike) -> Floats:
    """Share of callers that wait, when nobody ever leaves; 1 from full load on.

    >>> round(float(erlang_c(10, 8.0)), 6)
    0.40918
    """
    n, a = _together(agents, load_erl)
    lost = np.exp(-np.logaddexp(0.0, _below(n, a)))
    with np.errstate(divide="ignore", invalid="ignore"):
        waits = n * lost / ((n - a) + a * lost)
    return _shaped(np.where(a >= n, 1.0, waits), n)


def erlang_c_longer(
    agents: ArrayLike, load_erl: ArrayLike, service_s: float, wait_s: ArrayLike
) -> Floats:
    """Share of callers that wait longer than `wait_s`, when nobody ever leaves."""
    _check_times(service_s)
    n, a, t = _together(agents, load_erl, wait_s)
    left = np.exp(-np.maximum(n - a, 0.0) * t / service_s)
    return erlang_c(n, a) * left


def erlang_c_wait_s(agents: ArrayLike, load_erl: ArrayLike, service_s: float) -> Floats:
    """Mean wait of all callers, when nobody ever leaves; infinite from full load on."""
    _check_times(service_s)
    n, a = _together(agents, load_erl)
    with np.errstate(divide="ignore", invalid="ignore"):
        wait_s = erlang_c(n, a) * service_s / (n - a)
    return _shaped(np.where(a >= n, np.inf, wait_s), n)


def erlang_a(
    agents: ArrayLike, load_erl: ArrayLike, service_s: float, patience_s: float
) -> Queue:
    """The queue whose callers leave after an exponential patience (mean `patience_s`)."""
    _check_times(service_s, patience_s)
    n, a = _together(agents, load_erl)
    x, y = a * patience_s / service_s, n * patience_s / service_s
    above, mean_above = _above(x, y)
    waits = np.exp(above - np.logaddexp(above, _below(n, a)))
    queue = waits * mean_above
    with np.errstate(divide="ignore", invalid="ignore"):
        abandons = np.where(a > 0, queue / x, 0.0)
        occupancy = np.where(n > 0, a * (1.0 - abandons) / n, 0.0)
    return Queue(
        waits=_shaped(waits, n),
        abandons=_shaped(abandons, n),
        mean_wait_s=_shaped(abandons * patience_s, n),
        mean_queue=_shaped(queue, n),
        occupancy=_shaped(occupancy, n),
    )


def erlang_a_longer(
    agents: ArrayLike,
    load_erl: ArrayLike,
    service_s: float,
    patience_s: float,
    wait_s: ArrayLike,
) -> Floats:
    """Share of callers still waiting after `wait_s`, served later or not."""
    offered, _ = _offered(agents, load_erl, service_s, patience_s, wait_s)
    return offered


def erlang_a_answered(
    agents: ArrayLike,
    load_erl: ArrayLike,
    service_s: float,
    patience_s: float,
    wait_s: ArrayLike,
) -> Floats:
    """Share of all callers that an agent serves within `wait_s`."""
    _, later = _offered(agents, load_erl, service_s, patience_s, wait_s)
    n, a, _ = _together(agents, load_erl, wait_s)
    served = 1.0 - erlang_a(n, a, service_s, patience_s).abandons
    return np.maximum(0.0, served - later)


def answered_keeping(
    agents: int,
    load_erl: float,
    service_s: float,
    within_s: float,
    patience_s: float | None = None,
) -> Floats:
    """Share of callers whom an agent serves in time, by how many agents are kept: 0, 1, ...

    Blended work: outbound calls fill all agents but those kept, so the queue is never
    seen below `agents - kept` busy. Keeping all is the plain queue: Erlang C, or Erlang A
    with a patience. Load, service and patience are of the callers.

    >>> [round(float(share), 3) for share in answered_keeping(4, 2.0, 120.0, 0.0)]
    [0.0, 0.5, 0.714, 0.8, 0.826]
    """
    _check_times(service_s)
    n, a, t = _together(agents, load_erl, within_s)
    if a <= 0:
        return np.ones(agents + 1)
    terms = np.cumsum(np.log((n - np.arange(agents)) / a))
    below = np.concatenate(([-np.inf], np.logaddexp.accumulate(terms)))
    if patience_s is None:
        lost = np.exp(-np.logaddexp(0.0, below))
        waits = n * lost / ((n - a) + a * lost) if a < n else np.ones(agents + 1)
        return 1.0 - waits * np.exp(-np.maximum(n - a, 0.0) * t / service_s)
    plain = erlang_a(n, a, service_s, patience_s)
    above, _ = _above(a * patience_s / service_s, n * patience_s / service_s)
    more = np.exp(above - np.logaddexp(above, below)) / np.maximum(plain.waits, 1e-300)
    _, later = _offered(n, a, service_s, patience_s, t)
    return np.clip(1.0 - more * (plain.abandons + later), 0.0, 1.0)


def _offered(
    agents: ArrayLike,
    load_erl: ArrayLike,
    service_s: float,
    patience_s: float,
    wait_s: ArrayLike,
) -> tuple[Floats, Floats]:
    """Shares of callers that still wait after `wait_s`, and that are served after it.

    The wait that a caller of endless patience meets has the density
    exp(x (1 - e^-u) - y u) in units of patience; both shares are its integrals,
    incomplete gamma functions, written as the series of `_above`.
    """
    _check_times(service_s, patience_s)
    n, a, t = _together(agents, load_erl, wait_s)
    x, y, u = a * patience_s / service_s, n * patience_s / service_s, t / patience_s
    z = x * np.exp(-u)
    waits = erlang_a(n, a, service_s, patience_s).waits
    begin, (left, _), (served, _) = _above(x, y)[0], _above(z, y), _above(z, y + 1.0)
    tail = np.exp((x - z) - (y + 1.0) * u - begin + left)
    later = np.exp((x - z) - (y + 1.0) * u - begin + served) * y / (y + 1.0)
    return _shaped(waits * tail, n), _shaped(waits * later, n)


def _together(*values: ArrayLike) -> tuple[Floats, ...]:
    """Broadcast; the first is a whole number, all are finite and not negative."""
    arrays = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in values))
    for array in arrays:
        if not np.all(np.isfinite(array)) or np.any(array < 0):
            raise BadQueue(f"not a finite number from 0 on: {array}")
    if np.any(arrays[0] != np.floor(arrays[0])):
        raise BadQueue(f"not a whole number: {arrays[0]}")
    return tuple(arrays)


def _check_times(*times_s: float) -> None:
    for time_s in times_s:
        if not 0 < time_s < float("inf"):
            raise BadQueue(f"{time_s} s is no mean time")


def _shaped(values: Floats, like: Floats) -> Floats:
    return np.asarray(values, dtype=np.float64).reshape(like.shape)


def _below(n: Floats, a: Floats) -> Floats:
    """Logarithm of P(fewer than n busy) / P(n busy) below a full floor.

    The terms are n/a, n/a (n-1)/a, ...; the first of all, 1, is not in the sum.
    """
    steps = int(n.max(initial=0.0))
    found = np.full(n.size, -np.inf)
    loads = np.where(a > 0, a, 1.0).ravel()
    for rows in _blocks(n.size, steps):
        free = np.maximum(n.ravel()[rows, None] - np.arange(steps), 0.0)
        with np.errstate(divide="ignore"):
            terms = np.cumsum(np.log(free / loads[rows, None]), axis=1)
        found[rows] = _log_sum(terms)
    # without any load nothing is ever full, but a floor of no agents always is
    idle = np.where(n.ravel() > 0, np.inf, -np.inf)
    return np.where(a.ravel() > 0, found, idle).reshape(n.shape)


def _above(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Logarithm of 1 + x/(y+1) + x²/((y+1)(y+2)) + ..., and the mean index of a term."""
    top = np.maximum(x - y, 0.0) + 10.0 * np.sqrt(np.maximum(x, y)) + 100.0
    steps = int(np.ceil(top.max(initial=0.0)))
    sums, means = np.zeros(x.size), np.zeros(x.size)
    index = np.arange(steps + 1)
    for rows in _blocks(x.size, steps + 1):
        with np.errstate(divide="ignore"):
            ratios = np.log(x.ravel()[rows, None] / (y.ravel()[rows, None] + index[1:]))
        terms = np.pad(np.cumsum(ratios, axis=1), ((0, 0), (1, 0)))
        sums[rows] = _log_sum(terms)
        means[rows] = np.exp(terms - sums[rows, None]) @ index
    return sums.reshape(x.shape), means.reshape(x.shape)


def _log_sum(terms: Floats) -> Floats:
    """Logarithm of the sum of exp(terms) along a row; an empty sum is 0."""
    most = np.max(terms, axis=1, initial=-np.inf)
    shift = np.where(np.isfinite(most), most, 0.0)
    with np.errstate(divide="ignore"):
        return np.asarray(shift + np.log(np.exp(terms - shift[:, None]).sum(axis=1)))


def _blocks(rows: int, columns: int) -> list[slice]:
    size = max(1, _BLOCK // max(columns, 1))
    return [slice(at, at + size) for at in range(0, rows, size)]
