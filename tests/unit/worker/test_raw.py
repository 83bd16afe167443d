"""A raw recording becomes a WAV file that others can read, with its loudness measured."""

from __future__ import annotations

import io
import wave

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.recordings.raw import (
    FRAME_BYTES,
    LONGEST_WAV_BYTES,
    RATE_HZ,
    RecordingTooLong,
    facts,
    wav_header,
    whole_frames,
)


def stereo(left: np.ndarray, right: np.ndarray) -> bytes:
    return np.column_stack((left, right)).astype("<i2").tobytes()


def test_the_header_is_read_by_others_as_stereo_8_khz() -> None:
    raw = stereo(np.arange(800), -np.arange(800))

    with wave.open(io.BytesIO(wav_header(len(raw)) + raw)) as file:
        assert file.getnchannels() == 2
        assert file.getframerate() == 8000
        assert file.getsampwidth() == 2
        assert file.getnframes() == 800
        assert file.readframes(800) == raw


def test_loudness_is_told_per_channel() -> None:
    seconds = np.arange(2 * RATE_HZ) / RATE_HZ
    tone = 32767 * np.sin(2 * np.pi * 440 * seconds)  # a full-scale sine: -3.01 dBFS
    raw = stereo(tone, tone / 10)

    told = facts([raw])

    assert told.seconds == 2.0
    assert told.left_dbfs == -3.0
    assert told.right_dbfs == -23.0


def test_silence_and_nothing_have_no_loudness() -> None:
    assert facts([bytes(FRAME_BYTES * 80)]).left_dbfs is None
    assert facts([]).seconds == 0


@given(
    raw=st.binary(max_size=400).map(lambda b: b[: whole_frames(len(b))]),
    cut=st.integers(0, 100),
)
def test_pieces_make_no_difference(raw: bytes, cut: int) -> None:
    cut = whole_frames(min(cut, len(raw)))

    assert facts([raw[:cut], raw[cut:]]) == facts([raw])


def test_what_does_not_fit_into_a_wav_file_is_refused() -> None:
    wav_header(whole_frames(LONGEST_WAV_BYTES))
    with pytest.raises(RecordingTooLong):
        wav_header(LONGEST_WAV_BYTES + 1)
