"""Reads a WAV file that somebody sent: any rate, mono or stereo, the usual encodings.

Pure. Integers of 8 to 32 bit, floats, A-law and mu-law (ITU-T G.711), as they are or
behind the extensible header (RIFF, Microsoft's `mmreg.h`). Whatever else it is, it is a
refusal that says so: the file came from outside.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from cobranca.voices.refusal import RecordingRefused
from foundation.sound import Samples

LEAST_HZ, MOST_HZ = 8_000, 192_000
UNKNOWN = 2**32 - 1
_FORMAT = struct.Struct("<HHIIHH")  # encoding, channels, rate, bytes/s, block, bits
_ENCODING_AT = 24  # of the extensible header: the encoding begins its GUID


class Encoding(IntEnum):
    """How samples are written; `EXTENSIBLE`: that stands further on."""

    PCM = 1
    FLOAT = 3
    A_LAW = 6
    MU_LAW = 7
    EXTENSIBLE = 0xFFFE


@dataclass(frozen=True, slots=True)
class Received:
    """A sound as it was recorded; two channels are one, by their mean."""

    samples: Samples
    rate_hz: int


@dataclass(frozen=True, slots=True)
class _Format:
    encoding: int
    channels: int
    rate_hz: int
    bits: int


def read_received(raw: bytes) -> Received:
    """Read the file; raises RecordingRefused."""
    if raw[:4] != b"RIFF" or raw[8:12] != b"WAVE":
        raise RecordingRefused("not_wav")
    chunks = _chunks(raw)
    if b"fmt " not in chunks or b"data" not in chunks:
        raise RecordingRefused("broken")
    form = _format(chunks[b"fmt "])
    samples = _decoded(chunks[b"data"], form)
    if form.channels == 2:
        samples = samples[: len(samples) // 2 * 2].reshape(-1, 2).mean(axis=1)
    return Received(samples, form.rate_hz)


def _chunks(raw: bytes) -> dict[bytes, bytes]:
    """The first chunk of each name; raises RecordingRefused for a file that was cut off.

    A program that writes into a pipe knows no length and says 2^32 - 1: to the end.
    """
    found: dict[bytes, bytes] = {}
    at = 12
    while at + 8 <= len(raw):
        name, size = raw[at : at + 4], int.from_bytes(raw[at + 4 : at + 8], "little")
        if size != UNKNOWN and at + 8 + size > len(raw):
            raise RecordingRefused("broken")
        found.setdefault(name, raw[at + 8 : at + 8 + size])
        at += 8 + size + size % 2
    return found


def _format(header: bytes) -> _Format:
    if len(header) < _FORMAT.size:
        raise RecordingRefused("broken")
    encoding, channels, rate_hz, _, _, bits = _FORMAT.unpack_from(header)
    if encoding == Encoding.EXTENSIBLE and len(header) >= _ENCODING_AT + 2:
        encoding = int.from_bytes(header[_ENCODING_AT : _ENCODING_AT + 2], "little")
    if channels not in (1, 2):
        raise RecordingRefused("channels", count=channels)
    if not LEAST_HZ <= rate_hz <= MOST_HZ:
        raise RecordingRefused("rate", rate=rate_hz)
    return _Format(encoding, channels, rate_hz, bits)


def _decoded(raw: bytes, form: _Format) -> Samples:
    match form.encoding, form.bits:
        case Encoding.PCM, 8:
            return (np.frombuffer(raw, np.uint8).astype(np.float64) - 128) / 128
        case Encoding.PCM, 16:
            return _numbers(raw, "<i2") / 2**15
        case Encoding.PCM, 24:
            return _of_24_bits(raw)
        case Encoding.PCM, 32:
            return _numbers(raw, "<i4") / 2**31
        case Encoding.FLOAT, 32 | 64:
            floats = _numbers(raw, f"<f{form.bits // 8}")
            if not np.isfinite(floats).all():
                raise RecordingRefused("broken")
            return floats
        case Encoding.A_LAW, 8:
            return _a_law(np.frombuffer(raw, np.uint8))
        case Encoding.MU_LAW, 8:
            return _mu_law(np.frombuffer(raw, np.uint8))
    raise RecordingRefused("encoding")


def _numbers(raw: bytes, kind: str) -> Samples:
    width = np.dtype(kind).itemsize
    whole = raw[: len(raw) // width * width]
    return np.frombuffer(whole, kind).astype(np.float64)


def _of_24_bits(raw: bytes) -> Samples:
    parts = np.frombuffer(raw[: len(raw) // 3 * 3], np.uint8).reshape(-1, 3)
    wide = np.zeros((len(parts), 4), np.uint8)
    wide[:, 1:] = parts  # as the upper three of four bytes, which keeps the sign
    return wide.view("<i4")[:, 0].astype(np.float64) / 2**31


def _a_law(codes: NDArray[np.uint8]) -> Samples:
    """G.711, table 1: even bits inverted, sign set for positive."""
    plain = (codes ^ 0x55).astype(np.int64)
    exponent, mantissa = (plain >> 4) & 7, plain & 15
    low = (mantissa << 4) + 8
    value = np.where(exponent == 0, low, (low + 256) << np.maximum(exponent - 1, 0))
    return np.where(plain & 0x80, value, -value) / 2**15


def _mu_law(codes: NDArray[np.uint8]) -> Samples:
    """G.711, table 2: all bits inverted, bias 132, sign set for negative."""
    plain = (~codes).astype(np.int64) & 0xFF
    exponent, mantissa = (plain >> 4) & 7, plain & 15
    value = (((mantissa << 3) + 132) << exponent) - 132
    return np.where(plain & 0x80, -value, value) / 2**15
