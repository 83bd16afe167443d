"""Chances of being answered: which column, of which telephone, on which scale."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranca.debtors.imports.cells import Broken, Cell, UnusableCell
from cobranca.debtors.imports.columns import Layout, by_name, read_layout
from cobranca.debtors.imports.mapping import learn
from cobranca.debtors.imports.phone_columns import PhoneColumn
from cobranca.debtors.imports.rows import ReadRow, Severity, read_row
from cobranca.debtors.imports.score_columns import weighed
from cobranca.debtors.imports.scores import Scale, Tally, chance_in, scale_of
from cobranca.debtors.imports.synonyms import Field
from cobranca.debtors.imports.xlsx.package import Limits
from tests.builders.debtor_files import cpf, phone

LEAST = ["contrato", "cpf", "nome", "valor", "vencimento"]
DEBT = ["C-1", cpf(1), "Maria", "10,00", "10/01/2026"]


@pytest.mark.parametrize(
    "header",
    [
        "score", "Score 1", "SCORE_TELEFONE_1", "Telefone 1 Score", "propensão",
        "Propensão de contato", "probabilidade de contato", "Prob. Alô", "PROB_ALO_2",
        "chance de atender", "Chance de Atendimento - Celular", "score fone residencial",
    ],
)  # fmt: skip
def test_a_chance_has_many_names(header: str) -> None:
    assert by_name(header) is Field.SCORE


@pytest.mark.parametrize(
    "header",
    [
        "score de crédito", "Score Serasa", "score do cliente", "propensão a pagar",
        "probabilidade de pagamento", "alô", "rating", "Telefone 1", "contato",
    ],
)  # fmt: skip
def test_another_score_is_not_taken_for_one(header: str) -> None:
    assert by_name(header) is not Field.SCORE


@pytest.mark.parametrize(
    ("headers", "pairs"),
    [
        (["telefone1", "telefone2", "score2", "score1"], [(5, 8), (6, 7)]),
        (["Telefone", "Celular", "Score Celular", "Prob Alô Telefone"], [(5, 8), (6, 7)]),
        (["fone 1", "fone 2", "Telefone 2 - Score"], [(5, None), (6, 7)]),
        (["tel", "score", "cel", "score"], [(5, 6), (7, 8)]),
        (["score interno", "telefone"], [(6, None)]),
        (["score", "telefone"], [(6, 5)]),
        (["telefone1", "score", "telefone2"], [(5, 6), (7, None)]),
        (["telefone1", "telefone2", "score"], [(5, 7), (6, 7)]),
    ],
)
def test_each_chance_finds_its_telephone(
    headers: list[str], pairs: list[tuple[int, int | None]]
) -> None:
    layout = read_layout([*LEAST, *headers])
    assert [(one.index, one.score_index) for one in layout.phones] == pairs


def test_what_place_decided_is_said() -> None:
    assert read_layout([*LEAST, "tel1", "score 1", "tel2", "score 2"]).notes == ()
    assert read_layout([*LEAST, "telefone", "score"]).notes == ()  # there is no choice
    amid = read_layout([*LEAST, "tel1", "score", "tel2"])
    assert amid.notes == ("A coluna “score” vale para “tel1”.",)
    alone = read_layout([*LEAST, "tel1", "tel2", "Score"])
    assert alone.notes == ("A coluna “Score” vale para todos os telefones da linha.",)
    many = read_layout([*LEAST, "tel", "score 1", "score 2"])
    assert many.notes[-1] == "A coluna “score 2” não foi lida: não há telefone para ela."
    assert many.ignored == ("score 2",)


def test_ddd_and_chance_stand_side_by_side() -> None:
    layout = read_layout([*LEAST, "ddd1", "tel1", "score1"])
    assert layout.phones == (PhoneColumn(6, 5, 7),)
    assert layout.ignored == ()


@pytest.mark.parametrize(
    ("cell", "scale", "chance"),
    [
        ("0,85", Scale.SHARE, 0.85),
        (".5", Scale.SHARE, 0.5),
        ("1", Scale.SHARE, 1.0),
        ("1", Scale.PERCENT, 0.01),
        ("85", Scale.PERCENT, 0.85),
        ("85%", Scale.SHARE, 0.85),
        ("12,34 %", Scale.PERCENT, 0.1234),
        ("8.5E-02", Scale.SHARE, 0.085),
        (Decimal("0.1"), Scale.SHARE, 0.1),
        (" ", Scale.SHARE, None),
    ],
)
def test_a_chance_is_read(cell: Cell, scale: Scale, chance: float | None) -> None:
    assert chance_in(cell, scale) == chance


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("alto", "ilegível"),
        ("-0,5", "ilegível"),
        ("101", "fora de 0 a 100%"),
        ("850", "fora de 0 a 100%"),
        ("2", "de 0 a 1, ou ter %"),
        ("1.000,5", "ilegível"),
        ("%", "ilegível"),
        ("9" * 400, "ilegível"),
        (Decimal(-1), "fora de 0 a 100%"),
        (date(2026, 1, 1), "uma data"),
        (Broken("erro na fórmula"), "fórmula"),
    ],
)
def test_nonsense_is_refused_with_its_reason(cell: Cell, reason: str) -> None:
    with pytest.raises(UnusableCell) as caught:
        chance_in(cell, Scale.SHARE)
    assert reason in str(caught.value)


@given(text=st.text(max_size=12), scale=st.sampled_from(Scale))
def test_whatever_stands_there_is_a_share_or_refused(text: str, scale: Scale) -> None:
    try:
        chance = chance_in(text, scale)
    except UnusableCell:
        return
    assert chance is None or 0 <= chance <= 1


def of(*columns: Sequence[str]) -> Scale | None:
    tallies = []
    for column in columns:
        tallies.append(Tally())
        for cell in column:
            tallies[-1].note(cell)
    return scale_of(tallies)


def test_all_columns_of_a_file_are_on_one_scale() -> None:
    assert of(["0,1", "0,9", "0"]) is Scale.SHARE
    assert of(["10", "1", "0,5", "98", "99"]) is Scale.PERCENT
    assert of(["0", "1"], ["40", "60", "80"]) is Scale.PERCENT
    assert of(["10%", "20%"]) is Scale.PERCENT
    assert of([]) is Scale.SHARE
    assert of(["0,2"] * 95 + ["85"] * 5) is Scale.SHARE  # a few slips of the pen
    assert of(["0,2"] * 60 + ["85"] * 40) is None


def weigh(path: Path, headers: Sequence[str], *rows: Sequence[str]) -> Layout:
    lines = [";".join([*LEAST, *headers]), *(";".join([*DEBT, *row]) for row in rows)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return weighed(path, Limits(), None, read_layout([*LEAST, *headers]))


def test_the_scale_is_that_of_the_whole_file(tmp_path: Path) -> None:
    """Sorted by chance: the first thousand rows look like shares."""
    rows = [[phone(n), str(n // 1000)] for n in range(4000)]
    layout = weigh(tmp_path / "a.csv", ["tel", "score"], *rows)
    assert layout.scale is Scale.PERCENT
    told = "Chances de atender lidas de 0 a 100 (85 é 85%) em “score”."
    assert layout.notes == (told,)


def test_a_score_of_something_else_is_left_aside_and_said(tmp_path: Path) -> None:
    rows = [[phone(n), str(300 + n), "0,4"] for n in range(9)]
    layout = weigh(tmp_path / "a.csv", ["tel1", "score 1", "prob alo tel 1"], *rows)
    assert layout.phones == (PhoneColumn(5, None, None),)
    assert layout.notes[-1].startswith("A coluna “score 1” não traz chances de atender")
    assert layout.ignored == ("score 1", "prob alo tel 1")


def test_a_scale_that_cannot_be_told_is_not_guessed(tmp_path: Path) -> None:
    rows = [[phone(n), "0,4" if n % 3 else "40"] for n in range(90)]
    layout = weigh(tmp_path / "a.csv", ["tel1", "score"], *rows)
    assert layout.phones == (PhoneColumn(5),)
    assert "não dá para saber a escala" in layout.notes[0]


def test_a_file_without_chances_is_not_read_twice(tmp_path: Path) -> None:
    layout = read_layout([*LEAST, "telefone"])
    assert weighed(tmp_path / "none.csv", Limits(), None, layout) is layout


def read(headers: Sequence[str], *cells: str) -> ReadRow:
    layout = read_layout([*LEAST, *headers])
    return read_row(3, [*DEBT, *cells], layout, today=date(2026, 3, 10))


def test_a_row_has_a_chance_for_each_number() -> None:
    headers = ["tel1", "score1", "tel2", "score2"]
    row = read(headers, f"{phone(1)} / {phone(2)}", "0,3", phone(3), "").row
    assert row is not None
    assert row.chances == (0.3, 0.3, None)
    twice = read(headers, phone(1), "", phone(1), "0,2").row
    assert twice is not None
    assert (len(twice.phones), twice.chances) == (1, (0.2,))


def test_a_chance_that_cannot_be_read_is_a_warning_and_the_row_stands() -> None:
    result = read(["tel1", "tel2", "score"], phone(1), phone(2), "muito alta")
    assert result.row is not None
    assert result.row.chances == (None, None)
    (remark,) = result.remarks  # the cell is told once, whatever telephones it is for
    assert (remark.column, remark.severity) == ("score", Severity.WARNING)
    assert "muito" not in remark.reason
    assert read(["tel1", "tel2", "score2"], phone(1), "", "x").remarks == ()  # no number


def test_values_tell_a_chance_from_a_score_of_credit() -> None:
    headers = [*LEAST, "telefone", "score"]
    rows = [[*DEBT, phone(1), value] for value in ("0,3", "0,4")]
    assert learn(headers, rows).columns[-1].field is Field.SCORE
    assert learn(headers, rows).sure
    credit = [[*DEBT, phone(1), value] for value in ("300", "870")]
    assert not learn(headers, credit).sure
