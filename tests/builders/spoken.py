"""A person's speech as files that a studio would send."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

import ura.prompts
from foundation.sound import Samples
from sim.clips import alaw

CLIP = Path(next(iter(ura.prompts.__path__))) / "pt_BR" / "inbound_welcome.wav"
EXTENSIBLE, GUID_TAIL = 0xFFFE, bytes.fromhex("000000001000800000aa00389b71")
_FULL = {8: 2**7, 16: 2**15, 24: 2**23, 32: 2**31}


def speech(seconds: float = 2.0, rate_hz: int = 8_000) -> Samples:
    """The beginning of a clip that ships, at any rate."""
    pcm = np.frombuffer(CLIP.read_bytes()[44:], "<i2") / 32768
    at = np.arange(round(seconds * rate_hz)) / rate_hz
    return np.asarray(np.interp(at * 8_000, np.arange(len(pcm)), pcm))


def wav_file(
    samples: Samples,
    rate_hz: int = 8_000,
    *,
    bits: int = 16,
    channels: int = 1,
    encoding: int = 1,
    extensible: bool = False,
) -> bytes:
    """The file; every channel has the same sound."""
    data = _encoded(np.repeat(samples, channels), bits, encoding)
    block = channels * bits // 8
    kind = EXTENSIBLE if extensible else encoding
    header = struct.pack("<HHIIHH", kind, channels, rate_hz, rate_hz * block, block, bits)
    if extensible:
        header += struct.pack("<HHIH", 22, bits, 0, encoding) + GUID_TAIL
    chunks = [(b"LIST", b"odd"), (b"fmt ", header), (b"data", data)]
    body = b"".join(
        name + struct.pack("<I", len(inner)) + inner + bytes(len(inner) % 2)
        for name, inner in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WAVE" + body


def _encoded(samples: Samples, bits: int, encoding: int) -> bytes:
    if encoding == 3:
        return samples.astype(f"<f{bits // 8}").tobytes()
    if encoding == 6:
        return alaw((samples * 32767).astype(np.int16))
    whole = np.clip(np.round(samples * (_FULL[bits] - 1)), -_FULL[bits], _FULL[bits] - 1)
    if bits == 8:
        return (whole + 128).astype(np.uint8).tobytes()
    if bits == 24:
        return whole.astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    return whole.astype(f"<i{bits // 8}").tobytes()
