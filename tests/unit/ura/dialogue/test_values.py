"""Numbers, money, days and documents as people say them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ura.dialogue.amounts import amount_in_words, amount_of
from ura.dialogue.births import birth_date_by_keys, birth_date_of
from ura.dialogue.dates import date_by_keys, date_of, month_day_of
from ura.dialogue.digits import cpf_of, dictated, digits_of
from ura.dialogue.numbers import in_words, numbers
from ura.dialogue.words import words

TUESDAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "zero"),
        (16, "dezesseis"),
        (100, "cem"),
        (101, "cento e um"),
        (999, "novecentos e noventa e nove"),
        (1000, "mil"),
        (1100, "mil e cem"),
        (2001, "dois mil e um"),
        (21_000, "vinte e um mil"),
        (350_200, "trezentos e cinquenta mil e duzentos"),
        (1_000_000, "um milhão"),
        (2_000_300, "dois milhões e trezentos"),
    ],
)
def test_a_number_is_written_as_it_is_said(number: int, text: str) -> None:
    assert in_words(number) == text


@pytest.mark.parametrize("number", [-1, 1_000_000_000])
def test_a_number_out_of_range_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match=str(number)):
        in_words(number)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("vinte cinco", [25]),  # the recogniser lost the "e"
        ("um zero zero um", [1, 0, 0, 1]),
        ("duzentos e trezentos", [200, 300]),
        ("cento e vinte mil quatrocentos e um", [120_401]),
        ("2 mil e 500", [2500]),
        ("1.234", [1234]),
        ("três vezes de duzentos", [3, 200]),
        ("nada disso", []),
    ],
)
def test_numbers_are_found_where_they_end(text: str, found: list[int]) -> None:
    assert [number.value for number in numbers(words(text))] == found


@pytest.mark.parametrize(
    ("text", "reais"),
    [
        ("trezentos e cinquenta reais", "350"),
        ("eu consigo pagar uns duzentos", "200"),
        ("mil e quinhentos reais e noventa centavos", "1500.90"),
        ("mil duzentos e trinta e quatro com cinquenta e seis", None),  # two numbers
        ("cem reais e cinquenta", "100.50"),
        ("cinquenta centavos", "0.50"),
        ("R$ 1.234,56", "1234.56"),
        ("R$350", "350"),
        ("350,5", "350.50"),
        ("quinhentão", "500"),
        ("cem conto", "100"),
        ("dois milhões de reais", "2000000"),
        ("duzentos, não, trezentos", "300"),
        ("não, cento e oitenta", "180"),
        ("duzentos ou trezentos", None),
        ("entre cem e duzentos", None),
        ("quero falar com um atendente", None),
        ("um real", "1"),
        ("não sei", None),
        ("", None),
    ],
)
def test_an_amount_is_understood_or_refused(text: str, reais: str | None) -> None:
    assert amount_of(words(text)) == (None if reais is None else Decimal(reais))


@pytest.mark.parametrize("amount", [Decimal(-1), Decimal("0.001")])
def test_an_amount_that_cannot_be_said_is_refused(amount: Decimal) -> None:
    with pytest.raises(ValueError, match=str(amount)):
        amount_in_words(amount)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("hoje", "2026-03-10"),
        ("hoje mesmo", "2026-03-10"),
        ("amanhã", "2026-03-11"),
        ("depois de amanhã", "2026-03-12"),
        ("dia vinte", "2026-03-20"),
        ("dia 20", "2026-03-20"),
        ("no dia cinco", "2026-04-05"),  # past in March
        ("dia dez", "2026-03-10"),
        ("dia trinta e um do mês que vem", "2026-04-30"),
        ("dia cinco do mês que vem", "2026-04-05"),
        ("dia vinte do quatro", "2026-04-20"),
        ("primeiro de maio", "2026-05-01"),
        ("1º de abril", "2026-04-01"),
        ("vinte de março de dois mil e vinte e seis", "2026-03-20"),
        ("5 de março", "2027-03-05"),
        ("20/03", "2026-03-20"),
        ("20/03/2026", "2026-03-20"),
        ("sexta", "2026-03-13"),
        ("na sexta-feira", "2026-03-13"),
        ("terça que vem", "2026-03-17"),
        ("daqui a dez dias", "2026-03-20"),
        ("em duas semanas", "2026-03-24"),
        ("daqui a um mês", "2026-04-10"),
        ("quinto dia útil", "2026-04-08"),  # past in March; 3 April is Good Friday
        ("fim do mês", "2026-03-31"),
        ("fim do mês que vem", "2026-04-30"),
        ("vinte", "2026-03-20"),
        ("dia quinze, não, dia vinte", "2026-03-20"),
        ("não, dia vinte", "2026-03-20"),
        ("quinze, aliás, dezessete", "2026-03-17"),
        ("dia cinco ou seis", None),
        ("semana que vem", None),
        ("mês que vem", None),
        ("segunda via", None),
        ("trinta de fevereiro", None),
        ("10/02/2026", None),  # past
        ("dia quarenta", None),
        ("quando eu receber", None),
    ],
)
def test_a_day_to_come_is_understood_or_refused(text: str, day: str | None) -> None:
    assert date_of(words(text), TUESDAY) == (day and date.fromisoformat(day))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("todo dia dez", 10),
        ("dia primeiro", 1),
        ("dia trinta e um", 31),
        ("no último dia do mês", 31),
        ("15", 15),
        ("dez, não, quinze", 15),
        ("cinco ou dez", None),
        ("quinto dia útil", None),
        ("quarenta", None),
        ("tanto faz", None),
    ],
)
def test_a_day_of_the_month_is_understood_or_refused(text: str, day: int | None) -> None:
    assert month_day_of(words(text)) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("vinte e três de maio de mil novecentos e oitenta e cinco", "1985-05-23"),
        ("primeiro de janeiro de noventa", "1990-01-01"),
        ("vinte e três do cinco de oitenta e cinco", "1985-05-23"),
        ("vinte e três zero cinco mil novecentos e oitenta e cinco", "1985-05-23"),
        ("vinte e três cinco mil novecentos e oitenta e cinco", "1985-05-23"),
        ("dois três zero cinco um nove oito cinco", "1985-05-23"),
        ("23/05/1985", "1985-05-23"),
        ("23 de maio de 85", "1985-05-23"),
        ("sete de julho de dois mil e um", "2001-07-07"),
        ("sete de julho de dois mil e dezoito", None),  # a child
        ("trinta de fevereiro de oitenta", None),
        ("maio de oitenta e cinco", None),
        ("não vou dizer", None),
    ],
)
def test_a_birth_date_is_understood_or_refused(text: str, day: str | None) -> None:
    assert birth_date_of(words(text), TUESDAY) == (day and date.fromisoformat(day))


@pytest.mark.parametrize(
    ("keys", "day"),
    [("23051985", date(1985, 5, 23)), ("2305", None), ("31021985", None)],
)
def test_a_birth_date_by_keys(keys: str, day: date | None) -> None:
    assert birth_date_by_keys(keys, TUESDAY) == day


@pytest.mark.parametrize(
    ("keys", "day"),
    [
        ("2003", date(2026, 3, 20)),
        ("0203", date(2027, 3, 2)),
        ("20032026", date(2026, 3, 20)),
        ("01012020", None),
        ("3102", None),
        ("20", None),
    ],
)
def test_a_day_by_keys(keys: str, day: date | None) -> None:
    assert date_by_keys(keys, TUESDAY) == day


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("cinco dois nove nove oito dois dois quatro sete dois cinco", "52998224725"),
        ("meia meia zero", "660"),
        ("cento e vinte e três, quarenta e cinco, meia", "123456"),
        ("dois zeros e três setes", "00777"),
        ("529.982.247-25", "52998224725"),
        ("cinquenta e dois, zero um", "5201"),
        ("é o seguinte", ""),
    ],
)
def test_digits_are_dictated_one_by_one_or_in_groups(text: str, digits: str) -> None:
    assert digits_of(words(text)) == digits


def test_a_cpf_needs_its_check_digits() -> None:
    assert cpf_of("52998224725") == "52998224725"
    assert cpf_of("52998224735") is None
    assert cpf_of("5299822472") is None
    assert cpf_of("11111111111") is None


def test_six_is_read_back_as_meia() -> None:
    assert dictated("660") == "meia meia zero"
