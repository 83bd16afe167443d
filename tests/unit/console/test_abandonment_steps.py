"""Early steps of the abandonment: once a day each, upward, and quiet otherwise."""

from __future__ import annotations

from datetime import date, timedelta

from agent_console.supervision.abandonment_steps import AbandonmentSteps
from cobranca.compliance.meters.model import Brake, Meter, Reading, Scope

DAY = date(2026, 3, 10)
KEY: tuple[Scope, str] = ("cli", "+551130001000")


def reading(
    used: float, meter: Meter = "abandonment", brake: Brake | None = None
) -> Reading:
    return Reading(
        meter=meter, scope="cli", name=KEY[1], used=used, share=0.03 * used, calls=900,
        brake=brake,
    )  # fmt: skip


def test_a_step_stays_told_for_the_day_though_the_rate_goes_up_and_down() -> None:
    steps = AbandonmentSteps()
    course = [0.59, 0.60, 0.58, 0.61, 0.80, 0.70, 0.94]
    told = [steps.crossed(DAY, [reading(used)]) for used in course]
    assert [one.get(KEY) for one in told] == [None, 0.6, 0.6, 0.6, 0.8, 0.8, 0.8]


def test_the_last_alarm_and_the_brake_take_its_place_while_they_last() -> None:
    steps = AbandonmentSteps()
    assert steps.crossed(DAY, [reading(0.95)]) == {}
    assert steps.crossed(DAY, [reading(1.1, brake="slow")]) == {}
    assert steps.crossed(DAY, [reading(0.5)]) == {KEY: 0.8}


def test_a_new_day_begins_with_what_holds_then() -> None:
    steps = AbandonmentSteps()
    steps.crossed(DAY, [reading(0.8)])
    tomorrow = DAY + timedelta(days=1)
    assert steps.crossed(tomorrow, []) == {}
    assert steps.crossed(tomorrow, [reading(0.7)]) == {KEY: 0.6}


def test_other_meters_have_no_such_steps() -> None:
    assert AbandonmentSteps().crossed(DAY, [reading(0.7, "short")]) == {}
