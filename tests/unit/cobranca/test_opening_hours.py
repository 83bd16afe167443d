"""When the centre is open: local time of São Paulo, holidays, hours of each kind of day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from cobranca.inbound.opening_hours import (
    BadHours,
    Hours,
    OpeningHours,
    first_open,
    is_open,
)
from foundation.clock import SAO_PAULO
from ura.settings import Ura


@pytest.mark.parametrize(
    ("at", "open_"),
    [
        ("2026-03-10 07:59", False),  # a Tuesday
        ("2026-03-10 08:00", True),
        ("2026-03-10 19:59", True),
        ("2026-03-10 20:00", False),
        ("2026-03-14 08:00", True),  # a Saturday
        ("2026-03-14 13:59", True),
        ("2026-03-14 14:00", False),
        ("2026-03-15 10:00", False),  # a Sunday
        ("2026-04-03 10:00", False),  # Good Friday
        ("2026-07-09 10:00", False),  # São Paulo's own holiday
        ("2026-11-20 10:00", False),
        ("2026-02-17 10:00", False),  # Carnival, by custom only
    ],
)
def test_default_hours(at: str, open_: bool) -> None:
    local = datetime.strptime(at, "%Y-%m-%d %H:%M").replace(tzinfo=SAO_PAULO)

    assert is_open(local, OpeningHours()) is open_
    assert is_open(local.astimezone(UTC), OpeningHours()) is open_


@pytest.mark.parametrize(
    ("day", "after", "at"),
    [
        ("2026-03-11", "2026-03-10 23:30", time(8)),  # a Wednesday, told the night before
        ("2026-03-10", "2026-03-10 07:10", time(8)),  # today, before it opens
        ("2026-03-10", "2026-03-10 18:00", time(19)),
        ("2026-03-10", "2026-03-10 19:00", None),  # nothing is left of today
        ("2026-03-10", "2026-03-10 23:59", None),
        ("2026-03-09", "2026-03-10 10:00", None),  # over
        ("2026-03-14", "2026-03-10 10:00", time(8)),  # a Saturday
        ("2026-03-15", "2026-03-10 10:00", None),  # a Sunday
        ("2026-04-03", "2026-03-10 10:00", None),  # Good Friday
    ],
)
def test_the_first_hour_of_a_day(day: str, after: str, at: time | None) -> None:
    told = datetime.strptime(after, "%Y-%m-%d %H:%M").replace(tzinfo=SAO_PAULO)
    opening = OpeningHours()
    found = first_open(date.fromisoformat(day), told.astimezone(UTC), opening)
    assert found == at
    if at is not None:
        wanted = datetime.combine(date.fromisoformat(day), at, SAO_PAULO)
        assert is_open(wanted, opening)
        assert wanted > told


def test_another_state_has_other_holidays() -> None:
    at = datetime(2026, 7, 9, 10, 0, tzinfo=SAO_PAULO)

    assert is_open(at, OpeningHours(uf="RJ"))
    assert is_open(at, OpeningHours(uf=None))


def test_a_centre_may_open_on_holidays() -> None:
    at = datetime(2026, 4, 3, 10, 0, tzinfo=SAO_PAULO)

    assert is_open(at, OpeningHours(holiday=Hours.parse("09:00-12:00")))


def test_hours_may_last_to_midnight() -> None:
    hours = Hours.parse("00:00-24:00")

    assert hours is not None
    assert hours.hold(datetime(2026, 3, 10, 23, 59, tzinfo=UTC).time())


@pytest.mark.parametrize("text", ["8-20", "20:00-08:00", "08:00-24:01", "08:00-08:00", "x"])
def test_unreadable_hours_are_refused(text: str) -> None:
    with pytest.raises(BadHours):
        Hours.parse(text)
    with pytest.raises(ValueError, match="weekday"):
        Ura.model_validate({"weekday": text})


def test_settings_say_the_default_hours() -> None:
    assert Ura().opening() == OpeningHours()
    assert Ura.model_validate({"saturday": "", "uf": ""}).opening() == OpeningHours(
        saturday=None, uf=None
    )
