"""Which numbers are dialable, and which exist only in the simulator."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.brasil.ddd import AREAS
from foundation.brasil.phone import (
    UndialableNumber,
    is_simulated,
    line_of,
    masked_phone,
    parse_phone,
    scripted_digits,
    simulated_number,
    split_phones,
)


@pytest.mark.parametrize(
    ("written", "e164", "line"),
    [
        ("(11) 91234-5678", "+5511912345678", "mobile"),
        ("11912345678", "+5511912345678", "mobile"),
        ("011 91234 5678", "+5511912345678", "mobile"),
        ("0 15 11 91234-5678", "+5511912345678", "mobile"),  # with a carrier's code
        ("+55 11 91234-5678", "+5511912345678", "mobile"),
        ("5511912345678", "+5511912345678", "mobile"),
        ("55991234567", "+5555991234567", "mobile"),  # DDD 55, not the country
        ("5532221234", "+555532221234", "fixed"),
        ("(81) 3222-1234", "+558132221234", "fixed"),
    ],
)
def test_dialable_numbers(written: str, e164: str, line: str) -> None:
    phone = parse_phone(written)
    assert (phone.e164, phone.line) == (e164, line)
    assert line_of(e164) == line


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("0800 123 4567", "serviço"),
        ("800 123 4567", "serviço"),
        ("0300 789 1234", "serviço"),
        ("0303 123 4567", "serviço"),
        ("0900 123456", "serviço"),
        ("4004-1234", "serviço"),
        ("190", "serviço"),
        ("3222-1234", "sem DDD"),
        ("91234-5678", "sem DDD"),
        ("11 9123-4567", "nono dígito"),
        ("11 7812-3456", "nono dígito"),
        ("20 91234-5678", "DDD inexistente"),
        ("11 01234-5678", "início inválidos"),
        ("+1 202 555 0123", "outro país"),
        ("+44 20 7946 0958", "outro país"),
        ("11 3222-1234 ramal 5", "ramal"),
        ("não tem", "letras"),
        ("", "letras"),
    ],
)
def test_other_numbers_say_why_without_telling_the_number(
    written: str, reason: str
) -> None:
    with pytest.raises(UndialableNumber, match=reason) as caught:
        parse_phone(written)
    assert written == "" or written not in str(caught.value)


@pytest.mark.parametrize("local", ["91234-5678", "3041-2345", "3222-1234"])
def test_a_separate_ddd_completes_a_local_number(local: str) -> None:
    assert parse_phone(local, ddd="11").e164.startswith("+5511")


def test_a_separate_ddd_does_not_replace_the_numbers_own() -> None:
    assert parse_phone("(81) 3222-1234", ddd="11").area.uf == "PE"


def test_several_numbers_in_one_cell() -> None:
    cell = "11 91234-5678 / (11) 3222-1234;11 98888-7777 e 1130001000"
    assert split_phones(cell) == [
        "11 91234-5678",
        "(11) 3222-1234",
        "11 98888-7777",
        "1130001000",
    ]
    assert split_phones("  ") == []


@pytest.mark.parametrize(
    "number", ["+5508001234567", "+5511190", "+12025550123", "11912345678"]
)
def test_what_is_no_stored_dialable_number_is_other(number: str) -> None:
    assert line_of(number) == "other"


def by_reading(number: str) -> str:
    """What a stored number is, the long way."""
    try:
        phone = parse_phone(number)
    except UndialableNumber:
        return "other"
    return phone.line if phone.e164 == number else "other"


@given(
    st.one_of(
        st.from_regex(r"\+55[0-9]{2}[2-9][0-9]{6,9}", fullmatch=True),
        st.from_regex(r"\+?(?:55|1|0|90)?(?:0|800|300|4004)?[0-9]{0,12}", fullmatch=True),
        st.text(max_size=16),
    )
)
def test_the_quick_way_says_what_reading_the_number_says(number: str) -> None:
    assert line_of(number) == by_reading(number)


@given(st.sampled_from(sorted(AREAS)), st.integers(0, 99_999), st.integers(0, 99))
def test_simulated_numbers_are_valid_mobiles_of_every_ddd(
    ddd: str, serial: int, script: int
) -> None:
    number = simulated_number(ddd, serial, script=f"{script:02d}")
    assert is_simulated(number)
    assert scripted_digits(number) == f"{script:02d}"
    assert parse_phone(number).e164 == number
    assert line_of(number) == "mobile"


@pytest.mark.parametrize(
    "number",
    [
        "+5511912345678",
        "+5520900012345",
        "+551190001234",
        "5511900012345",
        "+55119000123456",
    ],
)
def test_other_numbers_are_not_simulated(number: str) -> None:
    assert not is_simulated(number)


def test_masked_phone_hides_the_subscriber() -> None:
    assert masked_phone("+5511912345678") == "+55 11 *****-5678"
