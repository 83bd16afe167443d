"""The people of a day, drawn again: by the hour, in blocks, with what is not known."""

from __future__ import annotations

from itertools import pairwise
from math import inf

import numpy as np
import pytest

from sim.world.floor.leads import Lead
from sim.world.replay.day import DayCall, RecordedDay, Worked
from sim.world.replay.leads import ReplayedLeads, impatience, pools

HOUR_S = 3600.0
NOTHING = Worked(placed=0, answered=0, abandoned=0, talk_s=0, wrap_s=0, logged_in_s=1)


def a_day(calls: list[DayCall], *, seconds: float = 2 * HOUR_S) -> RecordedDay:
    return RecordedDay(
        seconds=seconds, hour_s=0.0, calls=tuple(calls), steps=(), closed=(), agents=5,
        worked=NOTHING, ring_limit_s=30.0, threshold_s=2.0,
    )  # fmt: skip


def person(at_s: float, talk_s: float = 60.0, **more: object) -> DayCall:
    told = {"waited_s": 0.0, "talk_s": talk_s, "wrap_s": 10.0} | more
    return DayCall(at_s, "human", 8.0, **told)  # type: ignore[arg-type]


def nobody(at_s: float, after_s: float = 30.0) -> DayCall:
    return DayCall(at_s, "no_answer", after_s)


def some(leads: ReplayedLeads, count: int, at_s: float = 0.0) -> list[Lead]:
    return [leads.take(at_s) for _ in range(count)]


def outcomes(leads: list[Lead]) -> list[str]:
    return [lead.ending[0] for lead in leads if lead.ending is not None]


def two_hours() -> RecordedDay:
    """In the first hour half of the people answer, in the second one of ten."""
    first = [person(7.0 * n) if n % 2 else nobody(7.0 * n) for n in range(500)]
    later = [
        person(HOUR_S + 7 * n, 90.0) if n % 10 == 0 else nobody(HOUR_S + 7 * n)
        for n in range(500)
    ]
    return a_day([*first, *later])


def test_each_hour_has_its_own_people() -> None:
    leads = ReplayedLeads(two_hours(), 1)
    early, late = some(leads, 2000), some(leads, 2000, HOUR_S + 1)
    assert outcomes(early).count("human") / 2000 == pytest.approx(0.5, abs=0.02)
    assert outcomes(late).count("human") / 2000 == pytest.approx(0.1, abs=0.02)
    assert {lead.talk_s for lead in late} == {90.0}


def test_two_settings_meet_the_same_people_whatever_their_pace() -> None:
    day = two_hours()
    quick, slow = ReplayedLeads(day, 3), ReplayedLeads(day, 3)
    some(quick, 900)
    some(slow, 200)
    assert some(quick, 300, HOUR_S) == some(slow, 300, HOUR_S)
    told = a_day([person(n, talk_s=n) for n in range(500)])
    assert some(ReplayedLeads(told, 4), 300) != some(ReplayedLeads(told, 3), 300)


def test_neighbours_stay_together() -> None:
    """A stretch of bad numbers is drawn as a stretch."""
    day = a_day(
        [person(n) if n < 300 else nobody(n) for n in range(600)], seconds=HOUR_S / 2
    )
    told = outcomes(some(ReplayedLeads(day, 1), 3000))
    changes = sum(a != b for a, b in pairwise(told))
    assert changes < 3000 / 10
    assert told.count("human") / 3000 == pytest.approx(0.5, abs=0.15)


def test_an_hour_with_few_calls_borrows_from_those_around() -> None:
    day = a_day([*(person(n) for n in range(300)), nobody(HOUR_S + 5)])
    assert len(pools(day)[0].calls) == 300
    assert len(pools(day)[1].calls) == 301


def test_a_call_that_was_given_up_goes_on_as_those_that_rang_longer() -> None:
    late = [
        DayCall(n, "human", 25.0, waited_s=0.0, talk_s=50.0, wrap_s=5.0) for n in range(20)
    ]
    calls = [*late, *(nobody(20 + n) for n in range(60)), *(person(n) for n in range(80))]
    given_up = [DayCall(n, "cancelled", 16.0) for n in range(40)]
    leads = some(ReplayedLeads(a_day(calls + given_up, seconds=HOUR_S), 1), 20_000)
    told = [lead.ending for lead in leads]
    assert "cancelled" not in outcomes(leads)
    assert told.count(("human", 25.0)) / 20_000 == pytest.approx(
        (20 + 40 / 4) / 200, abs=0.03
    )
    assert told.count(("human", 8.0)) / 20_000 == pytest.approx(80 / 200, abs=0.03)


def test_the_last_one_that_was_given_up_rings_out() -> None:
    pool = pools(a_day([person(0), DayCall(1, "cancelled", 28.0)], seconds=HOUR_S))[0]
    found = pool.went_on(pool.calls[1], 30.0, np.random.default_rng(1))
    assert found == ("no_answer", 30.0)


def test_who_was_lost_talks_as_others_do() -> None:
    lost = [DayCall(n, "human", 8.0, waited_s=2.0) for n in range(100)]
    day = a_day([*lost, *(person(n, 77.0) for n in range(100))], seconds=HOUR_S)
    assert {lead.talk_s for lead in some(ReplayedLeads(day, 1), 300)} == {77.0}


def test_patience_is_learnt_from_who_waited() -> None:
    waited = [person(n, waited_s=1.0) for n in range(30)]
    left = [DayCall(n, "human", 8.0, waited_s=1.0, left=True) for n in range(10)]
    assert impatience([*waited, *left]) == pytest.approx(10 / 40)
    assert impatience(waited) == 0.0
    leads = some(ReplayedLeads(a_day([*waited, *left], seconds=HOUR_S), 1), 800)
    assert {lead.patience_s for lead in leads if lead.patience_s <= 1.0} == {1.0}
    stayed = [lead.patience_s - 1.0 for lead in leads if lead.patience_s > 1.0]
    assert np.mean(stayed) == pytest.approx(4.0, rel=0.2)


def test_nobody_leaves_where_nobody_was_seen_to() -> None:
    day = a_day([person(n) for n in range(200)], seconds=HOUR_S)
    assert {lead.patience_s for lead in some(ReplayedLeads(day, 1), 100)} == {inf}


def test_rings_can_be_stretched() -> None:
    day = a_day([person(n) for n in range(200)], seconds=HOUR_S)
    leads = some(ReplayedLeads(day, 1, rings=2.0), 50)
    assert {lead.ending for lead in leads} == {("human", 16.0)}


def test_scores_are_those_of_the_next_leads() -> None:
    calls = [
        DayCall(n, "no_answer", 30.0, score=n / 1000 if n % 5 else None) for n in range(300)
    ]
    leads = ReplayedLeads(a_day([*calls, person(301)], seconds=HOUR_S), 1)
    ahead = leads.scores(100)
    told = [lead.score for lead in some(leads, 100)]
    assert all(a == b for a, b in zip(ahead, told, strict=True) if b is not None)
    assert None in told
    assert None not in ahead
