"""The decisions that are told: rows that say why, bounded, and the picture of now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from dialer.pacing import Decision, Pacer, Placed, Policy, Reason, Resolved, Snapshot
from dialer.pacing.events import CallOutcome
from dialer.shell import decisions
from dialer.shell.decisions import DecisionLog, Picture

ONE, TWO = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 3, 10, 13, tzinfo=UTC)
EMPTY = Picture(free=0, ringing=0, waiting=0, busy=0)


def decided(calls: int = 0, code: str = "risk") -> Decision:
    return Decision(calls=calls, reasons=(Reason(code, {"calls": float(calls)}),))


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_waiting_for_one_reason_is_one_row_and_each_placing_is_its_own() -> None:
    log = DecisionLog()
    for n in range(8):
        log.take(ONE, decided(), EMPTY, after(n / 4))
    log.take(ONE, decided(2), EMPTY, after(2))
    log.take(ONE, decided(2), EMPTY, after(2.25))
    told = [(row.calls, row.count) for row in log.fresh()]
    assert told == [(0, 8), (2, 1), (2, 1)]
    assert log.fresh() == []


def test_another_reason_begins_another_row() -> None:
    log = DecisionLog()
    log.take(ONE, decided(code="risk"), EMPTY, NOW)
    log.take(ONE, decided(code="one_to_one"), EMPTY, after(1))
    log.take(TWO, decided(code="one_to_one"), EMPTY, after(1))
    assert [row.reasons[0].code for row in log.fresh()] == ["risk"]
    log.forget(set())
    assert {row.campaign for row in log.fresh()} == {ONE, TWO}


def test_a_long_wait_is_told_while_it_lasts() -> None:
    log = DecisionLog()
    for n in range(60):
        log.take(ONE, decided(), EMPTY, after(n / 4))
    rows = log.fresh()
    assert len(rows) == 2
    assert all(row.until - row.at == timedelta(seconds=5) for row in rows)


def test_what_nobody_asks_for_is_forgotten_from_the_oldest_on() -> None:
    log = DecisionLog()
    for n in range(decisions.MOST + 10):
        log.take(ONE, decided(1), EMPTY, after(n))
    rows = log.fresh()
    assert (len(rows), rows[0].at) == (decisions.MOST, after(10))


def test_the_picture_has_the_figures_of_the_decision() -> None:
    pacer = Pacer(Policy(limits=((0.03, 86_400.0),)))
    for n in range(50):
        pacer.observe(Placed(at_s=float(n), call=str(n)))
        outcome: CallOutcome = "human" if n % 4 == 0 else "busy"
        pacer.observe(Resolved(at_s=n + 0.5, call=str(n), outcome=outcome))
    floor = Snapshot(
        idle=3, room=99, ringing={"x": 58.0, "y": 59.0}, talking={"a": 30.0, "b": 55.0}
    )
    picture = Picture.of(floor, pacer.decide(60.0, floor), pacer.budgets)
    assert (picture.free, picture.ringing, picture.busy) == (3, 2, 2)
    assert picture.target == 0.03
    assert picture.soon_free is not None
    assert 0 <= picture.soon_free <= 2
    assert picture.answers is not None
    assert 0 < picture.answers < 2
    assert picture.risk is not None
    assert 0 <= picture.risk <= 1
    event = picture.as_event(ONE, "predictive")
    assert event["campaign"] == str(ONE)
    assert event["budget_left"] == round(picture.budget_left or 0, 4)
    assert event["rates"] == ((86_400.0, 0.03, 0.0),)
