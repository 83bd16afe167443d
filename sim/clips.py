"""The committed clips as A-law files, so that the simulated switches play without recoding.

Half of what a simulated call costs is recoding; telephone lines carry A-law anyway.
"""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sim.personas import sounds

_RATE_HZ = 8000
_SIGN, _EVEN_BITS = 0x80, 0x55


class BadClip(ValueError):
    """A clip is not 8 kHz, mono, 16 bit."""


def encode_all(folder: Path) -> None:
    """Write each clip into `folder` under the name it is played by; raises BadClip.

    One that is there already, and not older than its source, is left as it is.
    """
    for category in sounds.CATEGORIES:
        for sound_id in sounds.ids(category):
            target = folder / f"{sounds.playable(sound_id)}.alaw"
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            source = sounds.path(sound_id)
            if not _is_newer(target, source):
                draft = target.with_suffix(".draft")  # a clip is whole or absent
                draft.write_bytes(alaw(_samples(source)))
                draft.replace(target)


def _is_newer(target: Path, source: Path) -> bool:
    try:
        return target.stat().st_mtime >= source.stat().st_mtime
    except FileNotFoundError:
        return False


def alaw(samples: npt.NDArray[np.int16]) -> bytes:
    """Compress linear samples by A-law (ITU-T G.711).

    >>> alaw(np.array([0, -1, 32767, -32768], dtype=np.int16)).hex()
    'd555aa2a'
    """
    positive = samples >= 0
    size = np.where(positive, samples, -(samples.astype(np.int32)) - 1) >> 3  # 12 bits
    segment = np.maximum(np.floor(np.log2(np.maximum(size, 1))).astype(np.int32) - 4, 0)
    code = (segment << 4) | ((size >> np.maximum(segment, 1)) & 0x0F)
    return bytes(((code | np.where(positive, _SIGN, 0)) ^ _EVEN_BITS).astype(np.uint8))


def _samples(path: Path) -> npt.NDArray[np.int16]:
    with wave.open(str(path)) as clip:
        if (clip.getframerate(), clip.getnchannels(), clip.getsampwidth()) != (
            _RATE_HZ,
            1,
            2,
        ):
            raise BadClip(str(path))
        return np.frombuffer(clip.readframes(clip.getnframes()), dtype="<i2")
