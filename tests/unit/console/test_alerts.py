"""Alerts: each one comes when it should, and only then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from agent_console.supervision.alerts import Alert, Facts, Metered, Watched, alerts
from agent_console.supervision.checks import Check, last_check
from agent_console.texts import TEXTS
from cobranca.compliance.meters.model import Brake, Meter, Reading
from dialer.figures.abandonment import Rate

GIB = 2**30
AT = datetime(2026, 3, 10, 13, 0, 5, tzinfo=UTC)
LATE = Check(at=AT, s_ago=20.1, violations=0)
TOO_MUCH = Watched("Maio", "running", Rate(4, 100))
WELL = Facts(
    leads=True, bus=True, lacks=(), told_s_ago=1.0, seated=3,
    campaigns=[Watched("Maio", "running", Rate(3, 100))],
    free_bytes=50 * GIB, disk_bytes=100 * GIB, behind_s=2.0,
)  # fmt: skip


def codes(**changed: object) -> list[str]:
    return [alert.code for alert in alerts(replace(WELL, **changed))]  # type: ignore[arg-type]


def test_when_all_is_well_nothing_is_said() -> None:
    assert codes() == []
    assert codes(campaigns=[], seated=0) == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"leads": False, "lacks": ("switch",)}, ["not_leading"]),
        ({"lacks": ("switch",)}, ["event_gap"]),
        ({"lacks": ("trunk",)}, ["trunk_down"]),
        ({"aside": ("a", "b")}, ["route_aside"]),
        ({"minors": ("Ana",)}, ["minor_met"]),
        ({"lacks": ("database", "leadership")}, ["log_behind"]),
        ({"lacks": ("draining",)}, ["draining"]),
        ({"told_s_ago": None}, ["dialer_silent"]),
        ({"told_s_ago": 16.0}, ["dialer_silent"]),
        ({"told_s_ago": 16.0, "bus": False}, []),
        ({"campaigns": [TOO_MUCH]}, ["abandonment"]),
        ({"campaigns": [Watched("Maio", "running", Rate(1, 19))]}, []),
        ({"seated": 0}, ["no_agents"]),
        ({"seated": 0, "bus": False}, []),
        ({"free_bytes": 4 * GIB}, ["disk_low"]),
        ({"free_bytes": 4 * GIB, "disk_bytes": 20 * GIB}, []),
        ({"behind_s": 61.0}, ["worker_behind"]),
        ({"impossible": [("Reserva", "posição a")]}, ["impossible"]),
        ({"check": LATE}, ["unchecked"]),
        ({"check": replace(LATE, violations=None)}, ["unchecked"]),
        ({"check": replace(LATE, s_ago=20.0)}, []),
        ({"check": LATE, "bus": False}, []),
        ({"check": LATE, "told_s_ago": 16.0}, ["dialer_silent"]),
        ({"check": LATE, "lacks": ("switch",)}, ["event_gap"]),
        ({"check": LATE, "leads": False}, ["not_leading"]),
        ({"behind_s": 61.0, "lacks": ("trunk",)}, ["trunk_down", "worker_behind"]),
    ],
)
def test_each_trouble_is_told(changed: dict[str, object], expected: list[str]) -> None:
    assert codes(**changed) == expected


def reading(meter: Meter, used: float, brake: Brake | None = None) -> Metered:
    read = Reading(
        meter=meter, scope="cli", name="+551130001000", used=used, share=0.5, calls=9,
        brake=brake,
    )  # fmt: skip
    return Metered(read, "A frase.")


@pytest.mark.parametrize(
    ("metered", "expected"),
    [
        (reading("short", 0.59), []),
        (reading("short", 0.60), [("meter_short", "warn")]),
        (reading("short", 0.70, "stop"), [("meter_short", "bad")]),
        (reading("month", 0.80), [("meter_month", "warn")]),
        (reading("month", 0.95), [("meter_month", "bad")]),
        (reading("abandonment", 0.94), []),  # where pacing aims: told as a step
        (reading("abandonment", 0.96), [("meter_abandonment", "bad")]),
        (reading("abandonment", 1.2, "slow"), [("meter_abandonment", "bad")]),
    ],
)
def test_meters_warn_before_their_lines_and_are_bad_at_them(
    metered: Metered, expected: list[tuple[str, str]]
) -> None:
    told = alerts(replace(WELL, meters=[metered]))
    assert [(alert.code, alert.level) for alert in told] == expected
    assert all(alert.values == {"told": "A frase."} for alert in told)


def test_early_steps_of_the_abandonment_are_one_warning_each_the_higher_first() -> None:
    steps = [(0.6, "o número 1"), (0.8, "o CNPJ 2"), (0.6, "o número 3")]
    told = alerts(replace(WELL, steps=steps))
    assert told == [
        Alert("abandonment_step", "warn", {"step": "80%", "who": "o CNPJ 2"}),
        Alert("abandonment_step", "warn", {"step": "60%", "who": "o número 1, o número 3"}),
    ]


def test_every_alert_says_what_to_do() -> None:
    assert TEXTS.section("alerts").keys() == TEXTS.section("alerts_todo").keys()
    worst = replace(
        WELL, lacks=("switch", "trunk", "database"), told_s_ago=None, seated=0,
        campaigns=[Watched("Maio", "running", Rate(9, 100))], free_bytes=GIB,
        behind_s=600.0,
    )  # fmt: skip
    late = replace(WELL, check=LATE)
    stepped = replace(WELL, steps=[(0.6, "o CNPJ 2")])
    for alert in [*alerts(worst), *alerts(late), *alerts(stepped)]:
        assert "{" not in TEXTS.section("alerts")[alert.code].format_map(alert.values)


@pytest.mark.parametrize("status", ["paused", "stopped", "finished"])
def test_what_was_abandoned_is_told_when_the_campaign_rests(status: str) -> None:
    resting = replace(TOO_MUCH, status=status)
    (told,) = alerts(replace(WELL, campaigns=[resting]))
    assert (told.code, told.level) == ("abandonment_rests", "bad")
    assert told.values == {"campaign": "Maio", "rate": "4,0%", "status": status}
    assert codes(campaigns=[replace(resting, rate=Rate(3, 100))]) == []  # out of the window


def test_a_campaign_that_rests_wants_no_agents() -> None:
    assert codes(campaigns=[replace(TOO_MUCH, status="paused")], seated=0) == [
        "abandonment_rests"
    ]


def test_many_things_in_one_impossible_state_are_one_alert() -> None:
    impossible = [("Reserva", f"posição {n}") for n in range(5)]
    (told,) = alerts(replace(WELL, impossible=impossible))
    assert told.values["which"] == "posição 0, posição 1, posição 2 (+2)"


def test_a_late_check_is_told_with_when_the_last_one_was() -> None:
    told = [alerts(replace(WELL, check=replace(LATE, s_ago=s))) for s in (21.0, 90.0)]
    assert told == [[Alert("unchecked", "warn", {"since": "10:00:05"})]] * 2


def test_the_last_check_is_read_from_what_the_leader_told() -> None:
    told = {"checked": {"at": AT.isoformat(), "violations": 0}}
    assert last_check(told, AT + timedelta(seconds=3)) == Check(AT, 3.0, 0)
    assert last_check(told, AT - timedelta(seconds=3)) == Check(AT, 0.0, 0)  # clocks differ
    for nothing in (None, {}, {"checked": None}):  # the last: a dialer of before
        assert last_check(nothing, AT) is None
