"""Turns lines into committed sound files: the shell round the voice and the sound rules."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from foundation.sound import (
    RATE_HZ,
    Samples,
    decimated,
    levelled,
    silence,
    tone,
    trimmed,
    write_wav,
)
from ura.adapters.kokoro_voice import RATE_HZ as VOICE_RATE_HZ
from ura.comfort_music import comfort_music
from ura.voice_lines import Clip, Collection, load_manifest, save_manifest

BEEP_HZ, BEEP_S = 1_000.0, 0.4
SIT_HZ, SIT_S = (950.0, 1_400.0, 1_800.0), 0.33  # ITU-T E.180: special information tone
CONFIRM_HZ, CONFIRM_S = 660.0, 0.08


class RenderingVoice(Protocol):
    """What rendering needs of a voice: mono samples at `VOICE_RATE_HZ`."""

    def synthesize(self, text: str, voice: str, speed: float = 1.0) -> NDArray[np.float32]:
        """Return the text spoken."""
        ...


def render(clip: Clip, collection: Collection, voice: RenderingVoice | None) -> float:
    """Write the clip's file and note what it was made from; return its seconds.

    `voice` may be None for a clip that is made of sines.
    """
    samples = _sound(clip, voice)
    path = collection.audio / clip.file
    path.parent.mkdir(parents=True, exist_ok=True)
    write_wav(path, samples)
    entries = load_manifest(collection)
    entries[clip.id] = clip.fingerprint
    save_manifest(collection, entries)
    return len(samples) / RATE_HZ


def _sound(clip: Clip, voice: RenderingVoice | None) -> Samples:
    if clip.synth == "comfort_music":
        return comfort_music()
    if clip.synth == "confirm_tone":
        one = tone((CONFIRM_HZ,), CONFIRM_S)
        return np.concatenate([one, silence(0.06), one])
    if voice is None:
        raise ValueError(f"{clip.id} needs a voice")
    return _framed(clip, _speech(clip, voice))


def _speech(clip: Clip, voice: RenderingVoice) -> Samples:
    raw = np.asarray(voice.synthesize(clip.text, clip.voice, clip.speed), dtype=np.float64)
    return levelled(trimmed(decimated(raw, VOICE_RATE_HZ // RATE_HZ), RATE_HZ))


def _framed(clip: Clip, speech: Samples) -> Samples:
    pieces = [speech]
    if clip.before == "sit":
        pieces = [*(tone((hz,), SIT_S) for hz in SIT_HZ), silence(0.2), *pieces]
    if clip.after == "beep":
        pieces += [silence(0.3), tone((BEEP_HZ,), BEEP_S)]
    return np.concatenate(pieces)
