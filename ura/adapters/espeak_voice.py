"""A Voice that is always there: the program espeak-ng, quick and robotic.

Started for each text, 0.1 s for a long one; nothing blocks meanwhile. Its sound is brought
to the telephone's 8 kHz and to the level of the recordings.
"""

from __future__ import annotations

import asyncio
import io
import wave
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence

import numpy as np

from foundation.sound import levelled, resampled
from ura.ports import Samples, VoiceFailed

PROGRAM = "espeak-ng"
VOICE = "pt-br+f2"
WORDS_A_MINUTE = 150
WITHIN_S = 5.0


class EspeakVoice:
    """As `ports.Voice`; `command` is how the program is started on this machine."""

    def __init__(self, command: Sequence[str] = (PROGRAM,)) -> None:
        self._command = tuple(command)

    async def say(self, text: str, *, last: bool) -> Samples:
        melody = text if last else f"{text},"
        pace = str(WORDS_A_MINUTE)
        command = (*self._command, "--stdout", "-v", VOICE, "-s", pace, "--", melody)
        try:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL
            )
        except FileNotFoundError as error:
            todo = f"sudo apt-get install {PROGRAM}"
            raise VoiceFailed(f"falta o programa {PROGRAM}: {todo}") from error
        try:
            async with asyncio.timeout(WITHIN_S):
                raw, _ = await process.communicate()
        except TimeoutError as error:
            process.kill()
            await process.wait()
            raise VoiceFailed(f"{PROGRAM} não respondeu") from error
        if process.returncode != 0:
            raise VoiceFailed(f"{PROGRAM} terminou com {process.returncode}")
        return from_wav(raw)


def from_wav(raw: bytes) -> Samples:
    """Bring a WAV of any rate and 16 bits to the telephone's. Raises VoiceFailed."""
    try:
        with wave.open(io.BytesIO(raw), "rb") as sound:
            channels, width, rate = sound.getparams()[:3]
            pcm = sound.readframes(min(sound.getnframes(), len(raw)))
    except (wave.Error, EOFError) as error:
        raise VoiceFailed("o som não é um arquivo WAV") from error
    if width != 2 or len(pcm) < width * channels:
        raise VoiceFailed("o som não tem 16 bits, ou está vazio")
    samples = np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2").astype(np.float64) / 32768
    mono = samples[: len(samples) // channels * channels].reshape(-1, channels).mean(axis=1)
    slow = resampled(mono, rate)
    if not np.abs(slow).max(initial=0.0):
        raise VoiceFailed("o som está mudo")
    return levelled(slow)
