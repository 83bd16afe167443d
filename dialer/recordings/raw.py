"""What a raw recording holds: length, loudness of each channel, its form as a WAV file.

Pure. Raw is what the switch's MixMonitor writes with option D: signed 16-bit samples,
little endian, 8,000 frames a second, left and right in turn. Left is what the debtor
said, right what the debtor heard.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

RATE_HZ = 8000
CHANNELS = 2
SAMPLE_BYTES = 2
FRAME_BYTES = CHANNELS * SAMPLE_BYTES
WAV_HEADER_BYTES = 44
LONGEST_WAV_BYTES = 2**32 - 1 - WAV_HEADER_BYTES  # about 37 hours
FULL_SCALE = 32768.0


class RecordingTooLong(ValueError):
    """A gravação não cabe em um arquivo WAV."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFacts:
    """Loudness is the root mean square in dB of full scale; None: digital silence."""

    seconds: float
    left_dbfs: float | None
    right_dbfs: float | None


def whole_frames(raw_bytes: int) -> int:
    """Bytes of the frames that are whole; the rest was cut off while being written.

    >>> whole_frames(11)
    8
    """
    return raw_bytes - raw_bytes % FRAME_BYTES


def wav_header(raw_bytes: int) -> bytes:
    """The header that makes `raw_bytes` of whole frames a WAV file (RIFF, PCM).

    Raises RecordingTooLong.
    """
    if raw_bytes > LONGEST_WAV_BYTES:
        raise RecordingTooLong(raw_bytes)
    byte_rate = RATE_HZ * FRAME_BYTES
    form = struct.pack(
        "<HHIIHH", 1, CHANNELS, RATE_HZ, byte_rate, FRAME_BYTES, 8 * SAMPLE_BYTES
    )
    return b"".join(
        (
            b"RIFF", struct.pack("<I", WAV_HEADER_BYTES - 8 + raw_bytes), b"WAVE",
            b"fmt ", struct.pack("<I", len(form)), form,
            b"data", struct.pack("<I", raw_bytes),
        )
    )  # fmt: skip


def facts(pieces: Iterable[bytes]) -> RawFacts:
    """Measure a recording that comes in pieces of any whole number of frames."""
    squares = np.zeros(CHANNELS)
    frames = 0
    for piece in pieces:
        samples = np.frombuffer(piece, dtype="<i2").reshape(-1, CHANNELS).astype(np.float64)
        squares += np.square(samples).sum(axis=0)
        frames += len(samples)
    return RawFacts(
        seconds=frames / RATE_HZ,
        left_dbfs=_dbfs(float(squares[0]), frames),
        right_dbfs=_dbfs(float(squares[1]), frames),
    )


def _dbfs(squares: float, frames: int) -> float | None:
    if squares == 0:
        return None
    return round(10 * math.log10(squares / frames / FULL_SCALE**2), 1)
