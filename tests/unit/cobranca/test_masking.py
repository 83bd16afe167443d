"""Numbers that tell who somebody is are hidden in what was said, amounts and dates not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranca.contacts.masking import HIDDEN, masked


@pytest.mark.parametrize(
    "text",
    [
        "529.982.247-25", "52998224725", "529 982 247 25", "529982247 traço 25",
        "cinco dois nove nove oito dois dois quatro sete dois cinco",
        "quinhentos e vinte e nove novecentos e oitenta e dois duzentos e quarenta e sete "
        "traço vinte e cinco",
        "4111 1111 1111 1111", "4111-1111-1111-1111", "quatro um um um, um um um um, um um",
        "11 9 8765 4321", "Cinco Dois nove nove oito dois dois",
        "12 34 cinquenta e seis 78",
    ],
)  # fmt: skip
def test_what_tells_who_somebody_is_or_pays_is_hidden(text: str) -> None:
    if text == "Cinco Dois nove nove oito dois dois":
        assert masked(text) == text  # seven digits: a part of it, that tells nobody
    else:
        assert masked(f"o número é {text}, obrigado") == f"o número é {HIDDEN}, obrigado"


@pytest.mark.parametrize(
    "text",
    [
        "vinte e três mil quatrocentos e cinquenta e sete reais", "R$ 1.234,56",
        "pago dia 20 de março", "não, dia vinte", "dez de dezembro de dois mil",
        "quero parcelar em doze vezes de duzentos", "", "sim",
    ],
)  # fmt: skip
def test_amounts_and_dates_stay(text: str) -> None:
    assert masked(text) == text


@given(st.integers(10**10, 10**19 - 1), st.sampled_from(["", " ", ".", "-", " e ", ", "]))
def test_no_long_number_is_left_however_it_is_cut(number: int, between: str) -> None:
    text = between.join(str(number))
    assert not any(char.isdigit() for char in masked(f"x {text} y"))


@given(st.text())
def test_masking_twice_changes_nothing_more(text: str) -> None:
    assert masked(masked(text)) == masked(text)
