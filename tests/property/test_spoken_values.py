"""What is said is understood: everything that is written out is read back as it was."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from ura.dialogue.amounts import amount_in_words, amount_of
from ura.dialogue.births import birth_date_of
from ura.dialogue.dates import date_in_words, date_of, day_in_words, month_day_of
from ura.dialogue.digits import dictated, digits_of, in_twos
from ura.dialogue.numbers import MOST, in_words, numbers
from ura.dialogue.words import words

TODAY = date(2026, 3, 10)
DIGITS = st.text("0123456789", min_size=1, max_size=14)


@given(st.integers(0, MOST), st.booleans())
@example(number=479_001_000, feminine=False)
def test_a_number(number: int, feminine: bool) -> None:
    found = numbers(words(in_words(number, feminine=feminine)))
    assert [each.value for each in found] == [number]


@given(st.integers(0, MOST * 100))
def test_an_amount(cents: int) -> None:
    amount = Decimal(cents) / 100
    assert amount_of(words(amount_in_words(amount))) == amount


@given(st.integers(0, 9_999_999), st.integers(0, 9_999_999))
def test_an_amount_corrected(first: int, second: int) -> None:
    texts = [amount_in_words(Decimal(cents) / 100) for cents in (first, second)]
    assert amount_of(words(", não, ".join(texts))) == Decimal(second) / 100


@given(st.integers(0, 365 * 3))
def test_a_day_to_come(days: int) -> None:
    day = TODAY + timedelta(days=days)
    assert date_of(words(date_in_words(day, year=True)), TODAY) == day


@given(st.integers(0, 360))
def test_a_day_to_come_without_its_year(days: int) -> None:
    day = TODAY + timedelta(days=days)
    assert date_of(words(f"pode ser {date_in_words(day)}, por favor"), TODAY) == day


@given(st.integers(1, 31))
def test_a_day_of_the_month(day: int) -> None:
    assert month_day_of(words(f"todo dia {day_in_words(day)}")) == day


@given(st.dates(date(1920, 1, 1), date(2008, 3, 1)))
def test_a_birth_date(born: date) -> None:
    assert birth_date_of(words(date_in_words(born, year=True)), TODAY) == born
    assert birth_date_of(words(dictated(f"{born:%d%m%Y}")), TODAY) == born


@given(DIGITS)
def test_digits_one_by_one_and_in_twos(digits: str) -> None:
    assert digits_of(words(dictated(digits))) == digits
    assert digits_of(words(in_twos(digits))) == digits


@given(st.text(max_size=60))
def test_nothing_that_is_said_breaks_the_understanding(text: str) -> None:
    spoken = words(text)
    amount = amount_of(spoken)
    assert amount is None or amount >= 0
    day = date_of(spoken, TODAY)
    assert day is None or day >= TODAY
    assert month_day_of(spoken) in {None, *range(1, 32)}
    born = birth_date_of(spoken, TODAY)
    assert born is None or born < TODAY
    assert set(digits_of(spoken)) <= set("0123456789")
