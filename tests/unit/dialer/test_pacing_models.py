"""What the models of pacing learn, against the laws that made the data."""

from __future__ import annotations

import random
from math import comb

import numpy as np
import pytest

from dialer.pacing.abandonment import Budget
from dialer.pacing.counts import shortage
from dialer.pacing.durations import Durations
from dialer.pacing.freeing import Freeing
from dialer.pacing.inbound import InboundCalls, agents_to_hold
from dialer.pacing.level import AnswerLevel
from dialer.pacing.ringing import RingingCalls

NOBODY = np.empty(0)


def test_shortage_of_equal_chances_is_the_binomial_sum() -> None:
    done = [comb(5, k) * 0.2**k * 0.8 ** (5 - k) for k in range(6)]
    calls = [comb(9, k) * 0.3**k * 0.7 ** (9 - k) for k in range(10)]
    expected = sum(
        calls[h] * done[d] for h in range(10) for d in range(6) if 2 + d - h <= 0
    )
    found = shortage(2, (1.0, 0.8), (2.7, 1.89))
    assert found == pytest.approx(expected, abs=1e-5)


def test_short_talks_that_end_first_do_not_make_talks_look_short() -> None:
    dice = random.Random(7)
    talks = Durations(median_s=90.0)
    ages = []
    for _ in range(400):  # all began together, 60 s ago; the mean talk is 120 s
        length_s = dice.expovariate(1 / 120.0)
        if length_s < 60.0:
            talks.ended(length_s)
        else:
            ages.append(60.0)
    hazard = talks.hazard(np.array(ages))
    still_there_after_30_s = float(np.exp(-hazard[60:90].sum()))
    assert still_there_after_30_s == pytest.approx(np.exp(-30 / 120), abs=0.12)


def test_an_agent_is_free_after_talk_and_wrap_up() -> None:
    dice = random.Random(8)
    freeing = Freeing()
    for _ in range(2000):
        freeing.talks.ended(dice.expovariate(1 / 100.0))
        freeing.wraps.ended(20.0 + dice.random())
    freeing.rebuild((15.0, 60.0), NOBODY, NOBODY)
    free_soon, free_later = freeing.after_talk[50]
    assert free_soon < 0.05  # the wrap-up alone takes 20 s
    assert free_later == pytest.approx(1 - np.exp(-39.5 / 100), abs=0.05)
    assert freeing.after_wrap[15, 0] > 0.9
    assert freeing.service_s == pytest.approx(120.5, rel=0.1)


def test_rings_give_the_chance_of_an_answer_by_age() -> None:
    dice = random.Random(9)
    rings = RingingCalls()
    for _ in range(6000):
        person = dice.random() < 0.25
        at_s = 6.0 + 6.0 * dice.random() if person else 25.0
        rings.ended(at_s, 1.0, human=person, other=not person)
    rings.rebuild(1.0, NOBODY, NOBODY)
    assert rings.share == pytest.approx(0.25, abs=0.01)
    assert rings.answers[0, -1] == pytest.approx(0.88 * 0.25, abs=0.03)
    assert rings.answers[30, -1] < 0.02  # nobody answers after 15 s
    assert rings.horizons_s == tuple(sorted(rings.horizons_s))


@pytest.mark.parametrize("factor", [2.0, 0.5])
def test_the_level_follows_a_doubled_or_halved_answer_rate(factor: float) -> None:
    dice = np.random.default_rng(10)
    level = AnswerLevel()
    for truth, answers in ((1.0, 400), (factor, 60)):
        for _ in range(int(answers / truth / 0.5)):
            level.learn(0.5, float(dice.poisson(0.5 * truth)))
    assert level.mean == pytest.approx(factor, rel=0.3)


def test_a_steady_level_is_known_well() -> None:
    dice = np.random.default_rng(11)
    level = AnswerLevel()
    for _ in range(3000):
        level.learn(0.5, float(dice.poisson(0.4)))
    assert level.mean == pytest.approx(0.8, rel=0.15)
    assert level.spread < 0.2


def test_budget_left_counts_what_leaves_a_rolling_window() -> None:
    budget = Budget(0.1, 1000.0)
    budget.human(0.0, 50.0)
    budget.human(900.0, 50.0)
    for _ in range(8):
        budget.abandon(900.0)
    budget.forget(1000.0)  # the first fifty are gone
    assert (budget.humans, budget.abandoned) == (50.0, 8.0)
    assert budget.allowance(1000.0, 0.0, 1e9).share == 0.0  # 8 of 50 is over 10 %
    assert budget.allowance(1000.0, 10.0, 1e9).share > 0.0  # work can repay them


def test_patience_is_learnt_from_callers_who_left_and_who_were_served() -> None:
    dice = random.Random(12)
    callers = InboundCalls()
    for _ in range(600):
        patience_s, served_s = dice.expovariate(1 / 60.0), dice.expovariate(1 / 40.0)
        callers.waited(min(patience_s, served_s), left=patience_s < served_s)
    assert callers.patience_s == pytest.approx(60.0, rel=0.2)


def test_nobody_is_thought_impatient_before_callers_have_left() -> None:
    callers = InboundCalls()
    for _ in range(100):
        callers.waited(5.0, left=False)
    assert callers.patience_s is None


def test_impatient_callers_need_fewer_agents_kept_when_they_are_many() -> None:
    patient, hasty = (
        agents_to_hold(0.12, 20, 140.0, (0.7, 20.0), patience_s)
        for patience_s in (None, 60.0)
    )
    assert 0 < hasty < patient


def test_more_inbound_calls_hold_more_agents_and_a_flood_holds_all() -> None:
    held = [agents_to_hold(rate, 30, 140.0, (0.9, 5.0)) for rate in (0.02, 0.1, 0.18, 0.5)]
    assert held == sorted(held)
    assert held[0] < held[2]
    assert held[-1] == 30
