"""What the core learns of a machine detector, and where its clock starts."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from dialer.pacing import (
    Answered,
    Event,
    Greeted,
    Judged,
    Pacer,
    Placed,
    Policy,
    Resolved,
    Snapshot,
)
from dialer.pacing.detector import Detector
from dialer.pacing.events import CallOutcome
from dialer.pacing.ledger import LiveCall, Stage
from dialer.pacing.policy import ClockStart

LIMITS = ((0.03, 4 * 3600.0),)


def detector(**settings: object) -> Detector:
    return Detector(Policy(**{"limits": LIMITS, "amd": True, **settings}))  # type: ignore[arg-type]


def an_answered(answered_s: float = 10.0, stage: Stage = Stage.UNDECIDED) -> LiveCall:
    return LiveCall(placed_s=0.0, stage=stage, answered_s=answered_s)


def test_delay_and_share_of_people_are_learnt_from_verdicts() -> None:
    known = detector()
    for n in range(400):
        known.decided(an_answered(), 13.0, person=n % 4 == 0)
    assert known.delay_s == pytest.approx(3.0, abs=0.1)
    assert known.person_share == pytest.approx(0.25, abs=0.1)


def test_people_among_machines_are_learnt_from_reviewed_samples_alone() -> None:
    known = detector()
    assert known.error_share == pytest.approx(0.01)
    for n in range(300):
        assert known.judged(an_answered(stage=Stage.OVER), n % 10 == 0) == float(
            n % 10 == 0
        )
    assert known.error_share == pytest.approx(0.1, abs=0.01)
    heard = an_answered(stage=Stage.OVER)
    heard.counted = True  # as a person: says nothing of those who are missed
    assert known.judged(heard, True) == 0.0


def test_what_was_charged_on_suspicion_is_put_right_by_the_review() -> None:
    known = detector(amd_errors_count=True)
    suspected = an_answered(stage=Stage.OVER)
    suspected.doubt = 0.02
    assert known.judged(suspected, person=True) == pytest.approx(0.98)
    innocent = an_answered(stage=Stage.OVER)
    innocent.doubt = 0.02
    assert known.judged(innocent, person=False) == pytest.approx(-0.02)


@pytest.mark.parametrize(
    ("clock_start", "later_s"),
    [("connect", 0.0), ("greeting_start", 0.5), ("greeting_end", 2.5)],
)
def test_the_clock_starts_where_it_is_set_to(
    clock_start: ClockStart, later_s: float
) -> None:
    known = detector(amd=False, clock_start=clock_start, threshold_s=2.0)
    for _ in range(300):
        known.greeted(an_answered(10.0), 10.5, 12.5)
    assert known.need_to_limit_s == pytest.approx(later_s + 2.0 - 0.1, abs=0.02)


def answered(calls: int, person: bool, clock_start: ClockStart) -> Iterable[Event]:
    outcome: CallOutcome = "human" if person else "machine"
    for n in range(calls):
        at_s, call = 30.0 * n, f"c{n}"
        ended_s = at_s + 12.0
        yield Placed(at_s=at_s, call=call)
        yield Answered(at_s=at_s + 9.0, call=call)
        if clock_start != "connect":
            yield Greeted(at_s=ended_s, call=call, start_s=at_s + 10.0, end_s=ended_s)
        yield Resolved(at_s=ended_s, call=call, outcome=outcome)


def test_a_later_clock_leaves_agents_more_time_to_come_free() -> None:
    """With 2.6 s more until a person counts as abandoned, more agents are there in time."""
    now_s = 40 * 30.0 + 26.0
    talking = {f"a{n}": now_s - 5.0 * n for n in range(60)}
    soon: dict[str, float] = {}
    clocks: tuple[ClockStart, ...] = ("connect", "greeting_start", "greeting_end")
    for clock_start in clocks:
        policy = Policy(limits=LIMITS, clock_start=clock_start)
        pacer = Pacer(policy, answered(40, True, clock_start))
        decision = pacer.decide(now_s, Snapshot(idle=1, room=999, talking=talking))
        soon[clock_start] = decision.reasons[-1].figures["soon_free"]
    assert soon["greeting_end"] > 1.1 * soon["connect"]
    assert soon["greeting_end"] > soon["greeting_start"] > soon["connect"]


def test_suspected_people_are_charged_before_any_review() -> None:
    for count, expected in ((True, True), (False, False)):
        policy = Policy(limits=LIMITS, amd=True, amd_errors_count=count)
        pacer = Pacer(policy, answered(50, False, "connect"))
        assert (pacer.budgets[0].abandoned > 0.1) is expected
        before = pacer.budgets[0].abandoned
        pacer.observe(Judged(at_s=5000.0, call="c7", person=True))
        assert (pacer.budgets[0].abandoned > before + 0.5) is expected
