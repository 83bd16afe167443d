"""What is heard on the line, frame by frame: levels, stretches of speech, single tones.

Pure. A frame is 20 ms of 8 kHz sound (160 samples, -1..1); times are seconds of the sound
that was fed, so that silence must be fed too. Speech is what stands out of the place's
own noise and is no single tone; what is said is for `phrases` to tell.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]

RATE_HZ = 8_000
FRAME_S = 0.02
FRAME = int(RATE_HZ * FRAME_S)  # samples

ABOVE_FLOOR_DB = 8.0  # speech over the noise of the place
FAINTEST_DBFS = -46.0  # of anything that counts as sound
LOUDEST_FLOOR_DBFS = -30.0  # a place louder than that hides a greeting anyway
FLOOR_SHARE = 0.15  # this share of late frames is taken for pauses
FLOOR_OVER = 125  # frames, 2.5 s
JOIN_GAP_S = 0.2  # within a word, or between two
LEAST_RUN_S = 0.06  # a click is shorter

WINDOW = 512  # samples that a tone is looked for in, 64 ms
TONE_SHARE = 0.88  # of the energy within two bins of the peak
TONE_DRIFT_HZ = 14.0  # a voice moves more
LEAST_TONE_S = 0.14
TONE_LATE_S = 0.1  # a tone is known for one when it fills most of the window
_BAND = slice(16, 224)  # bins of 15.6 Hz: 250 to 3500 Hz
_HANN = np.hanning(WINDOW)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Speech without a pause, from `begin_s` to `end_s`."""

    begin_s: float
    end_s: float

    @property
    def seconds(self) -> float:
        return self.end_s - self.begin_s


@dataclass(frozen=True, slots=True)
class Tone:
    """One frequency alone, from `begin_s` to `end_s`."""

    hz: float
    begin_s: float
    end_s: float

    @property
    def seconds(self) -> float:
        return self.end_s - self.begin_s


@dataclass(slots=True)
class Hearing:
    """Feed it frames in order; read what was heard so far."""

    now_s: float = 0.0
    speech: list[Stretch] = field(default_factory=list)
    tones: list[Tone] = field(default_factory=list)
    _levels: deque[float] = field(default_factory=lambda: deque(maxlen=FLOOR_OVER))
    _tail: Samples = field(default_factory=lambda: np.zeros(WINDOW))
    _run: Stretch | None = None
    _tone: Tone | None = None

    @property
    def speech_s(self) -> float:
        return sum(stretch.seconds for stretch in self.speech)

    @property
    def begun_s(self) -> float | None:
        """When the first speech began."""
        return self.speech[0].begin_s if self.speech else None

    @property
    def quiet_s(self) -> float:
        """Since the last speech or tone; since the answer while there was none."""
        ends_s = [heard[-1].end_s for heard in (self.speech, self.tones) if heard]
        return self.now_s - max(ends_s, default=0.0)

    def feed(self, frame: Samples) -> None:
        """Hear 20 ms more."""
        begin_s, self.now_s = self.now_s, self.now_s + FRAME_S
        self._tail = np.concatenate([self._tail[FRAME:], frame])
        level = _dbfs(frame)
        hz = self._frequency() if level > FAINTEST_DBFS else None
        self._follow_tone(hz, begin_s)
        self._levels.append(level)
        held = self._tone is not None and self._tone.seconds >= LEAST_TONE_S
        loud = level > max(self._floor() + ABOVE_FLOOR_DB, FAINTEST_DBFS)
        self._follow_speech(begin_s, speaks=loud and not held)

    def _floor(self) -> float:
        ordered = sorted(self._levels)
        return min(ordered[int(len(ordered) * FLOOR_SHARE)], LOUDEST_FLOOR_DBFS)

    def _follow_speech(self, begin_s: float, *, speaks: bool) -> None:
        if not speaks:
            self._run = None
            return
        begun = self._run.begin_s if self._run is not None else begin_s
        self._run = Stretch(begun, self.now_s)
        last = self.speech[-1] if self.speech else None
        if last is not None and begun - last.end_s <= JOIN_GAP_S:
            self.speech[-1] = Stretch(last.begin_s, self.now_s)
        elif self._run.seconds >= LEAST_RUN_S:
            self.speech.append(self._run)

    def _follow_tone(self, hz: float | None, begin_s: float) -> None:
        before = self._tone
        if hz is None:
            self._tone = None
            return
        if before is None or abs(hz - before.hz) > TONE_DRIFT_HZ:
            self._tone = Tone(hz, begin_s, self.now_s)
            return
        self._tone = replace(before, end_s=self.now_s)
        if self._tone.seconds < LEAST_TONE_S:
            return
        if self.tones and self.tones[-1].begin_s == self._tone.begin_s:
            self.tones[-1] = self._tone
        else:
            self.tones.append(self._tone)
            self._unsay(self._tone.begin_s)

    def _unsay(self, since_s: float) -> None:
        """The first frames of a tone were taken for speech."""
        if self.speech and self.speech[-1].begin_s >= since_s - TONE_LATE_S:
            self.speech.pop()
        elif self.speech and self.speech[-1].end_s > since_s:
            self.speech[-1] = Stretch(self.speech[-1].begin_s, since_s)
        self._run = None

    def _frequency(self) -> float | None:
        """The one frequency that holds nearly all energy; None: there is no such."""
        power = np.abs(np.fft.rfft(self._tail * _HANN))[_BAND] ** 2
        total = float(power.sum())
        if total <= 0.0:
            return None
        peak = int(power.argmax())
        low, high = max(0, peak - 2), peak + 3
        near = power[low:high]
        if float(near.sum()) < TONE_SHARE * total:
            return None
        bins = np.arange(low, low + len(near)) + (_BAND.start or 0)
        return float((bins * near).sum() / near.sum() * RATE_HZ / WINDOW)


def _dbfs(frame: Samples) -> float:
    return float(10 * np.log10(np.mean(frame**2) + 1e-10))
