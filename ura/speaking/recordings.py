"""Sound kept by what it says and in which voice: what ships, and what was spoken live.

A file is named by its text, for people, and by a hash of voice, text and melody, for us;
so a text that changes is another file, and nothing that is out of date is ever heard.
"""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
import wave
from pathlib import Path

import numpy as np

from foundation.sound import write_wav
from ura.ports import RATE_HZ, Samples, Voice

_LONGEST_NAME = 40


def file_name(voice: str, text: str, *, last: bool) -> str:
    """Return the file of a text in a voice.

    >>> file_name("pf_dora", "Está certo?", last=True)
    'esta_certo-9c9fe70c.wav'
    """
    plain = unicodedata.normalize("NFD", text.lower()).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:_LONGEST_NAME].strip("_")
    key = hashlib.sha256(f"{voice}\n{last}\n{text}".encode()).hexdigest()[:8]
    return f"{slug}-{key}.wav"


def read_wav(path: Path) -> Samples | None:
    """Read 8 kHz, mono, 16 bit; None when there is no such file, or it is another kind."""
    try:
        return samples_of(path.read_bytes())
    except OSError:
        return None


def samples_of(raw: bytes) -> Samples | None:
    """The same of a file's content."""
    try:
        with wave.open(io.BytesIO(raw), "rb") as sound:
            if sound.getparams()[:3] != (1, 2, RATE_HZ):
                return None
            pcm = sound.readframes(sound.getnframes())
    except (wave.Error, EOFError):
        return None
    return np.frombuffer(pcm, "<i2").astype(np.float64) / 32768


class RecordedVoice:
    """Says what a folder has; asks another voice for the rest, and keeps it if it may.

    `only`: texts that may be kept; what is said of a person is none of them.
    """

    def __init__(
        self,
        folder: Path,
        voice: str,
        rest: Voice,
        *,
        keeps: bool,
        only: frozenset[str] | None = None,
    ) -> None:
        self._folder = folder
        self._voice = voice
        self._rest = rest
        self._keeps = keeps
        self._only = only
        self._known: dict[str, Samples] = {}

    async def say(self, text: str, *, last: bool) -> Samples:
        name = file_name(self._voice, text, last=last)
        known = self._known.get(name)
        if known is None:
            known = read_wav(self._folder / name)
        if known is None:
            known = await self._rest.say(text, last=last)
            if not self._keeps or (self._only is not None and text not in self._only):
                return known
            self._folder.mkdir(parents=True, exist_ok=True)
            write_wav(self._folder / name, known)
        self._known[name] = known
        return known
