"""Which sounds the simulated people have, and how long each lasts.

A look-up over the committed clips: the ids come from `lines.toml`, the seconds from each
file's own header. Plays nothing, chooses nothing; a trace names the ids it wants.
"""

from __future__ import annotations

import wave
from functools import cache
from pathlib import Path

from ura.voice_lines import Clip, load_lines

AUDIO = Path(__file__).with_name("audio")
LINES = Path(__file__).with_name("lines.toml")

CATEGORIES = ("opening", "turn", "machine", "announcement", "agent")


class UnknownSound(KeyError):
    """No clip has this id, or no clip is of this category."""


def ids(category: str) -> tuple[str, ...]:
    """Return the ids of one category, in the order of the lines file."""
    if category not in CATEGORIES:
        raise UnknownSound(category)
    return tuple(clip.id for clip in _clips().values() if clip.category == category)


def spoken(sound_id: str) -> str:
    """Return the words of a clip."""
    return _clip(sound_id).text


def voice(sound_id: str) -> str:
    """Return who speaks: "pf_…" is a woman's voice, "pm_…" a man's."""
    return _clip(sound_id).voice


def path(sound_id: str) -> Path:
    """Return the clip's file."""
    return AUDIO / _clip(sound_id).file


def playable(sound_id: str) -> str:
    """Return the name to play below the audio folder: no suffix, as Asterisk wants it."""
    return _clip(sound_id).file.removesuffix(".wav")


@cache
def seconds(sound_id: str) -> float:
    """Return how long the clip lasts, tones included."""
    with wave.open(str(path(sound_id))) as clip:
        return float(clip.getnframes() / clip.getframerate())


@cache
def _clips() -> dict[str, Clip]:
    return {clip.id: clip for clip in load_lines(LINES)}


def _clip(sound_id: str) -> Clip:
    try:
        return _clips()[sound_id]
    except KeyError as error:
        raise UnknownSound(sound_id) from error
