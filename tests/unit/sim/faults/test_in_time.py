"""A run with a time of its own ends in time, and says what it left out."""

from __future__ import annotations

import random
import time
from types import SimpleNamespace
from typing import cast

import pytest

from sim.faults.centre import Centre
from sim.faults.doing import Scene
from sim.faults.kinds import BY_NAME, Kind
from sim.faults.suite import _Suite
from sim.faults.watch import Watch


class _Deaf:
    """A centre of which nothing is asked."""

    engine = heard = settings = None

    def say(self, line: str) -> None:
        raise AssertionError(line)


@pytest.fixture
def suite() -> _Suite:
    centre = cast(Centre, _Deaf())
    return _Suite(centre, cast(Watch, None), random.Random(1))


@pytest.mark.parametrize(
    ("left_s", "done", "left_out"),
    [
        (60.0, 3, []),
        (-1.0, 0, ["kill -9 no dialer: 0 de 2, o tempo dado acabou",
                   "kill -9 na ura: 0 de 1, o tempo dado acabou"]),
    ],
)  # fmt: skip
async def test_what_is_done_and_what_is_said(
    suite: _Suite, monkeypatch: pytest.MonkeyPatch,
    left_s: float, done: int, left_out: list[str],
) -> None:  # fmt: skip
    tried = []

    async def try_it(kind: Kind, nth: int, _: Scene) -> None:
        tried.append((kind.name, nth))

    monkeypatch.setattr(suite, "_tried", try_it)
    planned = [(BY_NAME["kill_dialer"], 2), (BY_NAME["kill_ura"], 1)]
    await suite.do(planned, time.monotonic() + left_s)
    assert len(tried) == done
    assert suite.not_done == left_out


async def test_what_was_begun_in_time_counts(
    suite: _Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = 0.0

    async def try_it(*_: object) -> None:
        nonlocal now_s
        now_s += 1.0

    monkeypatch.setattr(suite, "_tried", try_it)
    clock = SimpleNamespace(monotonic=lambda: now_s)
    monkeypatch.setattr("sim.faults.suite.time", clock)
    await suite.do([(BY_NAME["kill_dialer"], 9)], 3.0)
    assert suite.not_done == ["kill -9 no dialer: 3 de 9, o tempo dado acabou"]
