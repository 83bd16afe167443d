"""One row of a creditor's file: what is read, what is refused, with which reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from cobranca.debtors.imports.columns import read_layout
from cobranca.debtors.imports.rows import ReadRow, Severity, read_row
from cobranca.debtors.imports.staging import first_score
from foundation.brasil.phone import parse_phone

GOOD = {
    "contrato": "C-1",
    "cpf": "529.982.247-25",
    "nome": "Maria  da Silva",
    "valor": "1.234,56",
    "vencimento": "10/01/2026",
    "telefone": "(11) 90001-2345",
    "celular": "",
    "parcela": "2/12",
    "nascimento": "31/12/1980",
    "uf": "sp",
    "produto": "Cartão",
}

HEADERS = list(GOOD)
LAYOUT = read_layout(HEADERS)


def read(**cells: str) -> ReadRow:
    row = GOOD | cells
    return read_row(7, [row[name] for name in HEADERS], LAYOUT, today=date(2026, 3, 10))


def test_a_good_row() -> None:
    row = read().row
    assert row is not None
    assert read().remarks == ()
    assert (row.line, row.contract, row.document.text) == (7, "C-1", "52998224725")
    assert (row.name, row.uf, row.product) == ("Maria da Silva", "SP", "Cartão")
    assert (row.amount, row.due_on) == (Decimal("1234.56"), date(2026, 1, 10))
    assert (row.instalment, row.birth_date) == (2, date(1980, 12, 31))
    assert [phone.e164 for phone in row.phones] == ["+5511900012345"]


def test_optional_cells_may_be_blank() -> None:
    row = read(nascimento="", uf="", produto="").row
    assert row is not None
    assert (row.birth_date, row.uf, row.product) == (None, None, None)


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"contrato": " "}, "contrato", "em branco"),
        ({"contrato": "9" * 61}, "contrato", "mais de 60"),
        ({"nome": ""}, "nome", "em branco"),
        ({"nome": "Mar\x00ia"}, "nome", "ilegíveis"),
        ({"nome": "Mar�a"}, "nome", "ilegíveis"),
        ({"cpf": "529.982.247-26"}, "cpf", "CPF inválido"),
        ({"cpf": "9982247250"}, "cpf", "zeros à esquerda"),
        ({"valor": "abc"}, "valor", "ilegível"),
        ({"valor": "1,234"}, "valor", "ambíguo"),
        ({"valor": "0,00"}, "valor", "maior que zero"),
        ({"valor": "-10,00"}, "valor", "maior que zero"),
        ({"vencimento": ""}, "vencimento", "em branco"),
        ({"vencimento": "31/02/2026"}, "vencimento", "não existe"),
        ({"vencimento": "10/01/1026"}, "vencimento", "fora do intervalo"),
        ({"nascimento": "11/03/2026"}, "nascimento", "fora do intervalo"),
        ({"uf": "XX"}, "uf", "UF desconhecida"),
        ({"parcela": "zero"}, "parcela", "número de 1 a 999"),
        ({"parcela": "0"}, "parcela", "número de 1 a 999"),
        ({"telefone": ""}, "telefone", "sem telefone"),
        ({"telefone": "190"}, "telefone", "nenhum telefone que se possa discar"),
    ],
)
def test_a_fault_refuses_the_row_and_names_the_column(
    cells: dict[str, str], column: str, reason: str
) -> None:
    result = read(**cells)
    assert result.row is None
    faults = [note for note in result.remarks if note.severity is Severity.ERROR]
    assert [(fault.line, fault.column) for fault in faults] == [(7, column)]
    assert reason in faults[0].reason


def test_all_faults_of_a_row_are_told_at_once() -> None:
    result = read(cpf="1", valor="x", vencimento="y", telefone="z")
    assert [note.column for note in result.remarks] == [
        "cpf", "valor", "vencimento", "telefone", "telefone",
    ]  # fmt: skip


def test_an_undialable_number_is_a_warning_while_another_can_be_dialled() -> None:
    result = read(celular="0800 123 4567")
    assert result.row is not None
    assert [(note.column, note.severity) for note in result.remarks] == [
        ("celular", Severity.WARNING)
    ]


def test_numbers_are_taken_from_all_columns_once_each() -> None:
    row = read(telefone="11 90001-2345 / 11 3222-1234", celular="(11) 90001-2345").row
    assert row is not None
    assert [phone.e164 for phone in row.phones] == ["+5511900012345", "+551132221234"]


def test_no_remark_holds_the_content_of_a_cell() -> None:
    personal = read(cpf="529.982.247-26", telefone="11 9123-4567", valor="segredo")
    told = " ".join(note.reason for note in personal.remarks)
    assert "529" not in told
    assert "9123" not in told
    assert "segredo" not in told


def test_a_row_of_another_width_is_refused() -> None:
    result = read_row(3, ["a", "b"], LAYOUT, today=date(2026, 3, 10))
    assert result.row is None
    assert "2 colunas e o cabeçalho 11" in result.remarks[0].reason


def test_a_state_may_be_written_in_full() -> None:
    row = read(uf="São Paulo").row
    assert row is not None
    assert row.uf == "SP"


def test_earlier_and_mobile_numbers_have_better_scores() -> None:
    mobile, fixed = parse_phone("11900012345"), parse_phone("1132221234")
    scores = [first_score(mobile, place) for place in range(8)]
    assert scores == sorted(scores, reverse=True)
    assert first_score(fixed, 0) < first_score(mobile, 0)
    assert all(0 < first_score(phone, 9) <= 1 for phone in (mobile, fixed))
