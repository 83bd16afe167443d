"""The picture of sound that Whisper reads: 80 mel bands, 100 columns a second.

Pure. After the model's own description: 16 kHz, Hann windows of 25 ms every 10 ms, mel
bands of equal area (Slaney), base-10 logarithm, the loudest 80 dB, scaled to about -1..1.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
COLUMNS_PER_S = 100
BANDS = 80
_WINDOW, _HOP = 400, 160
_RANGE = 8.0  # decades below the loudest that are kept
_LINEAR_HZ, _PER_MEL_HZ = 1_000.0, 200.0 / 3  # the mel scale is straight up to 1 kHz
_LOG_STEP = np.log(6.4) / 27.0  # and logarithmic above


def log_mel(samples: NDArray[np.float64], seconds: float) -> NDArray[np.float32]:
    """Return bands x columns of the samples (16 kHz), silence added up to `seconds`."""
    wanted = round(seconds * RATE_HZ)
    padded = np.zeros(wanted)
    padded[: min(wanted, len(samples))] = samples[:wanted]
    mirrored = np.pad(padded, _WINDOW // 2, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(mirrored, _WINDOW)[::_HOP]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_WINDOW) / _WINDOW)
    power = np.abs(np.fft.rfft(windows[:-1] * window)) ** 2
    energy = np.log10(np.maximum(_filters() @ power.T, 1e-10))
    kept = np.maximum(energy, energy.max() - _RANGE)
    return np.asarray((kept + 4.0) / 4.0, dtype=np.float32)


@cache
def _filters() -> NDArray[np.float64]:
    """Triangles over the bins of the transform, one a band, each of equal area."""
    bins = np.fft.rfftfreq(_WINDOW, 1 / RATE_HZ)
    edges = _hz(np.linspace(0.0, float(_mel(RATE_HZ / 2)), BANDS + 2))
    up = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    down = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    area = 2.0 / (edges[2:] - edges[:-2])
    return np.asarray(np.maximum(0.0, np.minimum(up, down)) * area[:, None])


def _mel(hz: float) -> float:
    if hz < _LINEAR_HZ:
        return hz / _PER_MEL_HZ
    return float(_LINEAR_HZ / _PER_MEL_HZ + np.log(hz / _LINEAR_HZ) / _LOG_STEP)


def _hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    knee = _LINEAR_HZ / _PER_MEL_HZ
    above = _LINEAR_HZ * np.exp(_LOG_STEP * (np.maximum(mel, knee) - knee))
    return np.asarray(np.where(mel < knee, mel * _PER_MEL_HZ, above))
