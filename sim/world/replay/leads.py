"""The people of a recorded day, in an order of chance: a block bootstrap by the hour. Pure.

A call placed at some hour is one that was really placed in that hour. Calls come in
blocks of neighbours, so that stretches of good and bad numbers stay together, and the nth
of an hour is the same for a seed whatever is tried.

What the record does not tell is drawn from calls that tell it: what would have come of a
call that was given up (from those that rang on), how long a lost person would have
talked, and when one who did not have to wait would have hung up (from the rate among
those who waited).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from math import inf, sqrt

import numpy as np

from dialer.pacing.events import CallOutcome
from sim.world.floor.leads import Lead
from sim.world.replay.day import DayCall, RecordedDay

HOUR_S = 3600.0
LEAST_OF_HOUR = 200  # calls; hours with fewer borrow from those around
MANY = 10**9  # the list does not end


class HourPool:
    """The calls that stand for one hour."""

    def __init__(self, calls: Sequence[DayCall], talks: Sequence[DayCall]) -> None:
        self.calls = calls
        self.talks = [call for call in calls if call.talked] or talks
        self._by_length = sorted(calls, key=_after)
        self._lengths = [call.after_s for call in self._by_length]

    @property
    def block(self) -> int:
        """Calls that stay together."""
        return max(1, round(sqrt(len(self.calls))))

    def neighbours(self, rng: np.random.Generator) -> list[DayCall]:
        """A block that begins anywhere; after the last call comes the first."""
        start = int(rng.integers(len(self.calls)))
        return [self.calls[(start + n) % len(self.calls)] for n in range(self.block)]

    def went_on(
        self, call: DayCall, ring_limit_s: float, rng: np.random.Generator
    ) -> tuple[CallOutcome, float]:
        """What a call that was given up might have become, and when."""
        outcome, after_s = call.outcome, call.after_s
        while outcome == "cancelled":
            first = bisect_right(self._lengths, after_s)
            if first == len(self._lengths):
                return "no_answer", ring_limit_s
            donor = self._by_length[int(rng.integers(first, len(self._lengths)))]
            outcome, after_s = donor.outcome, donor.after_s
        return outcome, after_s


class ReplayedLeads:
    """Hands out the leads of a seed; `rings` is a factor on all ring times."""

    def __init__(self, day: RecordedDay, seed: int, *, rings: float = 1.0) -> None:
        self._pools = pools(day)
        self._rngs = [
            np.random.default_rng([seed, hour]) for hour in range(len(self._pools))
        ]
        self._ahead: list[deque[Lead]] = [deque() for _ in self._pools]
        self._made = [0] * len(self._pools)
        self._begin_s, self._limit_s = day.hour_s, day.ring_limit_s
        self._leaves_per_s = impatience(day.calls)
        self._mean = day.answer_share
        self._rings = rings
        self._hour = 0

    @property
    def left(self) -> int:
        return MANY

    def take(self, at_s: float) -> Lead:
        """The next lead of that hour."""
        last = len(self._pools) - 1
        self._hour = min(int((self._begin_s + at_s) // HOUR_S), last)
        ahead = self._ahead[self._hour]
        if not ahead:
            self._draw(self._hour)
        return ahead.popleft()

    def scores(self, most: int) -> tuple[float, ...]:
        """Of the leads that come next in the hour of the last one."""
        ahead = self._ahead[self._hour]
        while len(ahead) < most:
            self._draw(self._hour)
        told = (ahead[n].score for n in range(most))
        return tuple(self._mean if score is None else score for score in told)

    def _draw(self, hour: int) -> None:
        pool, rng = self._pools[hour], self._rngs[hour]
        for call in pool.neighbours(rng):
            number, self._made[hour] = self._made[hour], self._made[hour] + 1
            self._ahead[hour].append(self._lead(f"{hour}.{number}", call, pool, rng))

    def _lead(
        self, name: str, call: DayCall, pool: HourPool, rng: np.random.Generator
    ) -> Lead:
        outcome, after_s = pool.went_on(call, self._limit_s, rng)
        spoken = call if call.talked else pool.talks[int(rng.integers(len(pool.talks)))]
        rate = self._leaves_per_s
        patience_s = float(rng.exponential(1.0 / rate)) if rate else inf
        if call.waited_s is not None:
            patience_s = call.waited_s + (0.0 if call.left else patience_s)
        after_s *= self._rings
        return Lead(
            call=name,
            p=0.5,  # not asked: `ending` says what comes
            score=call.score,
            answer_u=0.5,
            other_u=0.5,
            human_ring_s=after_s,
            machine_ring_s=after_s,
            refusal_ring_s=after_s,
            talk_s=spoken.talk_s or 0.0,
            wrap_s=spoken.wrap_s or 0.0,
            machine_talk_s=spoken.talk_s or 0.0,
            patience_s=patience_s,
            greeting_start_s=0.0,
            greeting_end_s=0.0,
            amd_u=1.0,
            amd_s=0.0,
            review_u=1.0,
            ending=(outcome, after_s),
        )


def pools(day: RecordedDay) -> list[HourPool]:
    """One for each hour, the first being that of the beginning."""
    hours = int((day.hour_s + day.seconds) // HOUR_S) + 1
    by_hour: list[list[DayCall]] = [[] for _ in range(hours)]
    for call in day.calls:
        by_hour[min(int((day.hour_s + call.at_s) // HOUR_S), hours - 1)].append(call)
    talks = [call for call in day.calls if call.talked]
    return [HourPool(_around(by_hour, hour), talks) for hour in range(hours)]


def impatience(calls: Sequence[DayCall]) -> float:
    """Hang-ups per second of waiting for an agent; 0 when nobody was seen to.

    >>> impatience([DayCall(0, "human", 9, waited_s=1.5), DayCall(0, "human", 9,
    ...     waited_s=0.5, left=True)])
    0.5
    """
    waits = [call for call in calls if call.waited_s is not None]
    waited_s = sum(call.waited_s or 0.0 for call in waits)
    return sum(call.left for call in waits) / waited_s if waited_s > 0 else 0.0


def _around(by_hour: list[list[DayCall]], hour: int) -> list[DayCall]:
    """The hour's calls, in order; with those of as many hours around as it takes."""
    for reach in range(len(by_hour)):
        near = by_hour[max(0, hour - reach) : hour + reach + 1]
        found = [call for calls in near for call in calls]
        if len(found) >= LEAST_OF_HOUR:
            return found
    return [call for calls in by_hour for call in calls]


def _after(call: DayCall) -> float:
    return call.after_s
