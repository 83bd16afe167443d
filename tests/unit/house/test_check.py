"""`make check` fails when a stage fails, and shows why."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from foundation.development import compose, importing, pages
from foundation.development.check import STAGES, Stage, main, run

GOOD = Stage("good", (sys.executable, "-c", "print('first'); print('all is well')"))
BAD = Stage("bad", (sys.executable, "-c", "print('line 3 is wrong'); raise SystemExit(2)"))
LOST = Stage("lost", ("no-such-program",))


def test_a_clean_run_is_one_line_a_stage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main((GOOD, GOOD), tmp_path) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines] == [["good", "ok"]] * 2 + [["all", "ok"]]
    assert lines[0].endswith(" s  all is well")


def test_one_failure_fails_all_and_the_others_still_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main((BAD, GOOD), tmp_path) == 1
    printed = capsys.readouterr().out
    assert "line 3 is wrong" in printed
    assert "good          ok" in printed
    assert printed.splitlines()[-1].endswith("bad")


def test_a_missing_program_is_a_failure_that_says_what_to_do(tmp_path: Path) -> None:
    assert run(LOST, tmp_path) == (False, "not installed: no-such-program (make setup)")


def test_every_promised_stage_is_there() -> None:
    assert [stage.name for stage in STAGES] == [
        "format",
        "lint",
        "types",
        "imports",
        "architecture",
        "dialplan",
        "language",
        "page scripts",
        "vendored",
        "compose file",
        "locks",
    ]


def test_checkers_that_take_anything_are_found_out(tmp_path: Path) -> None:
    for name in ("biome", "tsc"):
        for program in _places(tmp_path, name):
            _content_with_anything(program)
    problem = pages.check(tmp_path, pages.ROOT)
    assert problem is not None
    assert problem.count("planted fault") == 2


def test_a_compose_program_that_takes_anything_is_found_out(tmp_path: Path) -> None:
    program = tmp_path / "docker-compose"
    _content_with_anything(program)
    assert "planted fault" in (compose.check(program, compose.ROOT) or "")


def test_a_module_that_cannot_be_imported_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "said_twice"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "good.py").touch()
    (package / "bad.py").write_text("raise ValueError('[problems] csrf')\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    count, found = importing.faults(["said_twice"])
    assert count == 3
    (fault,) = found
    assert fault.startswith("said_twice.bad:")
    assert "[problems] csrf" in fault


def _places(folder: Path, name: str) -> list[Path]:
    modules = folder / "node_modules"
    layouts = {
        "biome": "@biomejs/cli-linux-{}",
        "tsc": "@typescript/typescript-linux-{}/lib",
    }
    return [modules / layouts[name].format(kind) / name for kind in ("x64", "arm64")]


def _content_with_anything(program: Path) -> None:
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text("#!/bin/sh\nexit 0\n", "utf-8")
    program.chmod(0o755)
