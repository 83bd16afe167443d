"""What a sound must be before it is shipped: 8 kHz, even in level, no dead air.

Pure functions on samples (float, -1..1, mono), and the one writer of such WAV files. Levels
are dB below full scale (dBFS). Speech is not filtered further: the telephone network does.
"""

from __future__ import annotations

import io
import math
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]

RATE_HZ = 8_000
TARGET_RMS_DBFS = -20.0
PEAK_LIMIT_DBFS = -1.0
EDGE_HZ = 300.0  # over which a sound that is resampled is let fade
MARGIN_S = 0.05  # kept before the first and after the last sound
FRAME_S = 0.01
SILENCE_DB = -40.0  # below the loudest frame: no longer speech


def trimmed(samples: Samples, rate_hz: int, margin_s: float = MARGIN_S) -> Samples:
    """Cut what is silent at both ends, down to the margin. All silence returns empty."""
    frame = int(rate_hz * FRAME_S)
    count = len(samples) // frame
    levels = np.sqrt(np.mean(samples[: count * frame].reshape(count, frame) ** 2, axis=1))
    loudest = float(levels.max(initial=0.0))
    if loudest == 0.0:
        return samples[:0]
    heard = np.flatnonzero(levels > loudest * 10 ** (SILENCE_DB / 20))
    margin = int(rate_hz * margin_s)
    start = max(0, int(heard[0]) * frame - margin)
    end = (int(heard[-1]) + 1) * frame + margin
    return _faded(samples[start:end], frame)


def decimated(samples: Samples, factor: int) -> Samples:
    """Divide the sampling rate by a whole factor; what would fold back is taken out first.

    A windowed-sinc low pass: flat to 0.85 of the new half rate, 70 dB down from 1.05 on.
    """
    reach = 24 * factor
    at = np.arange(-reach, reach + 1)
    cutoff = 0.92 / factor
    taps = cutoff * np.sinc(cutoff * at) * np.kaiser(len(at), 6.0)
    return np.convolve(samples, taps / taps.sum(), mode="same")[::factor]


def doubled(samples: Samples) -> Samples:
    """Bring a sound to twice its rate; what mirrors above its old half rate is taken out.

    A half-band low pass of 41 taps (windowed sinc); before and after the sound is silence.
    """
    reach = 20
    taps = np.sinc(np.arange(-reach, reach + 1) / 2) * np.kaiser(2 * reach + 1, 5.0)
    wide = np.zeros(2 * len(samples) + 2 * reach)
    wide[reach : len(wide) - reach : 2] = samples
    return np.convolve(wide, 2 * taps / taps.sum(), mode="same")[reach : len(wide) - reach]


def resampled(samples: Samples, rate_hz: int) -> Samples:
    """Bring a sound of any rate, 8 kHz or more, to 8 kHz.

    By its spectrum, which is exact for a sound that is wholly there: cut at the new half
    rate, with a soft edge over its last 300 Hz so that nothing rings.
    """
    if rate_hz == RATE_HZ:
        return samples
    step = rate_hz // math.gcd(rate_hz, RATE_HZ)
    padded = np.pad(samples, (0, -len(samples) % step))
    count = len(padded) * RATE_HZ // rate_hz
    kept = np.fft.rfft(padded)[: count // 2 + 1]
    hz = np.arange(len(kept)) * rate_hz / max(1, len(padded))
    edge = np.clip((RATE_HZ / 2 - hz) / EDGE_HZ, 0.0, 1.0)
    return np.fft.irfft(kept * np.sin(edge * np.pi / 2) ** 2, count) * count / len(padded)


def levelled(samples: Samples, rms_dbfs: float = TARGET_RMS_DBFS) -> Samples:
    """Scale to the wanted mean level, or as near as the peak limit allows."""
    rms = float(np.sqrt(np.mean(samples**2)))
    peak = float(np.abs(samples).max())
    gain = 10 ** (rms_dbfs / 20) / rms
    limit = 10 ** (PEAK_LIMIT_DBFS / 20) / peak
    return samples * min(gain, limit)


def tone(
    hz: tuple[float, ...], seconds: float, rms_dbfs: float = TARGET_RMS_DBFS
) -> Samples:
    """Return tones sounding together, with 5 ms ramps so that they do not click."""
    time = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    wave_sum = np.sum([np.sin(2 * np.pi * f * time) for f in hz], axis=0)
    return levelled(_faded(wave_sum, int(0.005 * RATE_HZ)), rms_dbfs)


def silence(seconds: float) -> Samples:
    """Return that much silence."""
    return np.zeros(round(seconds * RATE_HZ))


def wav_of(samples: Samples) -> bytes:
    """Return a file of 8 kHz, mono, 16 bit."""
    pcm = np.round(np.clip(samples, -1.0, 1.0) * 32767).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(pcm.tobytes())
    return file.getvalue()


def write_wav(path: Path, samples: Samples) -> None:
    """Write 8 kHz, mono, 16 bit, whole or not at all."""
    draft = path.with_name(path.name + ".part")
    draft.write_bytes(wav_of(samples))
    draft.replace(path)


def _faded(samples: Samples, count: int) -> Samples:
    """Ramp both ends over `count` samples."""
    shaped = samples.copy()
    count = min(count, len(shaped) // 2)
    ramp = np.linspace(0.0, 1.0, count, endpoint=False)
    shaped[:count] *= ramp
    shaped[len(shaped) - count :] *= ramp[::-1]
    return shaped
