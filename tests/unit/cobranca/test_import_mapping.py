"""What columns are taken to hold, from their names and their values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranca.debtors.imports.errors import MappingUnreadable
from cobranca.debtors.imports.mapping import (
    CERTAIN,
    SURE,
    applied,
    as_json,
    from_json,
    learn,
    signature,
)
from cobranca.debtors.imports.synonyms import Field

HEADERS = ["NR_CTR", "CPF_CNPJ", "NM_CLIENTE", "VLR_PARC", "DT_VCTO", "FONE1"]
ROWS = [
    ["1", "529.982.247-25", "Maria", "10,00", "10/01/2026", "11900000001"],
    ["2", "111.444.777-35", "José", "20,00", "11/01/2026", "11900000002"],
]


def test_names_that_systems_write_are_certain() -> None:
    learnt = learn(HEADERS, ROWS)
    assert learnt.targets == (
        Field.CONTRACT,
        Field.DOCUMENT,
        Field.NAME,
        Field.AMOUNT,
        Field.DUE_ON,
        Field.PHONE,
    )
    assert learnt.sure
    assert learnt.columns[0].samples == ("1", "2")


def test_a_telling_word_makes_a_column_probable() -> None:
    headers = ["CTR", "CPF", "NOME", "VALOR ATUALIZADO CALCULADO", "VENC", "CEL"]
    learnt = learn(headers, ROWS)
    assert learnt.columns[3].field is Field.AMOUNT
    assert learnt.columns[3].confidence < SURE
    assert not learnt.sure
    assert not learnt.missing


def test_a_certain_name_beats_a_probable_one() -> None:
    learnt = learn([*HEADERS, "VALOR ORIGINAL"], [[*row, "9,00"] for row in ROWS])
    assert learnt.columns[3].field is Field.AMOUNT
    assert learnt.columns[6].field is None


def test_values_speak_where_names_are_silent() -> None:
    headers = ["CTR", "IDENT", "NOME", "VALOR", "VENC", "X1"]
    learnt = learn(headers, ROWS)
    assert learnt.columns[1].field is Field.DOCUMENT
    assert learnt.columns[5].field is Field.PHONE
    assert not learnt.sure


def test_values_that_contradict_a_name_take_its_certainty() -> None:
    rows = [[*row[:1], "sem", *row[2:]] for row in ROWS]
    learnt = learn(HEADERS, rows)
    assert learnt.columns[1].field is Field.DOCUMENT
    assert learnt.columns[1].confidence < SURE


def test_what_is_missing_or_ambiguous_is_told() -> None:
    learnt = learn(["CPF", "VALOR", "SALDO"], [])
    assert set(learnt.missing) == {
        Field.CONTRACT,
        Field.NAME,
        Field.DUE_ON,
        Field.PHONE,
    }
    assert learnt.repeated == {Field.AMOUNT: ["VALOR", "SALDO"]}


def test_a_choice_is_certain() -> None:
    learnt = learn(["A", "B"], [])
    chosen = applied(learnt, (Field.NAME, None))
    assert (chosen.columns[0].field, chosen.columns[0].confidence) == (Field.NAME, CERTAIN)


TARGETS = st.lists(st.sampled_from([None, *Field]), min_size=1, max_size=12)


@given(targets=TARGETS, data=st.data())
def test_a_mapping_survives_its_json(
    targets: list[Field | None], data: st.DataObject
) -> None:
    names = st.sampled_from(["Tel", "TEL ", "Valor", "x", "é"])
    headers = [data.draw(names) for _ in targets]
    assert from_json(as_json(headers, targets), headers) == tuple(targets)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {"colunas": "x"},
        {"colunas": [1]},
        {"colunas": [{"coluna": 1}]},
        {"colunas": [{"coluna": "A", "campo": "salário"}]},
        {"colunas": [{"coluna": "Não há", "campo": "nome"}]},
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(data: object) -> None:
    with pytest.raises(MappingUnreadable) as caught:
        from_json(data, ["A"])
    assert "\n" not in str(caught.value)


def test_headers_are_the_same_whatever_their_case_accents_and_signs() -> None:
    assert signature(["Nº do Contrato", "CPF"]) == signature(["NO DO CONTRATO", "cpf."])
    assert signature(["A", "B"]) != signature(["B", "A"])
