"""`acordo import debtors` as people and programs use it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cobranca.debtors.imports.cli import import_group
from tests.builders.debtor_files import HEADER, row, write

Run = Callable[..., Result]


@pytest.fixture
def run(settings_env: dict[str, str]) -> Run:
    def invoke(*arguments: str, **environment: str) -> Result:
        names = ("--creditor", "Banco Um", "--portfolio", "Carteira")
        runner = CliRunner(env=settings_env | environment)
        return runner.invoke(import_group, ["debtors", *names, *arguments])

    return invoke


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "devedores.csv"


def test_refused_rows_are_said_and_the_status_is_done(run: Run, path: Path) -> None:
    result = run(str(write(path, row(1), row(2, cpf="1"))))
    assert result.exit_code == 0
    assert "recusados          1" in result.output
    assert "devedores.erros.csv" in result.output
    assert path.with_name("devedores.erros.csv").exists()


def test_json_for_programs(run: Run, path: Path) -> None:
    result = run(str(write(path, row(1), row(2, cpf="1"))), "--json")
    figures = json.loads(result.stdout)
    assert (figures["rows"], figures["new"], figures["refused"]) == (2, 1, 1)
    assert figures["errors_file"].endswith("devedores.erros.csv")


def test_the_errors_file_can_stand_elsewhere(run: Run, path: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "motivos.csv"
    run(str(write(path, row(1, cpf="1"), row(2))), "--errors", str(elsewhere))
    assert (
        elsewhere.read_text("utf-8-sig").splitlines()[0]
        == f"linha;gravidade;motivo;{HEADER}"
    )
    assert not path.with_name("devedores.erros.csv").exists()


def test_nothing_importable_is_a_failure(run: Run, path: Path) -> None:
    result = run(str(write(path, row(1, cpf="1"))))
    assert result.exit_code == 1
    assert "nenhuma linha pôde ser importada" in result.output


def test_a_dry_run_says_so(run: Run, path: Path) -> None:
    result = run(str(write(path, row(1))), "--dry-run")
    assert result.exit_code == 0
    assert "nada foi gravado" in result.output


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04x", b"\x00\x01", b"a;b\n1;2\n"])
def test_an_unreadable_file_is_one_clear_line(
    run: Run, path: Path, content: bytes | None
) -> None:
    if content is not None:
        path.write_bytes(content)
    # needs no database to say so
    result = run(str(path), ACORDO_DATABASE_URL="postgresql+asyncpg://x@/x?host=/nowhere")
    assert result.exit_code == 1
    assert result.output.startswith("acordo: ")
    assert len(result.output.splitlines()) == 1


def test_a_database_that_is_down_is_one_clear_line(run: Run, path: Path) -> None:
    write(path, row(1))
    result = run(str(path), ACORDO_DATABASE_URL="postgresql+asyncpg://x@/x?host=/nowhere")
    assert result.exit_code == 1
    assert "fora do ar" in result.output
    assert "Nada foi importado" in result.output


def test_an_errors_file_that_cannot_be_written_imports_nothing(
    run: Run, path: Path, tmp_path: Path
) -> None:
    write(path, row(1, cpf="1"), row(2))
    result = run(str(path), "--errors", str(tmp_path / "none" / "x.csv"))
    assert result.exit_code == 1
    assert "arquivo de erros" in result.output
    assert "0" in run(str(write(path, row(2))), "--json").stdout
    assert json.loads(run(str(path), "--json").stdout)["same"] == 1


def test_the_file_itself_is_not_overwritten_by_its_errors(run: Run, path: Path) -> None:
    write(path, row(1, cpf="1"))
    before = path.read_bytes()
    assert run(str(path), "--errors", str(path)).exit_code == 2
    assert path.read_bytes() == before


def test_a_terminal_sees_how_far_the_reading_is(
    settings_env: dict[str, str], path: Path
) -> None:
    write(path, *(row(serial) for serial in range(1, 5000)))
    names = ("--creditor", "Banco Um", "--portfolio", "Carteira")
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "foundation", "import", "debtors", str(path), *names]
    done = subprocess.run(
        command,
        env=os.environ | settings_env | {"TERM": "xterm"},
        stdout=subprocess.PIPE,
        stderr=follower,
        check=True,
        timeout=60,
    )
    os.close(follower)
    shown = os.read(leader, 100_000).decode()
    os.close(leader)
    assert "linhas)" in shown
    assert "100%" in shown
    assert "Lendo" not in done.stdout.decode()
