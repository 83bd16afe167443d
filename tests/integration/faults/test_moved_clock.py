"""One process's wall clock is moved while it runs; its monotonic clock goes on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from foundation.embedded.program import Program
from foundation.home import Home
from foundation.settings import ProcessSettings
from sim.faults.moved_clock import library, movable, move

TELL = """
import sys, time
for _ in sys.stdin:
    print(time.time(), time.monotonic(), flush=True)
"""
PATIENCE_S = 20.0


def test_it_jumps_there_and_back(tmp_path: Path) -> None:
    home = Home(tmp_path)
    program = Program(name="told", argv=(sys.executable, "-c", TELL), ready=lambda: True)
    moved = movable(program, home, library(ProcessSettings(), print))
    with subprocess.Popen(
        moved.argv,
        env={**os.environ, **moved.env},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def off_by_s() -> tuple[float, float]:
            assert process.stdin is not None
            assert process.stdout is not None
            print("now", file=process.stdin, flush=True)
            wall, monotonic = map(float, process.stdout.readline().split())
            return wall - time.time(), monotonic - time.monotonic()

        def becomes(seconds: float) -> float:
            deadline = time.monotonic() + PATIENCE_S
            while time.monotonic() < deadline:
                wall, monotonic = off_by_s()
                if wall == pytest.approx(seconds, abs=1.0):
                    return monotonic
                time.sleep(0.1)
            raise AssertionError(f"off by {wall:.1f} s, wanted {seconds}")

        assert becomes(0.0) == pytest.approx(0.0, abs=1.0)
        move(home, 600)
        assert becomes(600.0) == pytest.approx(0.0, abs=1.0)
        move(home, -45)
        assert becomes(-45.0) == pytest.approx(0.0, abs=1.0)
        process.stdin.close()
        assert process.wait(PATIENCE_S) == 0
