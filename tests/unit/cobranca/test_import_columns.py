"""Headers as creditors write them."""

from __future__ import annotations

import pytest

from cobranca.debtors.imports.columns import known_columns, read_layout
from cobranca.debtors.imports.errors import MissingColumns, RepeatedColumns
from cobranca.debtors.imports.phone_columns import PhoneColumn
from cobranca.debtors.imports.synonyms import Field

LEAST = ["contrato", "cpf", "nome", "valor", "vencimento", "telefone"]


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Nº do Contrato", Field.CONTRACT),
        ("NUMERO_CONTRATO", Field.CONTRACT),
        ("Título", Field.CONTRACT),
        ("Nome do Cliente", Field.NAME),
        ("Razão Social", Field.NAME),
        ("Data de Nascimento", Field.BIRTH_DATE),
        ("dt_nasc", Field.BIRTH_DATE),
        ("UF", Field.UF),
        ("Estado", Field.UF),
        ("Produto", Field.PRODUCT),
        ("Nº Parcela", Field.INSTALMENT),
        ("Valor da Parcela", Field.AMOUNT),
        ("VLR_PARC", Field.AMOUNT),
        ("Valor em Aberto (R$)", Field.AMOUNT),
        ("Saldo Devedor", Field.AMOUNT),
        ("Dt. Vencto", Field.DUE_ON),
        ("DATA VENCIMENTO", Field.DUE_ON),
    ],
)
def test_a_header_is_known_by_many_names(header: str, field: Field) -> None:
    replaced = {
        Field.CONTRACT: 0, Field.NAME: 2, Field.AMOUNT: 3, Field.DUE_ON: 4
    }  # fmt: skip
    headers = list(LEAST)
    place = replaced.get(field, len(headers))
    headers[place : place + 1] = [header]
    assert read_layout(headers).fields[field] == place


@pytest.mark.parametrize(
    "header", ["CPF", "CPF/CNPJ", "cpf_cnpj", "Documento", "CPF do titular"]
)
def test_documents_have_many_names(header: str) -> None:
    assert read_layout(["contrato", header, *LEAST[2:]]).documents == (1,)


def test_cpf_and_cnpj_may_stand_apart() -> None:
    assert read_layout([*LEAST, "CNPJ"]).documents == (1, 6)


@pytest.mark.parametrize(
    "header", ["Telefone", "telefone1", "Fone Residencial", "CELULAR", "Tel. 2", "WhatsApp"]
)
def test_telephones_have_many_names(header: str) -> None:
    assert read_layout([*LEAST[:5], header]).phones == (PhoneColumn(5),)


def test_a_separate_ddd_belongs_to_the_telephone_of_the_same_name() -> None:
    layout = read_layout([*LEAST[:5], "ddd1", "ddd2", "telefone1", "telefone2"])
    assert layout.phones == (PhoneColumn(7, 5), PhoneColumn(8, 6))
    layout = read_layout([*LEAST[:5], "DDD Celular", "Telefone", "Celular"])
    assert layout.phones == (PhoneColumn(6), PhoneColumn(7, 5))
    layout = read_layout([*LEAST[:5], "DDD", "Fone Comercial"])
    assert layout.phones == (PhoneColumn(6, 5),)


def test_other_columns_are_named_as_ignored() -> None:
    layout = read_layout([*LEAST, "Valor Original", "Tipo Telefone", ""])
    assert layout.ignored == ("Valor Original", "Tipo Telefone")


def test_missing_columns_are_all_named() -> None:
    with pytest.raises(MissingColumns) as caught:
        read_layout(["nome", "valor"])
    assert str(caught.value) == (
        "Faltam colunas no cabeçalho: contrato, cpf/cnpj, vencimento, telefone."
    )


def test_two_columns_for_one_field_are_refused() -> None:
    with pytest.raises(RepeatedColumns) as caught:
        read_layout([*LEAST, "Saldo"])
    assert "valor (“valor”, “Saldo”)" in str(caught.value)


def test_known_columns_tell_the_delimiter() -> None:
    assert known_columns(LEAST) == 6
    assert known_columns([";".join(LEAST)]) == 0
