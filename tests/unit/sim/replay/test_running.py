"""A day is played again and again until there is enough, in one process or in several."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from dialer.pacing import Policy
from sim.replay.errors import UnknownPolicy
from sim.replay.recorded import Recorded
from sim.replay.running import LEAST, shifts
from sim.replay.tried import OTHERS, OURS, as_it_was, check_name, other
from sim.world.floor.shifts import Step
from sim.world.replay.day import DayCall, RecordedDay, Worked

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
MINUTES = 4


@pytest.fixture
def recorded() -> Recorded:
    """A few minutes of three agents."""
    calls = tuple(
        DayCall(n / 2, "human", 4.0, waited_s=0.1, talk_s=10.0 + n % 40, wrap_s=5.0)
        if n % 3 == 0
        else DayCall(n / 2, "no_answer", 12.0)
        for n in range(MINUTES * 120)
    )
    worked = Worked(
        placed=480, answered=160, abandoned=0, talk_s=300, wrap_s=50, logged_in_s=720
    )
    day = RecordedDay(
        seconds=MINUTES * 60.0, hour_s=0.0, calls=calls, closed=(), agents=3, worked=worked,
        steps=tuple(Step(0.0, f"a{n}", "in") for n in range(3)),
        ring_limit_s=25.0, threshold_s=2.0,
    )  # fmt: skip
    policy = Policy(limits=((0.03, 3600.0),))
    return Recorded(
        campaign=UUID(int=1), name="Março", since=AT, until=AT, day=day,
        plan=((0.0, policy),), now=policy,
    )  # fmt: skip


def test_several_processes_play_what_one_plays(recorded: Recorded) -> None:
    tried = [as_it_was(recorded), other(recorded, "one-to-one", None)]
    alone = shifts(recorded, tried, range(5, 8))
    assert shifts(recorded, tried, range(5, 8), jobs=2) == alone
    assert [len(played) for played in alone] == [3, 3]
    assert alone[0] != alone[1]


@pytest.mark.parametrize("jobs", [1, 2])
def test_enough_ends_it_where_all_settings_have_met_the_same_people(
    recorded: Recorded, jobs: int
) -> None:
    told: list[tuple[int, int]] = []
    tried = [other(recorded, name, None) for name in ("one-to-one", "ratio:2")]
    seeds = range(40)
    found = shifts(
        recorded, tried, seeds, jobs=jobs, tell=lambda *done: told.append(done),
        enough=lambda: len(told) >= 9,
    )  # fmt: skip
    assert [len(played) for played in found] == [5, 5]
    assert told[-1] == (80, 80)
    always = shifts(recorded, tried, seeds, jobs=jobs, enough=lambda: True)
    assert always == [played[:LEAST] for played in found]


def test_a_name_is_known_before_anything_is_read() -> None:
    for name in (*OURS, *OTHERS, "ratio:1", "ratio:2.5", "ratio:20"):
        check_name(name)
    for wrong in ("manual", "agentless", "ratio", "ratio:", "ratio:0.5", "ratio:21", "x"):
        with pytest.raises(UnknownPolicy):
            check_name(wrong)
