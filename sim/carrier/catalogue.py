"""The committed clips as the values that a trace is drawn from."""

from __future__ import annotations

from sim.personas import sounds
from sim.world.people import Catalogue, Sound


def catalogue() -> Catalogue:
    """Return every clip of the people and of the network."""
    return Catalogue(
        openings=_sounds("opening"),
        turns=_sounds("turn"),
        machines=_sounds("machine"),
        announcements=_sounds("announcement"),
    )


def _sounds(category: str) -> tuple[Sound, ...]:
    return tuple(
        Sound(sound_id, sounds.seconds(sound_id), sounds.voice(sound_id))
        for sound_id in sounds.ids(category)
    )
