"""What callers say, as sound: lines that ship, and others rendered with the neural voice.

Those of `quick` personas are committed below `lines/`, so that their calls need no model.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from foundation.sound import decimated, levelled, trimmed, write_wav
from sim.callers.personas import Persona, personas
from ura.adapters.kokoro_voice import RATE_HZ as VOICE_RATE_HZ
from ura.adapters.kokoro_voice import KokoroVoice
from ura.ports import RATE_HZ, Samples
from ura.speaking.recordings import file_name, read_wav

SHIPPED = Path(__file__).with_name("lines")
LEVEL_DBFS = -20.0


def committed() -> frozenset[tuple[str, float, str]]:
    """Voice, speed and text of every line that ships."""
    quick = [persona for persona in personas() if persona.quick]
    return frozenset((p.voice, p.speed, text) for p in quick for text in p.says)


class Lines:
    """Sounds of lines; `models` is where `acordo models fetch kokoro` put its files."""

    def __init__(self, cache: Path, models: Path) -> None:
        self._cache = cache
        self._models = models
        self._voice: KokoroVoice | None = None

    def of(self, persona: Persona, text: str) -> Samples:
        """The text in the persona's voice. Raises VoiceUnavailable."""
        return self.line(persona.voice, persona.speed, text)

    def line(self, voice: str, speed: float, text: str) -> Samples:
        """Raises VoiceUnavailable when it must be rendered, and cannot be."""
        name = line_name(voice, speed, text)
        for folder in (SHIPPED, self._cache):
            known = read_wav(folder / name)
            if known is not None:
                return known
        self._cache.mkdir(parents=True, exist_ok=True)
        return self.render(voice, speed, text, self._cache / name)

    def render(self, voice: str, speed: float, text: str, path: Path) -> Samples:
        """Write a line into a file. Raises VoiceUnavailable."""
        if self._voice is None:
            self._voice = KokoroVoice(self._models)
        raw = np.asarray(self._voice.synthesize(text, voice, speed), dtype=np.float64)
        sound = trimmed(decimated(raw, VOICE_RATE_HZ // RATE_HZ), RATE_HZ)
        write_wav(path, levelled(sound, LEVEL_DBFS))
        return sound


def line_name(voice: str, speed: float, text: str) -> str:
    """The file of a line."""
    return file_name(f"{voice}@{speed:g}", text, last=True)


def lacking() -> list[tuple[str, float, str]]:
    """Lines that should ship and are not there."""
    return [
        each for each in sorted(committed()) if not (SHIPPED / line_name(*each)).is_file()
    ]


def left_over() -> list[Path]:
    """Files of lines that nobody says any more."""
    needed = {SHIPPED / line_name(*each) for each in committed()}
    return sorted(set(SHIPPED.glob("*.wav")) - needed)


def texts(of: Iterable[Persona]) -> list[str]:
    """All that they say, each once."""
    return sorted({text for persona in of for text in persona.says})
