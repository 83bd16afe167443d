"""Stays of agents are told apart by what was seen, and recordings are measured once."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from sim.faults.evidence import Stay
from sim.faults.looking import Seat
from sim.faults.silence import RATE
from sim.faults.watch import Watch


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    return Watch(create_async_engine("postgresql+asyncpg://nowhere/none"), tmp_path)


def told(watch: Watch) -> list[tuple[str, str, float, float]]:
    return [(s.agent, s.state, s.since, s.until) for s in watch.stays]


def test_a_stay_lasts_while_the_state_does(watch: Watch) -> None:
    for at in (1.0, 2.0, 3.0):
        watch.see([Seat("agent001", "idle", 7)], at)
    watch.see([Seat("agent001", "talking", 8)], 4.0)
    assert told(watch) == [
        ("agent001", "idle", 1.0, 3.0),
        ("agent001", "talking", 4.0, 4.0),
    ]


def test_two_talks_are_two_stays_and_a_leg_made_again_and_again_is_one(
    watch: Watch,
) -> None:
    watch.see([Seat("a", "talking", 1), Seat("b", "connecting", 2)], 1.0)
    watch.see([Seat("a", "talking", 5), Seat("b", "connecting", 6)], 2.0)
    assert told(watch) == [
        ("a", "talking", 1.0, 1.0),
        ("a", "talking", 2.0, 2.0),
        ("b", "connecting", 1.0, 2.0),
    ]


def test_nobody_misses_a_browser_that_is_not_meant_to_be_there(watch: Watch) -> None:
    there = [Seat("web001", "idle", 1)]
    watch.see(there, 1.0)
    assert list(watch.now) == []
    watch.browser_sits = True
    watch.see(there, 2.0)
    assert list(watch.now) == [Stay(agent="web001", state="idle", since=2.0, until=2.0)]
    watch.browser_sits = False
    watch.see(there, 3.0)
    assert list(watch.now) == []
    assert told(watch) == [("web001", "idle", 2.0, 2.0)]


def test_a_finished_recording_is_measured_and_removed(watch: Watch, tmp_path: Path) -> None:
    left = np.concatenate([np.zeros(2 * RATE), np.full(RATE, 3000.0)])
    frames = np.stack([left, np.zeros_like(left)], axis=1).astype("<i2")
    done, growing = tmp_path / "5511900000001-1.raw", tmp_path / "5511900000002-1.raw"
    for path in (done, growing):
        path.write_bytes(frames.tobytes())
    ended_at = time.time() - 60.0
    os.utime(done, (ended_at, ended_at))
    watch.listen()
    (quiet,) = watch.quiets
    assert (quiet.number, quiet.after_s, quiet.seconds) == ("5511900000001", 0.0, 2.0)
    assert quiet.answered_at == pytest.approx(ended_at - 3.0)
    assert list(tmp_path.glob("*.raw")) == [growing]
