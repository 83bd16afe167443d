"""Looks at recorded sound: which tone, how loud, from when on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.signal import fftconvolve

RATE = 8000  # samples a second
_QUIET = 200.0  # root mean square of a 16-bit line that carries no sound
_ALIKE = 0.8  # of a sound and the same one behind a telephone's coding; others have 0.3

Samples = npt.NDArray[np.float64]


def stereo(path: Path) -> tuple[Samples, Samples]:
    """Left and right of an interleaved 16-bit little-endian recording."""
    samples = np.fromfile(path, dtype="<i2").astype(np.float64)
    samples = samples[: len(samples) // 2 * 2]
    return samples[0::2], samples[1::2]


def tone(samples: Samples) -> float:
    """The strongest frequency, in hertz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    spectrum[:5] = 0.0
    return float(np.argmax(spectrum)) * RATE / len(samples)


def is_loud(samples: Samples) -> bool:
    return bool(np.sqrt(np.mean(samples**2)) > _QUIET)


def sounds_from_s(samples: Samples) -> float:
    """Seconds until the first loud tenth of a second; the whole length if there is none."""
    step = RATE // 10
    for start in range(0, len(samples) - step, step):
        if is_loud(samples[start : start + step]):
            return start / RATE
    return len(samples) / RATE


def holds(samples: Samples, clip: Samples) -> bool:
    """Whether some loud half second of the clip is in it, whatever lies around it.

    Not all of it: a busy machine leaves gaps of some frames in a recording.
    """
    step, mean = RATE // 2, np.mean(clip**2)
    pieces = [clip[at : at + step] for at in range(0, len(clip) - step + 1, step)]
    loud = [piece for piece in pieces if np.mean(piece**2) >= mean]
    return any(_likeness(samples, piece) > _ALIKE for piece in loud)


def _likeness(samples: Samples, piece: Samples) -> float:
    """The highest normalised correlation (0..1) of the piece with a stretch as long."""
    if len(samples) < len(piece):
        return 0.0
    along = fftconvolve(samples, piece[::-1], "valid")
    energy = fftconvolve(samples**2, np.ones(len(piece)), "valid")
    scale = np.sqrt(np.maximum(energy, 1.0) * np.sum(piece**2))
    return float(np.max(along / scale))


def part_of(samples: Samples, begin_s: float, end_s: float) -> Samples:
    """From so many seconds before the end to so many before it."""
    return samples[-int(begin_s * RATE) : -int(end_s * RATE) or None]


def share(samples: Samples, hertz: int) -> float:
    """Share of the sound's energy that lies within 20 Hz of a tone."""
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    of = np.fft.rfftfreq(len(samples), 1 / RATE)
    return float(power[np.abs(of - hertz) < 20].sum() / max(power.sum(), 1e-9))


def timeline(samples: Samples, hertz: int) -> str:
    """Each tenth of a second in turn: `t` that tone, `.` silence, `m` any other sound."""
    step = RATE // 10
    tenths = (samples[at : at + step] for at in range(0, len(samples) - step + 1, step))
    return "".join(
        "." if not is_loud(tenth) else "t" if share(tenth, hertz) > 0.5 else "m"
        for tenth in tenths
    )
