"""Is somebody speaking in these 20 ms: WebRTC's detector, and a pitch to begin with.

WebRTC's strictest mode takes a cough or a rustle of paper for speech nine times in ten.
What begins a speech must have a pitch too, be no dull thud, and be no weak end of something
loud: a cough bursts first and has its voice, if any, at its end, and a word grows into its
vowel. Once somebody speaks, WebRTC alone says how long, for words end in sounds without a
pitch.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from ura.dialogue.turn import BEGINS
from ura.ports import FRAME_BYTES, RATE_HZ, Samples

STRICTEST = 3
PITCH = 0.5  # of 1: how alike a sound is to itself one period later
PITCH_HZ = (75, 400)
DULL = 0.045  # energy of the changes from sample to sample, over the energy of the sound
WEAK = 0.35  # of the loudest of the frames before it
ABOVE = 3.0  # times as loud as the place is
SPEAKING = 15  # frames: who had a pitch within them still speaks
PLACE = 150  # frames that the noise of the place is learnt from
_LAGS = np.arange(RATE_HZ // PITCH_HZ[1], RATE_HZ // PITCH_HZ[0] + 1)
_FFT = 1024
_SILENT = 1e-5


class VoiceActivity:
    """Of one call; it learns the noise of the place."""

    def __init__(self) -> None:
        import webrtcvad

        self._detector = webrtcvad.Vad(STRICTEST)
        self._before: Samples = np.zeros(FRAME_BYTES // 2)
        self._voices: deque[bool] = deque(maxlen=SPEAKING)
        self._levels: deque[float] = deque(maxlen=PLACE)

    @property
    def _speaking(self) -> bool:
        return sum(self._voices) >= BEGINS

    def voiced(self, pcm: bytes) -> bool:
        """Judge FRAME_BYTES of sound, in the order of time."""
        if len(pcm) != FRAME_BYTES:
            raise ValueError(len(pcm))
        samples = np.frombuffer(pcm, "<i2").astype(np.float64) / 32768
        both = np.concatenate([self._before, samples])
        self._before = samples
        self._levels.append(float(np.sum(samples**2)) ** 0.5)
        heard = bool(self._detector.is_speech(pcm, RATE_HZ))
        pitched = heard and not is_dull(samples) and pitch_of(both) >= PITCH
        voice = pitched and (self._speaking or self._stands_out())
        self._voices.append(voice)
        return heard if self._speaking else voice

    def _stands_out(self) -> bool:
        """From what was heard just before, and from the noise of the place."""
        levels = list(self._levels)
        place = sorted(levels)[len(levels) // 3]
        return levels[-1] >= max(WEAK * max(levels[-SPEAKING:]), ABOVE * place)


def is_dull(samples: Samples) -> bool:
    """A knock or the wind: nearly all of it lies below the first formants of speech."""
    changes = float(np.sum(np.diff(samples) ** 2))
    return changes < DULL * float(np.sum(samples**2))


def pitch_of(samples: Samples) -> float:
    """How periodic 40 ms are at the pitches of voices, 0 to 1 (autocorrelation)."""
    level = samples - samples.mean()
    squares = np.concatenate([[0.0], np.cumsum(level**2)])
    if squares[-1] < _SILENT:
        return 0.0
    power = np.abs(np.fft.rfft(level, _FFT)) ** 2
    alike = np.fft.irfft(power)[_LAGS]
    count = len(level)
    overlap = squares[count - _LAGS] * (squares[count] - squares[_LAGS])
    return float((alike / np.sqrt(np.maximum(overlap, _SILENT**2))).max())
