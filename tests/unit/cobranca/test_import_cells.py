"""Cells: amounts, dates, texts and documents out of what spreadsheets make of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranca.debtors.imports.cells import (
    EPOCH_1904,
    Broken,
    Cell,
    UnusableCell,
    as_amount,
    as_date,
    as_text,
)
from cobranca.debtors.imports.documents import read_document
from foundation.brasil.document import InvalidDocument, complete_cnpj, complete_cpf


@given(st.integers(1, 10**11))
def test_an_amount_survives_a_spreadsheet_s_float(cents: int) -> None:
    as_float = Decimal(str(cents / 100))
    assert as_amount(as_float) == Decimal(cents) / 100


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        (Decimal("1234.5600000000001"), "1234.56"),
        (Decimal("0.30000000000000004"), "0.30"),
        (Decimal(1234), "1234.00"),
        ("1.234,56", "1234.56"),
        ("R$ 10", "10.00"),
    ],
)
def test_amounts(cell: Cell, amount: str) -> None:
    assert as_amount(cell) == Decimal(amount)


@pytest.mark.parametrize(
    "cell", [Decimal("123.456"), Decimal("1e15"), date(2026, 1, 1), "", Broken("#N/D")]
)
def test_what_is_no_amount_is_refused(cell: Cell) -> None:
    with pytest.raises(UnusableCell):
        as_amount(cell)


def test_dates_as_serial_number_as_date_and_as_text() -> None:
    day = date(2026, 1, 10)
    assert as_date(Decimal(46032)) == as_date("10/01/2026") == as_date(day) == day
    assert as_date(Decimal(44570), epoch=EPOCH_1904) == day


@pytest.mark.parametrize(
    "cell",
    [Decimal("46032.5"), Decimal(2026), Decimal(1980), Decimal(60), Decimal(-1),
     Decimal(10**9), "46032", "", Broken("x")],
)  # fmt: skip
def test_a_number_that_could_be_something_else_is_no_date(cell: Cell) -> None:
    with pytest.raises(UnusableCell):
        as_date(cell)


def test_numbers_as_texts() -> None:
    assert as_text(Decimal("12345.0")) == "12345"
    assert as_text(Decimal("1E+2")) == "100"
    assert as_text(Decimal("1.50")) == "1.5"
    assert as_text("'+5511900000001") == "+5511900000001"
    assert as_text("'tis") == "'tis"
    with pytest.raises(UnusableCell, match="15 dígitos"):
        as_text(Decimal("1.2345678901234568E+19"))


@given(st.integers(0, 99_999_999))
def test_a_cpf_without_its_leading_zeros_is_repaired_or_refused_never_another(
    base: int,
) -> None:
    whole = complete_cpf(f"{base:09d}")
    number = Decimal(whole)
    try:
        found = read_document(number)
    except InvalidDocument:
        return
    assert found.text in (whole, str(number).zfill(14))


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        (complete_cpf("012345678")[1:], complete_cpf("012345678")),
        (complete_cnpj("003603050001")[2:], complete_cnpj("003603050001")),
    ],
)
def test_lost_zeros_are_put_back_where_the_check_digits_agree(
    written: str, stored: str
) -> None:
    assert read_document(written).text == stored
    assert read_document(Decimal(written)).text == stored


@pytest.mark.parametrize(
    "written", ["9982247250", "191", "1", "123456", "012345678", "12345678A"]
)
def test_other_short_documents_are_refused(written: str) -> None:
    with pytest.raises(InvalidDocument):
        read_document(written)
