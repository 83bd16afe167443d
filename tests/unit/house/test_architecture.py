"""The contracts of import-linter report what breaks them, and pure modules are pure."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from foundation.development.architecture import cores, module_name
from tests.unit.house.tree import ROOT, modules, shown

PACKAGES = ("foundation", "cobranca", "dialer", "ura", "agent_console", "sim")
FORBIDDEN_CALLS = {"now", "today", "utcnow", "open", "print", "input"}
FAULTS = {
    "foundation/planted.py": (
        "import cobranca.debts\n",
        "foundation.planted -> cobranca.debts (l.1)",
    ),
    "ura/planted.py": ("import dialer.ports\n", "ura.planted -> dialer.ports (l.1)"),
    # knowing a type is depending on it
    "cobranca/planted.py": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import dialer.ports\n",
        "cobranca.planted -> dialer.ports (l.3)",
    ),
    "dialer/pacing/planted.py": (
        '"""A core. Pure."""\nimport random\n',
        "dialer.pacing.planted -> random (l.2)",
    ),
    "dialer/calls/planted.py": (
        '"""Pure."""\nimport foundation.ids\n',
        "foundation.ids -> os",
    ),
}


def test_each_contract_reports_the_line_that_breaks_it(tmp_path: Path) -> None:
    _copy_of_the_packages(tmp_path)
    for name, (text, _) in FAULTS.items():
        (tmp_path / name).write_text(text, "utf-8")
    done = _lint(tmp_path)
    assert done.returncode == 1
    assert [line for _, line in FAULTS.values() if line not in done.stdout] == []


def test_a_module_that_does_not_call_itself_pure_may_read_the_clock(tmp_path: Path) -> None:
    _copy_of_the_packages(tmp_path)
    (tmp_path / "dialer/planted.py").write_text('"""A shell, not Pure."""\nimport time\n')
    assert "dialer.planted" not in _lint(tmp_path).stdout


def test_pure_modules_call_no_clock_and_no_outside() -> None:
    pure = {name for package in PACKAGES for name in cores(ROOT / package)}
    assert "dialer.calls.call" in pure
    guilty = [
        f"{shown(path)}:{getattr(node, 'lineno', 0)}"
        for path in modules()
        if path.relative_to(ROOT).parts[0] in PACKAGES
        and module_name(path, ROOT / path.relative_to(ROOT).parts[0]) in pure
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if _touches_the_outside(node)
    ]
    assert guilty == []


@pytest.mark.parametrize(
    ("docstring", "pure"),
    [
        ("When to call again. Pure.", True),
        ("How many calls.\n\nPure: no clock.", True),
        ("Pure values.", True),
        ("Keeps what the Pure part decided.", False),
        ("Pure functions, and one that writes.", False),
        ("Impure.", False),
    ],
)
def test_a_core_is_known_by_a_sentence(tmp_path: Path, docstring: str, pure: bool) -> None:
    package = tmp_path / "trial"
    package.mkdir()
    (package / "module.py").write_text(f'"""{docstring}"""\n', "utf-8")
    assert list(cores(package)) == (["trial.module"] if pure else [])


def _touches_the_outside(node: ast.AST) -> bool:
    match node:
        case ast.AsyncFunctionDef() | ast.Await():
            return True
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            unseeded = name == "default_rng" and not node.args
            return name in FORBIDDEN_CALLS or unseeded
    return False


def _copy_of_the_packages(target: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package,
            target / package,
            ignore=lambda folder, names: [
                name
                for name in names
                if not (name.endswith(".py") or (Path(folder) / name).is_dir())
            ],
        )
    shutil.copy(ROOT / "pyproject.toml", target)


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [str(program), "--no-logo", "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
