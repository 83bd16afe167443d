"""The list: each lead carries all its randomness, so that two pacers meet the same people.

Pure. The nth lead of a seed is always the same, whoever calls it and when; only the level
of the hour decides, with the lead's own number, whether a person answers.
"""

from __future__ import annotations

from itertools import starmap
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from dialer.pacing.events import CallOutcome
from sim.world.floor.scenario import FloorScenario

_BLOCK = 4096


class Lead(NamedTuple):
    """Times in seconds, measured from the placing (rings) or the answer (the others)."""

    call: str
    p: float
    score: float | None
    answer_u: float  # a person answers when it is below p x level
    other_u: float
    human_ring_s: float
    machine_ring_s: float
    refusal_ring_s: float
    talk_s: float
    wrap_s: float
    machine_talk_s: float
    patience_s: float
    greeting_start_s: float
    greeting_end_s: float
    amd_u: float
    amd_s: float
    review_u: float
    ending: tuple[CallOutcome, float] | None = None  # known: what comes of it, after s


def stream(
    scenario: FloorScenario, seed: int, purpose: int, part: int = 0
) -> np.random.Generator:
    """A generator of its own for each purpose of a seed."""
    return np.random.default_rng([seed, crc32(scenario.name.encode()), purpose, part])


class Leads:
    """Hands out the list in order; endless unless the scenario says how long it is."""

    __slots__ = ("_ahead", "_at", "_block", "_scenario", "_seed", "left")

    def __init__(self, scenario: FloorScenario, seed: int) -> None:
        self._scenario = scenario
        self._seed = seed
        self._block: list[Lead] = []
        self._ahead: list[Lead] = []  # the block after it, drawn when scores are asked for
        self._at = 0
        self.left = 10**9 if scenario.leads is None else scenario.leads

    def take(self, at_s: float) -> Lead:
        """The next lead, whatever the hour; the caller has looked at `left`."""
        place, self._at = self._at % _BLOCK, self._at + 1
        if place == 0:
            self._block = self._ahead or self._drawn((self._at - 1) // _BLOCK)
            self._ahead = []
        self.left -= 1
        return self._block[place]

    def scores(self, most: int) -> tuple[float, ...]:
        """Chances of the next leads as the list tells them; its mean for the unscored."""
        most = min(most, self.left)
        place = self._at % _BLOCK
        if not self._block or (place == 0 and self._at):
            self._ahead = self._ahead or self._drawn(self._at // _BLOCK)
            coming = self._ahead[:most]
        else:
            coming = self._block[place : place + most]
            if len(coming) < most:
                self._ahead = self._ahead or self._drawn(self._at // _BLOCK + 1)
                coming = coming + self._ahead[: most - len(coming)]
        mean = self._scenario.mean_p
        return tuple(mean if lead.score is None else lead.score for lead in coming)

    def _drawn(self, number: int) -> list[Lead]:
        scenario = self._scenario
        rng = stream(scenario, self._seed, 1, number)
        n, rings = _BLOCK, scenario.rings
        p, known, noise = self._chances(number, rng)
        post_dial = rings.post_dial.draw(rng, n)
        greeting_start = scenario.greeting_start.draw(rng, n)
        amd_s = scenario.amd.delay.draw(rng, n) if scenario.amd else np.zeros(n)
        scores = np.minimum(p * np.exp(noise * rng.standard_normal(n)), 0.98).tolist()
        columns = (
            rng.random(n),
            rng.random(n),
            post_dial + rings.human.draw(rng, n),
            post_dial + rings.machine.draw(rng, n),
            post_dial + rings.refusal.draw(rng, n),
            scenario.talk.draw(rng, n),
            scenario.wrap.draw(rng, n),
            scenario.machine_talk.draw(rng, n),
            scenario.patience.draw(rng, n),
            greeting_start,
            greeting_start + scenario.greeting.draw(rng, n),
            rng.random(n),
            amd_s,
            rng.random(n),
        )
        first = number * n
        calls = [str(first + i) for i in range(n)]
        told = [
            score if k else None for score, k in zip(scores, known.tolist(), strict=True)
        ]
        rows = zip(
            calls, p.tolist(), told, *(each.tolist() for each in columns), strict=True
        )
        return list(starmap(Lead, rows))

    def _chances(
        self, number: int, rng: np.random.Generator
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]:
        """p, whether it is known, and the noise of its score, lead by lead."""
        parts = self._scenario.parts
        edges = np.cumsum([part.share for part in parts])
        mixed = rng.random(_BLOCK)
        if self._scenario.block:
            whole = stream(self._scenario, self._seed, 2)
            first = number * _BLOCK
            blocks = (first + np.arange(_BLOCK)) // self._scenario.block
            mixed = whole.random(int(blocks[-1]) + 1)[blocks]
        which = np.searchsorted(edges, mixed * edges[-1], side="right")
        which = np.minimum(which, len(parts) - 1)
        p = np.array([part.p for part in parts])[which]
        known = np.array([part.known for part in parts])[which]
        return p, known, np.array([part.noise for part in parts])[which]
