"""What lateness costs, with the arithmetic shown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from pydantic import ValidationError

from cobranca.debts.accounts import Account
from cobranca.debts.charges import Line, Position, Setting, charges
from cobranca.debts.index_files import UnreadableTable, read_series, shipped
from cobranca.debts.index_tables import Indices, MonthNotInTable, UnknownIndex
from cobranca.debts.rates import add_months, months_between
from cobranca.debts.terms import (
    DailyInterest,
    DayCount,
    LegalInterest,
    MonthlyInterest,
    Terms,
    usual,
)

INDICES = Indices(shipped())


def a_position(amount: str = "100.00", due_on: date = date(2026, 3, 10)) -> Position:
    return Position(
        number=1,
        due_on=due_on,
        original=Decimal(amount),
        owed={Account.PRINCIPAL: Decimal(amount)},
    )


def lines(
    terms: Terms, on: date, position: Position | None = None, indices: Indices = INDICES
) -> dict[Account, Line]:
    found = charges(position or a_position(), on, Setting(terms, indices))
    return {line.account: line for line in found}


def amounts(terms: Terms, on: date, position: Position | None = None) -> dict[str, str]:
    return {a.value: str(line.amount) for a, line in lines(terms, on, position).items()}


@pytest.mark.parametrize(
    ("day_count", "days", "interest"),
    [
        ("30", 5, "0.17"),  # 100 * 0.01 * 5 / 30 = 0.1666...
        ("365", 5, "0.16"),  # 100 * 0.12 * 5 / 365 = 0.1643...: R$ 102.16 with the fine
        ("month", 5, "0.16"),  # 100 * 0.01 * 5 / 31 (10/3 to 10/4) = 0.1612...
        ("month", 31, "1.00"),  # one month exactly
        ("30", 31, "1.03"),  # 100 * 0.01 * 31 / 30 = 1.0333...
    ],
)
def test_interest_goes_by_the_day_count(
    day_count: DayCount, days: int, interest: str
) -> None:
    terms = Terms(
        fine=Decimal("0.02"),
        interest=MonthlyInterest(rate=Decimal("0.01"), day_count=day_count),
    )
    on = date.fromordinal(date(2026, 3, 10).toordinal() + days)
    assert amounts(terms, on) == {"interest": interest, "fine": "2.00"}


def test_nothing_is_added_on_the_due_date() -> None:
    assert amounts(usual(), date(2026, 3, 10)) == {}


def test_a_due_date_without_bank_moves_and_days_count_from_there() -> None:
    carnival = a_position(due_on=date(2026, 2, 14))  # Saturday; banks open on the 18th
    assert amounts(usual(), date(2026, 2, 18), carnival) == {}
    assert amounts(usual(), date(2026, 2, 19), carnival) == {
        "interest": "0.03",  # one day: 100 * 0.01 / 30
        "fine": "2.00",
    }


def test_without_bank_days_the_due_date_stays() -> None:
    carnival = a_position(due_on=date(2026, 2, 14))
    terms = usual().model_copy(update={"bank_days": False})
    assert amounts(terms, date(2026, 2, 18), carnival)["interest"] == "0.13"  # four days


def test_a_towns_holiday_moves_the_due_date_too() -> None:
    for day in ("03-10", "2026-03-10"):
        terms = Terms.model_validate(usual().model_dump() | {"holidays": [day]})
        assert amounts(terms, date(2026, 3, 11)) == {}
    other = Terms.model_validate(usual().model_dump() | {"holidays": ["2025-03-10"]})
    assert amounts(other, date(2026, 3, 11)) != {}


@pytest.mark.parametrize("day", ["25/01", "13-01", "02-30", "2026-02-29", "", "x"])
def test_a_holiday_that_is_no_day_is_refused(day: str) -> None:
    with pytest.raises(ValidationError, match="Não é um dia"):
        Terms(holidays=(day,))


def test_within_grace_nothing_and_after_it_all_days() -> None:
    terms = usual().model_copy(update={"grace_days": 5})
    assert amounts(terms, date(2026, 3, 15)) == {}
    assert amounts(terms, date(2026, 3, 16))["interest"] == "0.20"  # 6 days, not 1


def test_correction_is_of_whole_months_and_carries_the_others() -> None:
    terms = usual().model_copy(update={"correction": "ipca"})
    position = a_position("1000.00", date(2025, 1, 10))
    found = lines(terms, date(2025, 4, 10), position)
    # January 0.16, February 1.31, March 0.56: 1.0016 * 1.0131 * 1.0056 = 1.0204033974
    assert found[Account.CORRECTION].rate == Fraction(204033974, 10**10)
    assert found[Account.CORRECTION].amount == Decimal("20.40")
    assert found[Account.CORRECTION].index == "ipca@2025-11"
    assert found[Account.FINE].amount == Decimal("20.41")  # 2 % of 1020.40
    # 90 days of 30: 3 % of 1020.40
    assert found[Account.INTEREST].amount == Decimal("30.61")


def test_falling_prices_never_take_from_the_principal() -> None:
    terms = Terms(correction="igpm")
    position = a_position("1000.00", date(2025, 5, 5))
    assert amounts(terms, date(2025, 8, 5), position) == {}  # -0.49, -1.67, -0.77


def test_months_not_yet_published_add_nothing_and_it_is_said() -> None:
    terms = Terms(correction="ipca")
    position = a_position("1000.00", date(2025, 11, 10))
    line = lines(terms, date(2026, 6, 10), position)[Account.CORRECTION]
    assert line.amount == Decimal("1.80")  # November alone, 0.18 %
    assert line.published_to == date(2025, 11, 30)


def test_an_index_without_table_is_refused() -> None:
    with pytest.raises(UnknownIndex):
        lines(Terms(correction="incc"), date(2026, 6, 10))


def test_months_before_the_table_are_refused() -> None:
    with pytest.raises(MonthNotInTable):
        lines(
            Terms(correction="selic"),
            date(2020, 6, 10),
            a_position(due_on=date(2019, 5, 6)),
        )


def test_the_legal_rate_asks_for_its_table_and_never_invents_it() -> None:
    with pytest.raises(UnknownIndex):
        lines(Terms(interest=LegalInterest()), date(2026, 6, 10))


def test_the_legal_rate_goes_by_days_of_each_month_and_the_old_law_before_it() -> None:
    text = "data;valor\n01/08/2024;0,62\n01/09/2024;0,30\n"  # figures of this test
    table = read_series(text, name="taxa_legal", source="teste")
    position = a_position("10000.00", date(2024, 8, 20))
    found = lines(
        Terms(interest=LegalInterest()),
        date(2024, 9, 16),
        position,
        Indices({"taxa_legal": table}),
    )
    # 10 days to 30/8 at 1 % over 30; 2 of 31 days at 0.62 %; 15 of 30 days at 0.30 %
    # 33.333 + 4.00 + 15.00
    assert found[Account.INTEREST].amount == Decimal("52.33")


def test_daily_interest() -> None:
    terms = Terms(interest=DailyInterest(rate=Decimal("0.00033")))
    assert amounts(terms, date(2026, 4, 9)) == {"interest": "0.99"}  # 30 days


def test_revolving_credit_never_costs_more_than_its_principal() -> None:
    terms = Terms(
        fine=Decimal("0.02"),
        interest=MonthlyInterest(rate=Decimal("0.15")),
        revolving=True,
    )
    found = lines(terms, date(2027, 3, 10))  # 365 days: 182.50 of interest
    assert found[Account.INTEREST].amount == Decimal("100.00")
    assert found[Account.INTEREST].cut == Decimal("82.50")
    assert found[Account.FINE].amount == Decimal("0.00")


@pytest.mark.parametrize(
    "wrong",
    [
        {"fine": "0.0201"},
        {"fine": "-0.01"},
        {"interest": {"kind": "monthly", "rate": "0.5"}},
        {"revolving": True, "cap": "1.5"},
        {"order": ["principal", "interest", "fine", "fees", "fees"]},
        {"correction": "IPCA!"},
        {"grace_days": -1},
        {"fin": "0.01"},
    ],
)
def test_terms_outside_the_law_or_unreadable_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Terms.model_validate(wrong)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "sem valores"),
        ("data;valor\n01/01/2025;0,16\n01/03/2025;0,56\n", "falta um mês"),
        ("data;valor\n01/01/2025;0,16\n01/01/2025;0,16\n", "linha 3: mês repetido"),
        ("data;valor\n15/01/2025;0,16\n", "linha 2: o dia"),
        ("data;valor\n01/01/2025;zero\n", "linha 2: valor ilegível"),
        ("data;valor\n01/01/2025;400\n", "linha 2: valor absurdo"),
        ("data,valor\n", "linha 1: esperava"),
    ],
)
def test_a_file_that_is_no_table_is_refused_whole(text: str, reason: str) -> None:
    with pytest.raises(UnreadableTable, match=reason):
        read_series(text, name="ipca", source="teste")


def test_a_series_as_the_central_bank_writes_it() -> None:
    text = '\ufeff"data";"valor"\r\n"01/08/2025";"-0,11"\r\n"01/09/2025";"0,48"\r\n'
    table = read_series(text, name="ipca", source="SGS 433")
    assert table.version == "2025-09"
    assert table.values[date(2025, 8, 1)] == Decimal("-0.11")


def test_shipped_tables_say_twelve_months_as_their_publishers_do() -> None:
    """To a hundredth: publishers go by index numbers, not by rounded months."""
    # IBGE: IPCA of 2024 4.83 %, of 2023 4.62 %, of 2022 5.79 %, of 2021 10.06 %
    for year, percent in ((2024, "4.83"), (2023, "4.62"), (2022, "5.79"), (2021, "10.06")):
        factor = INDICES.correction("ipca", date(year, 1, 1), date(year + 1, 1, 1))
        assert abs((factor.value - 1) * 100 - Fraction(percent)) < Fraction(15, 1000)
    # FGV: IGP-M of 2024 6.54 %, of 2022 5.45 %, of 2021 17.78 %, of 2020 23.14 %
    for year, percent in ((2024, "6.54"), (2022, "5.45"), (2021, "17.78"), (2020, "23.14")):
        factor = INDICES.correction("igpm", date(year, 1, 1), date(year + 1, 1, 1))
        assert abs((factor.value - 1) * 100 - Fraction(percent)) < Fraction(15, 1000)


def test_months_of_the_calendar() -> None:
    assert add_months(date(2026, 12, 31), 2) == date(2027, 2, 28)
    assert months_between(date(2026, 3, 10), date(2026, 3, 10)) == 0
    assert months_between(date(2026, 1, 31), date(2026, 2, 28)) == 1
