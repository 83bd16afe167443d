"""The simulated bank's answer to a file that was sent to it, by its command."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from cobranca.payments.bank_files import read_bank_file
from sim.outside.outside_cli import bank
from tests.unit.payments.cnab_samples import golden_text


@pytest.mark.parametrize(("code", "size"), [("001", 240), ("341", 400)])
@pytest.mark.parametrize("rejected", [False, True])
def test_each_title_that_was_registered_is_paid_or_rejected(
    tmp_path: Path, code: str, size: int, rejected: bool
) -> None:
    sent, out = tmp_path / "remessa.rem", tmp_path / "retorno.ret"
    sent.write_text(golden_text(code, size), "ascii", newline="")
    arguments = ["answer", str(sent), "--out", str(out)]
    run = CliRunner().invoke(bank, arguments + ["--rejected"] * rejected)
    assert run.exit_code == 0, run.output
    file = read_bank_file(out.read_bytes(), banks=[code])
    counts = (len(file.money), len(file.refused))
    assert counts == ((0, 2) if rejected else (2, 0))
    again = CliRunner().invoke(bank, arguments)
    assert again.exit_code == 1
    assert "já existe" in again.output


def test_what_is_no_remessa_is_refused(tmp_path: Path) -> None:
    sent, out = tmp_path / "nada.rem", tmp_path / "retorno.ret"
    sent.write_bytes(b"nome;valor\r\n")
    run = CliRunner().invoke(bank, ["answer", str(sent), "--out", str(out)])
    assert run.exit_code == 1
    assert "não é uma remessa" in run.output
    assert not out.exists()
