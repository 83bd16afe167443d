"""The clips as the simulated switches play them."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import clips
from sim.personas import sounds
from tests.integration.carrier.caller import linear


@given(st.integers(-32768, 32767))
def test_a_sample_comes_back_as_near_as_the_law_allows(sample: int) -> None:
    (byte,) = clips.alaw(np.array([sample], dtype=np.int16))
    # a segment of 2^n has 16 steps: the error is at most half of one, 1/32 of the size
    assert abs(linear(byte) - sample) <= max(abs(sample) / 31, 8) + 8


def test_every_clip_is_written_under_the_name_it_is_played_by(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("sounds")
    clips.encode_all(folder)
    for category in sounds.CATEGORIES:
        for sound_id in sounds.ids(category):
            file = folder / f"{sounds.playable(sound_id)}.alaw"
            assert file.stat().st_size == round(sounds.seconds(sound_id) * 8000)


def test_a_clip_that_is_there_is_not_made_again(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("sounds")
    clips.encode_all(folder)
    kept, old = sorted(folder.glob("*.alaw"))[:2]
    kept.write_bytes(b"kept")
    old_size = old.stat().st_size
    old.write_bytes(b"")
    os.utime(old, (0, 0))
    clips.encode_all(folder)
    assert kept.read_bytes() == b"kept"
    assert old.stat().st_size == old_size
    assert not list(folder.rglob("*.draft"))
