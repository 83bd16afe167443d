"""Several limits at once, the last drops of a window, clusters, and the beginning."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from dialer.pacing import (
    Abandoned,
    Answered,
    Decision,
    Pacer,
    Placed,
    Policy,
    Resolved,
    Snapshot,
)
from dialer.pacing.abandonment import Budget
from dialer.pacing.steady import offered_load_erl

SHIFT, DAY, MONTH = 4 * 3600.0, 86_400.0, 30 * 86_400.0


def told(pacer: Pacer, people: int, abandoned: int, at_s: float = 100.0) -> None:
    for n in range(people):
        call = f"{at_s}-{n}"
        pacer.observe(Placed(at_s=at_s, call=call))
        pacer.observe(Resolved(at_s=at_s, call=call, outcome="human"))
        if n < abandoned:
            pacer.observe(Abandoned(at_s=at_s, call=call))


def decided(pacer: Pacer, now_s: float = 200.0) -> Decision:
    talking = {f"a{n}": now_s - 5.0 * n for n in range(30)}
    return pacer.decide(now_s, Snapshot(idle=0, room=500, talking=talking))


def figure(decision: Decision, name: str) -> float:
    return next(r.figures[name] for r in decision.reasons if name in r.figures)


@pytest.mark.parametrize(
    ("limits", "binds"),
    [
        (((0.03, SHIFT), (0.01, DAY)), 0.01),
        (((0.01, SHIFT), (0.03, DAY)), 0.01),
        (((0.02, SHIFT), (0.03, DAY), (0.025, MONTH)), 0.02),
    ],
)
def test_of_several_limits_the_strictest_binds(
    limits: tuple[tuple[float, float], ...], binds: float
) -> None:
    pacer = Pacer(Policy(limits=limits))
    told(pacer, 200, 0)
    assert figure(decided(pacer), "target") == binds


def test_a_looser_limit_that_is_spent_binds_before_a_stricter_one_that_is_not() -> None:
    pacer = Pacer(Policy(limits=((0.02, SHIFT), (0.03, MONTH))))
    told(pacer, 2000, 400, at_s=100.0)  # days ago; the month remembers it, the shift not
    told(pacer, 100, 0, at_s=3 * DAY)
    decision = decided(pacer, 3 * DAY + 60.0)
    assert figure(decision, "target") == 0.03
    assert decision.reasons[0].code == "budget_spent"
    assert decision.calls == 0


def shares(abandoned: int, coming_s: float, full: float = 1.0) -> float:
    """Of the answers to come: one each ten seconds, over four hours."""
    budget = Budget(0.03, 14_400.0)
    budget.begin(0.0)
    now_s = 14_400.0 - coming_s
    budget.human(now_s, 0.1 * now_s)
    for n in range(abandoned):
        budget.abandon(30.0 * n)
    budget.forget(now_s)
    return budget.allowance(now_s, 0.1, 1e9, full).share


def test_fewer_drops_left_mean_a_smaller_share_down_to_nearly_nothing() -> None:
    left = [shares(drops, 3600.0) for drops in (0, 10, 20, 35, 42, 60)]
    assert left == sorted(left, reverse=True)
    assert left[0] > 0.03
    assert 0.0 < left[4] < 0.001
    assert left[5] == 0.0


def test_without_a_drop_left_the_risk_of_all_the_rest_stays_a_few_hundredths() -> None:
    """It is asked anew each moment and must not add up to a drop."""
    risk, left_s = 0.0, 7200.0
    while left_s > 10.0:
        risk += shares(42, left_s) * 0.1 * 10.0
        left_s -= 10.0
    assert 0.0 < risk < 0.1


def test_work_goes_on_while_it_could_repay_what_was_spent() -> None:
    """One to one would halve the answers, and so never repay."""
    assert shares(44, 3600.0) == 0.0  # 43.2 were allowed
    assert 0.0 < shares(44, 3600.0, full=1.2) < 0.001
    assert 0.0 < shares(46, 60.0) < 0.001  # the window rolls on
    assert shares(60, 60.0, full=1.2) == 0.0


def test_the_last_drop_is_spent_the_less_the_surer_it_is_that_none_is_left() -> None:
    early = [shares(drops, 7200.0) for drops in range(30, 44)]
    late = [shares(drops, 60.0) for drops in range(30, 44)]
    for left in (early, late):
        assert left == sorted(left, reverse=True)
    falls = [after / before for before, after in pairwise(early) if before > 0.0004]
    assert min(falls) > 0.2  # no step
    assert late[-1] < 0.001  # in the last minute nothing will be repaid


def test_people_whom_the_detector_will_miss_are_planned_for() -> None:
    known, blind = (Budget(0.03, 14_400.0) for _ in range(2))
    for budget in (known, blind):
        budget.human(3600.0, 500.0)
    known.miss(3600.0, 5.0)
    left = [budget.allowance(3600.0, 0.05, 1e9) for budget in (known, blind)]
    assert left[0].share < left[1].share - 0.008  # one percent of those to come as well
    known.miss(3600.0, -5.0)
    assert known.humans == blind.humans


def test_drops_that_come_together_are_saved_up_for() -> None:
    apart, together = (Budget(0.03, 14_400.0) for _ in range(2))
    for n in range(40):
        apart.abandon(100.0 * n)
        together.abandon(100.0 * (n // 8))
    for budget in (apart, together):
        budget.human(4000.0, 1500.0)
    left = [budget.allowance(4000.0, 0.02, 1e9).share for budget in (apart, together)]
    assert left[1] < left[0]


def test_the_beginning_rings_one_call_each_and_what_erlang_b_allows() -> None:
    pacer = Pacer(Policy(limits=((0.03, SHIFT),)))
    calls: dict[str, float] = {}
    at_s = 0.0
    while at_s < 8.0:
        decision = pacer.decide(at_s, Snapshot(idle=20, room=999, ringing=calls))
        for _ in range(decision.calls):
            call = f"c{len(calls)}"
            pacer.observe(Placed(at_s=at_s, call=call))
            calls[call] = at_s
        at_s += 0.5
    assert decision.reasons[0].code in {"lines_per_agent", "risk"}
    assert 20 <= len(calls) <= 32


@pytest.mark.parametrize(("agents", "load_erl"), [(5, 1.875), (20, 13.997), (100, 90.79)])
def test_blind_lines_are_the_load_of_the_printed_loss_tables(
    agents: int, load_erl: float
) -> None:
    assert offered_load_erl(agents, 0.03) == pytest.approx(load_erl, abs=0.05)


def test_what_cannot_be_used_leaves_what_was_learnt_as_it_was() -> None:
    """News of strangers and clocks that go back are refused, and nothing is lost."""
    wild = np.random.default_rng(5)
    clean, rude = (Pacer(Policy(limits=((0.03, SHIFT),))) for _ in range(2))
    for n in range(200):
        at_s, call = 10.0 * n, f"c{n}"
        human = bool(wild.random() < 0.3)
        for pacer in (clean, rude):
            pacer.observe(Placed(at_s=at_s, call=call))
            pacer.observe(
                Resolved(at_s=at_s + 9, call=call, outcome="human" if human else "busy")
            )
        for bad in (Answered(at_s=at_s + 9, call="?"), Placed(at_s=at_s - 50, call="late")):
            with pytest.raises(ValueError, match=r"."):
                rude.observe(bad)
        with pytest.raises(ValueError, match=r"."):
            rude.decide(at_s + 9, Snapshot(idle=-1, room=5))
        floor = Snapshot(idle=3, room=50, talking={"a": at_s - 20.0})
        assert clean.decide(at_s + 9, floor) == rude.decide(at_s + 9, floor)
