"""Whether a recording can be spoken to debtors, and what is spoken of it.

Pure. What is kept is what Asterisk plays and the URA sends: WAV, 8 kHz, mono, 16 bit, cut
to the sound, at the level of our own voice. Levels are dB below full scale (dBFS).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cobranca.voices.received import read_received
from cobranca.voices.refusal import RecordingRefused, said
from foundation.sound import RATE_HZ, Samples, levelled, resampled, trimmed, wav_of

LARGEST = 10_000_000  # bytes: 30 s of stereo at 48 kHz and 24 bit are 8.6 million
LEAST_S, MOST_S = 0.2, 60.0
LEAST_DBFS = -40.0  # of the voice: more gain than 20 dB lifts the room with it
SILENT = 10 ** (-55 / 20)  # a peak below it: nobody spoke
MOST_PAUSE_S = 2.0  # a caller takes a longer one for the end
PAUSE_DB = -35.0  # below the voice
MOST_CLIPPED = 0.001  # share of samples on flat tops
FLAT_RUN = 3  # equal samples in a row at the peak: the converter's limit, not a voice
FRAME_S = 0.02
LETTERS_A_S = 14.0  # that a person reads out; who records slowly needs twice the time
FAR_OFF, SLACK_S = 2.5, 1.0


@dataclass(frozen=True, slots=True)
class Prepared:
    """`wav`: the file that is kept. `notes`: what somebody should listen for."""

    wav: bytes
    seconds: float
    notes: tuple[str, ...]


def prepared(raw: bytes, text: str) -> Prepared:
    """Check a file that should say `text`, and convert it; raises RecordingRefused."""
    if not raw:
        raise RecordingRefused("empty")
    if len(raw) > LARGEST:
        raise RecordingRefused("large", most=LARGEST / 1e6)
    received = read_received(raw)
    seconds = len(received.samples) / received.rate_hz
    if seconds > MOST_S:
        raise RecordingRefused("long", seconds=seconds, most=MOST_S)
    if seconds < LEAST_S:
        raise RecordingRefused("short", seconds=seconds, least=LEAST_S)
    samples = received.samples - received.samples.mean()
    _loud_enough(samples)
    _not_clipped(received.samples)
    sound = _cut(resampled(samples, received.rate_hz))
    kept_s = len(sound) / RATE_HZ
    return Prepared(wav_of(levelled(sound)), kept_s, _notes(kept_s, text))


def _loud_enough(samples: Samples) -> None:
    peak = float(np.abs(samples).max())
    if peak < SILENT:
        raise RecordingRefused("silent")
    heard = samples[np.abs(samples) > peak / 100]
    level = float(20 * np.log10(np.sqrt(np.mean(heard**2))))
    if level < LEAST_DBFS:
        raise RecordingRefused("quiet", level=level, least=LEAST_DBFS)


def _not_clipped(samples: Samples) -> None:
    """Flat tops are found where they are: a clipped take may have been turned down."""
    size = np.abs(samples)
    flat = (samples[1:] == samples[:-1]) & (size[1:] >= 0.99 * size.max())
    in_row = np.convolve(flat, np.ones(FLAT_RUN - 1, int), mode="valid") == FLAT_RUN - 1
    share = float(in_row.sum()) / len(samples)
    if share > MOST_CLIPPED:
        percent, most = 100 * share, 100 * MOST_CLIPPED
        raise RecordingRefused("clipped", percent=percent, most=most)


def _cut(sound: Samples) -> Samples:
    """Without the silence before and after; none that is too long is left inside."""
    cut = trimmed(sound, RATE_HZ)
    seconds = len(cut) / RATE_HZ
    if seconds < LEAST_S:
        raise RecordingRefused("short", seconds=seconds, least=LEAST_S)
    length, at_s = _longest_pause(cut)
    if length > MOST_PAUSE_S:
        raise RecordingRefused("pause", seconds=length, at=at_s, most=MOST_PAUSE_S)
    return cut


def _longest_pause(sound: Samples) -> tuple[float, float]:
    """Its seconds and where it begins."""
    frame = round(FRAME_S * RATE_HZ)
    frames = sound[: len(sound) // frame * frame].reshape(-1, frame)
    levels = np.sqrt(np.mean(frames**2, axis=1))
    loud = np.flatnonzero(levels > levels.max() * 10 ** (PAUSE_DB / 20))
    gaps = np.diff(loud)
    if not len(gaps):
        return 0.0, 0.0
    longest = int(gaps.argmax())
    return float(gaps[longest] - 1) * FRAME_S, float(loud[longest] + 1) * FRAME_S


def _notes(seconds: float, text: str) -> tuple[str, ...]:
    expected = len(text) / LETTERS_A_S
    near = expected / FAR_OFF - SLACK_S <= seconds <= expected * FAR_OFF + SLACK_S
    if near:
        return ()
    return (said("looked_at", "slower", seconds=seconds, expected=expected),)
