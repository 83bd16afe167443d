"""Who picks up, and what is heard of them.

Pure: the sounds to choose from and the generator come in as arguments. A person keeps
one voice through a call. Times are seconds after the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.world.trace import Timed


@dataclass(frozen=True, slots=True)
class Sound:
    """One clip that can be played."""

    id: str
    seconds: float
    voice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All clips, by what they are for. An empty list means: nothing is said."""

    openings: Sequence[Sound]
    turns: Sequence[Sound]
    machines: Sequence[Sound]
    announcements: Sequence[Sound]

    def seconds(self, sound_id: str) -> float:
        """Return how long a clip lasts; raises KeyError for an unknown one."""
        for sounds in (self.openings, self.turns, self.machines, self.announcements):
            for sound in sounds:
                if sound.id == sound_id:
                    return sound.seconds
        raise KeyError(sound_id)


def conversation(
    catalogue: Catalogue, talk_s: float, rng: np.random.Generator
) -> tuple[Timed, ...]:
    """Let a person open the call, then speak a turn now and then while `talk_s` lasts.

    The opening starts 0.2 to 0.9 s after the answer; the gaps leave the other side time
    to speak (2 to 6 s). Nothing starts after `talk_s`.
    """
    at = round(float(rng.uniform(0.2, 0.9)), 3)
    opening = _one(catalogue.openings, rng)
    if opening is None or at >= talk_s:
        return ()
    said = [Timed(at, opening.id)]
    own = [turn for turn in catalogue.turns if turn.voice == opening.voice]
    at += opening.seconds
    while own:
        at = round(at + float(rng.uniform(2.0, 6.0)), 3)
        turn = own.pop(int(rng.integers(len(own))))
        if at + turn.seconds >= talk_s:
            break
        said.append(Timed(at, turn.id))
        at += turn.seconds
    return tuple(said)


def greeting(catalogue: Catalogue, rng: np.random.Generator) -> tuple[Timed, ...]:
    """Let a mailbox greet, its tone included, 0.1 to 0.6 s after the answer."""
    at = round(float(rng.uniform(0.1, 0.6)), 3)
    sound = _one(catalogue.machines, rng)
    return () if sound is None else (Timed(at, sound.id),)


def announcement(
    catalogue: Catalogue, code: int, rng: np.random.Generator
) -> tuple[Timed, ...]:
    """Let the network speak before the answer: "does not exist" where the code says so."""
    missing = [sound for sound in catalogue.announcements if "nao_existe" in sound.id]
    others = [sound for sound in catalogue.announcements if sound not in missing]
    sound = _one(missing if code == 404 else others, rng)
    return () if sound is None else (Timed(0.0, sound.id),)


def key_presses(talk_s: float, rng: np.random.Generator) -> tuple[Timed, ...]:
    """Let a person press one to three keys, one second or more apart, within `talk_s`."""
    keys = []
    at = float(rng.uniform(1.0, 4.0))
    for _ in range(int(rng.integers(1, 4))):
        if at >= talk_s:
            break
        keys.append(Timed(round(at, 3), str(int(rng.integers(0, 10)))))
        at += float(rng.uniform(1.0, 3.0))
    return tuple(keys)


def _one(sounds: Sequence[Sound], rng: np.random.Generator) -> Sound | None:
    return sounds[int(rng.integers(len(sounds)))] if sounds else None
