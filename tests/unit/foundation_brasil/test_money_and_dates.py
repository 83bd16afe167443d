"""Strict reading of amounts and dates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.brasil.dates import InvalidDate, format_date, parse_date
from foundation.brasil.money import InvalidAmount, format_amount, parse_amount


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1.234,56", "1234.56"),
        ("1234,56", "1234.56"),
        ("1234.56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1.234", "1234.00"),
        ("12.345.678,9", "12345678.90"),
        ("R$ 10", "10.00"),
        ("R$\N{NO-BREAK SPACE}0,01", "0.01"),
        ("-5,00", "-5.00"),
        ("-R$ 5,00", "-5.00"),
    ],
)
def test_amounts(written: str, amount: str) -> None:
    assert parse_amount(written) == Decimal(amount)
    assert str(parse_amount(written)) == amount


@pytest.mark.parametrize(
    "written",
    [
        "",
        "R$",
        "abc",
        "1,234",
        "1.23.4",
        "12.34,56",
        "1,2,3",
        "1234,567",
        "1e5",
        "١٢",
        "--1",
    ],
)
def test_what_is_no_amount_or_could_be_two_is_refused(written: str) -> None:
    with pytest.raises(InvalidAmount):
        parse_amount(written)


def test_absurd_amounts_are_refused() -> None:
    with pytest.raises(InvalidAmount, match="grande"):
        parse_amount("999.999.999.999.999,00")


@given(st.integers(0, 10**13))
def test_what_is_shown_reads_back(cents: int) -> None:
    amount = (Decimal(cents) / 100).quantize(Decimal("0.01"))
    assert parse_amount(format_amount(amount)) == amount


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("31/12/2025", date(2025, 12, 31)),
        ("1/2/2025", date(2025, 2, 1)),
        ("31-12-2025", date(2025, 12, 31)),
        ("31.12.2025", date(2025, 12, 31)),
        ("2025-12-31", date(2025, 12, 31)),
        ("2025-12-31 00:00:00", date(2025, 12, 31)),
        ("31/12/2025 00:00", date(2025, 12, 31)),
    ],
)
def test_dates(written: str, day: date) -> None:
    assert parse_date(written) == day
    assert parse_date(format_date(day)) == day


@pytest.mark.parametrize(
    "written",
    [
        "",
        "31/02/2025",
        "31/12/25",
        "12/31/2025",
        "2025/12/31",
        "31/12-2025",
        "45000",
        "hoje",
    ],
)
def test_other_texts_are_no_date(written: str) -> None:
    with pytest.raises(InvalidDate):
        parse_date(written)
