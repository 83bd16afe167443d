"""CPF and CNPJ: forms accepted and refused, check digits against validate-docbr."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from validate_docbr import CNPJ, CPF

from foundation.brasil.document import (
    Document,
    InvalidDocument,
    complete_cnpj,
    complete_cpf,
    formatted,
    masked,
    parse_document,
)


@pytest.mark.parametrize(
    ("written", "kind", "stored"),
    [
        ("529.982.247-25", "cpf", "52998224725"),
        ("52998224725", "cpf", "52998224725"),
        (" 529 982 247-25 ", "cpf", "52998224725"),
        ("11.222.333/0001-81", "cnpj", "11222333000181"),
        ("11222333000181", "cnpj", "11222333000181"),
        ("12.ABC.345/01DE-35", "cnpj", "12ABC34501DE35"),
        ("12abc34501de35", "cnpj", "12ABC34501DE35"),
    ],
)
def test_valid_documents_have_one_stored_form(written: str, kind: str, stored: str) -> None:
    document = parse_document(written)
    assert (document.kind, document.text) == (kind, stored)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "em branco"),
        ("   ", "em branco"),
        ("529.982.247-26", "CPF inválido"),
        ("111.111.111-11", "CPF inválido"),
        ("12.ABC.345/01DE-36", "CNPJ inválido"),
        ("00000000000000", "CNPJ inválido"),
        ("12ABC34501DEXX", "CNPJ inválido"),
        ("9982247250", "aqui há 10"),
        ("529982247251", "aqui há 12"),
        ("529.982.247-2O", "tem 11 dígitos"),
        ("５２９９８２２４７２５", "caracteres estranhos"),
        ("529;982", "caracteres estranhos"),
    ],
)
def test_invalid_documents_say_why(written: str, reason: str) -> None:
    with pytest.raises(InvalidDocument, match=reason):
        parse_document(written)


def test_mask_and_disguise() -> None:
    assert formatted(Document("cpf", "52998224725")) == "529.982.247-25"
    assert formatted(Document("cnpj", "12ABC34501DE35")) == "12.ABC.345/01DE-35"
    assert masked(Document("cpf", "52998224725")) == "***.982.247-**"
    assert masked(Document("cnpj", "12ABC34501DE35")) == "**.***.***/01DE-**"


@given(
    st.text("0123456789", min_size=9, max_size=9).filter(lambda base: len(set(base)) > 1)
)
def test_completed_cpf_is_valid(base: str) -> None:
    assert CPF().validate(complete_cpf(base))
    assert parse_document(complete_cpf(base)).text.startswith(base)


@given(
    st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=12, max_size=12).filter(
        lambda base: len(set(base)) > 1
    )
)
def test_completed_cnpj_is_valid(base: str) -> None:
    document = parse_document(complete_cnpj(base))
    assert CNPJ().validate(document.text)
    assert parse_document(formatted(document)) == document
