"""The commands that write and read codes and files."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from cobranca.payments.cli import boleto, pix, retorno
from sim.outside.bank.cnab_desk import Happened, titles_of
from sim.outside.bank.cnab_desk import retorno as answered
from tests.unit.payments.cnab_samples import AT, golden_text
from tests.unit.payments.test_pix_code import MANUAL_STATIC

LINE = "34191.10121 34567.880058 71234.570001 6 16670000012345"


def test_a_pix_code_is_written_and_read() -> None:
    asked = (
        "encode --key 123e4567-e12b-12d1-a456-426655440000 --city BRASILIA --name".split()
    )
    made = CliRunner().invoke(pix, [*asked, "Fulano de Tal"])
    assert made.output.strip() == MANUAL_STATIC
    read = CliRunner().invoke(pix, ["decode", MANUAL_STATIC, "--json"])
    said = json.loads(read.output)
    assert (said["name"], said["city"], said["amount"]) == (
        "Fulano de Tal",
        "BRASILIA",
        None,
    )
    shown = CliRunner().invoke(pix, ["decode", MANUAL_STATIC]).output
    assert "nome: Fulano de Tal" in shown


def test_a_boleto_is_written_and_read() -> None:
    asked = "encode --bank 341 --branch 57 --account 12345 --carteira 110 --number 12345678"
    made = CliRunner().invoke(
        boleto, [*asked.split(), "--due", "01/05/2002", "--amount", "123,45"]
    )
    assert f"linha digitável: {LINE}" in made.output
    read = CliRunner().invoke(boleto, ["decode", LINE, "--on", "2002-05-01", "--json"])
    said = json.loads(read.output)
    assert (said["due_on"], said["amount"]) == ("2002-05-01", "123.45")
    again = ["decode", LINE, "--on", "22/11/2026"]
    today = json.loads(CliRunner().invoke(boleto, [*again, "--json"]).output)
    assert today["due_on"] == "2026-12-21"  # the same factor, a cycle later


@pytest.mark.parametrize(
    ("group", "arguments", "status", "words"),
    [
        (pix, ["decode", MANUAL_STATIC[:-1] + "E"], 1, "dígito de controle"),
        (pix, ["encode", "--name", "A", "--city", "B"], 2, "--key ou --url"),
        (boleto, ["decode", LINE.replace("6 16", "7 16")], 1, "dígito geral"),
        (boleto, ["decode", LINE, "--on", "31/02/2026"], 1, "calendário"),
        (boleto, ["encode"], 2, "--bank"),
    ],
)
def test_what_is_wrong_is_one_clear_line(
    group: object, arguments: list[str], status: int, words: str
) -> None:
    done = CliRunner().invoke(group, arguments)  # type: ignore[arg-type]
    assert done.exit_code == status
    assert words in done.output
    assert "Traceback" not in done.output


def test_a_retorno_is_shown_and_its_faults_are_told(tmp_path: Path) -> None:
    titles = titles_of(golden_text("341", 400).encode(), bank="341", size=400)
    happened = [
        Happened(title=title, occurrence="06", on=date(2026, 12, 14), paid=title["amount"])
        for title in titles
    ]
    path = tmp_path / "a.ret"
    path.write_bytes(answered(happened, bank="341", size=400, sequence=1, at=AT))
    shown = CliRunner().invoke(retorno, ["read", str(path), "--bank", "341"])
    assert shown.exit_code == 0
    assert "Liquidação normal, R$" in shown.output
    assert "2 títulos lidos, 0 linhas recusadas" in shown.output
    other = CliRunner().invoke(retorno, ["read", str(path), "--bank", "237"])
    assert other.exit_code == 1
    assert "é do banco 341" in other.output
