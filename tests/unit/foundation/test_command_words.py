"""The whole command line speaks Portuguese: help, errors, and what click itself says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from foundation.cli import main
from foundation.command_words import _CATALOGUE

# said of Windows, of an editor, of shell completion, or to who writes a program
UNSAID = {"_winconsole.py", "_termui_impl.py", "shell_completion.py", "utils.py"}
TO_PROGRAMMERS = re.compile(
    r"^(Could not determine|No options defined|Arguments take|Name '|Boolean option"
    r"|Invalid start|Unknown color)"
)
ENGLISH = re.compile(
    r"\b(Usage|Options|Commands|Error|Show|Try|Missing|Invalid|required|TEXT"
    r"|INTEGER|FLOAT|PATH|FILE|NAME|COMMAND|ARGS|OPTIONS|No such)\b"
)


def said_by_click() -> Iterator[tuple[str, str]]:
    """Section of the catalogue and text, of each call of gettext in the library."""
    sections = {"_": "texts", "ngettext": "counted"}
    for path in Path(click.__file__).parent.glob("*.py"):
        if path.name in UNSAID:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            section = sections.get(node.func.id)
            said = node.args[0] if section else None
            if isinstance(said, ast.Constant) and not TO_PROGRAMMERS.match(str(said.value)):
                yield str(section), str(said.value)


def test_no_text_of_click_is_missing_in_the_catalogue() -> None:
    said = list(said_by_click())
    assert len(said) > 40
    assert [text for section, text in said if text not in _CATALOGUE[section]] == []


def test_a_translation_fills_the_same_places() -> None:
    for english, ours in _CATALOGUE["texts"].items():
        assert sorted(re.findall(r"\{.*?\}", ours)) <= sorted(
            re.findall(r"\{.*?\}", english)
        ), english


def commands() -> list[list[str]]:
    found: list[list[str]] = []

    def walk(command: click.Command | None, path: list[str]) -> None:
        found.append(path)
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                walk(command.get_command(context, name), [*path, name])

    walk(main, [])
    return found


def test_every_help_is_in_portuguese() -> None:
    every = commands()
    assert ["import", "list"] in every
    for path in every:
        done = CliRunner().invoke(main, [*path, "--help"], prog_name="acordo")
        assert done.exit_code == 0, path
        assert done.output.startswith("Uso: acordo"), path
        assert ENGLISH.findall(done.output) == [], (path, done.output)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["nada"], "Erro: Não existe o comando 'nada'."),
        (["import", "lista"], "Erro: Não existe o comando 'lista'."),
        (["import", "undo"], "Erro: Falta o argumento 'NÚMERO'."),
        (["import", "undo", "7"], "não é um identificador (UUID)."),
        (["import", "list", "--nada"], "Erro: Não existe a opção '--nada'."),
        (["agents", "create", "x"], "'x' não é um número válido"),
        (
            ["campaign", "create", "A", "--creditor", "B", "--mode", "x"],
            "'x' não é uma destas",
        ),
    ],
)
def test_errors_are_in_portuguese(given: list[str], told: str) -> None:
    done = CliRunner().invoke(main, given, prog_name="acordo")
    assert done.exit_code == 2
    assert told in done.output
    assert "Uso: acordo" in done.output
    assert "Veja a ajuda com «acordo" in done.output
    assert ENGLISH.findall(done.output) == [], done.output
