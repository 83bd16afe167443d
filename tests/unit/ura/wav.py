"""Reads a WAV file for tests, and says of it what an ear would."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Wav:
    """Samples -1..1 and what the header said."""

    samples: NDArray[np.float64]
    rate_hz: int
    channels: int = 1
    width: int = 2  # bytes a sample

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate_hz

    @property
    def rms_dbfs(self) -> float:
        return float(20 * np.log10(np.sqrt(np.mean(self.samples**2))))

    @property
    def peak(self) -> float:
        return float(np.abs(self.samples).max())

    @property
    def loudest_hz(self) -> float:
        spectrum = np.abs(np.fft.rfft(self.samples * np.hanning(len(self.samples))))
        return float(np.argmax(spectrum) * self.rate_hz / len(self.samples))

    def part(self, start_s: float, end_s: float | None) -> Wav:
        """Return a stretch of it; a negative second counts from the end."""
        end = None if end_s is None else round(end_s * self.rate_hz)
        return Wav(self.samples[round(start_s * self.rate_hz) : end], self.rate_hz)


def read_wav(path: Path) -> Wav:
    with wave.open(str(path)) as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        return Wav(
            samples=pcm / 32768,
            rate_hz=file.getframerate(),
            channels=file.getnchannels(),
            width=file.getsampwidth(),
        )
