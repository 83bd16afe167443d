"""Holidays and business days of known dates."""

from __future__ import annotations

from datetime import date

import pytest

from foundation.brasil.calendar import holiday_name, is_business_day, next_business_day


@pytest.mark.parametrize(
    ("day", "uf", "name"),
    [
        (date(2026, 11, 20), None, "Consciência Negra"),  # national since 2024
        (date(2026, 4, 3), "SP", "Sexta-feira Santa"),
        (date(2026, 2, 17), None, "Carnaval"),
        (date(2026, 6, 4), None, "Corpus Christi"),
        (date(2026, 7, 9), "SP", "Constitucionalista"),
        (date(2026, 12, 25), "AC", "Natal"),
    ],
)
def test_holidays(day: date, uf: str | None, name: str) -> None:
    assert name in (holiday_name(day, uf) or "")
    assert not is_business_day(day, uf)


def test_a_states_holiday_is_a_business_day_elsewhere() -> None:
    assert holiday_name(date(2026, 7, 9), "RJ") is None
    assert is_business_day(date(2026, 7, 9), "RJ")


def test_the_first_day_of_the_simulated_clock_is_a_business_day_everywhere() -> None:
    from foundation.brasil.ddd import UFS

    assert all(is_business_day(date(2026, 3, 10), uf) for uf in UFS)


def test_next_business_day_jumps_over_christmas_and_the_weekend() -> None:
    # Thu 24 and Fri 25 December are off, then comes a weekend
    assert next_business_day(date(2026, 12, 23)) == date(2026, 12, 28)
    assert next_business_day(date(2026, 3, 10)) == date(2026, 3, 11)
