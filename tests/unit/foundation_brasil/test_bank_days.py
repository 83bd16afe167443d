"""When banks open."""

from __future__ import annotations

from datetime import date

import pytest

from foundation.brasil.bank_days import (
    bank_day_from,
    bank_days_after,
    is_bank_day,
    town_calendar,
)


@pytest.mark.parametrize(
    ("day", "opens"),
    [
        (date(2026, 3, 10), True),
        (date(2026, 3, 14), False),  # Saturday
        (date(2026, 2, 16), False),  # Monday of Carnival
        (date(2026, 2, 17), False),  # Tuesday of Carnival
        (date(2026, 2, 18), True),  # Ash Wednesday: from noon on, yet open
        (date(2026, 4, 3), False),  # Good Friday
        (date(2026, 6, 4), False),  # Corpus Christi
        (date(2026, 11, 20), False),  # national since 2024
        (date(2023, 11, 20), True),
        (date(2026, 12, 24), True),
    ],
)
def test_bank_days(day: date, opens: bool) -> None:
    assert is_bank_day(day) is opens


def test_a_towns_holiday_closes_too() -> None:
    assert not is_bank_day(date(2026, 3, 10), municipal={date(2026, 3, 10)})


def test_a_towns_calendar_counts_in_every_year_or_in_one() -> None:
    town = town_calendar(["01-25", "02-29", "2026-07-09"])
    assert not is_bank_day(date(2027, 1, 25), town)
    assert bank_day_from(date(2026, 7, 9), town) == date(2026, 7, 10)
    assert is_bank_day(date(2027, 7, 9), town)
    assert bank_days_after(date(2027, 1, 22), 1, town) == date(2027, 1, 26)


def test_counting_bank_days() -> None:
    assert bank_day_from(date(2026, 3, 10)) == date(2026, 3, 10)
    # from Thursday 12/2: Friday, then Wednesday to Tuesday over Carnival and a week-end
    assert bank_days_after(date(2026, 2, 12), 5) == date(2026, 2, 23)
