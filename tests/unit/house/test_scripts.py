"""The scripts around the Makefile: set-up, what must pass, and what `make run` hands on."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.unit.house.tree import ROOT

TARGETS = "setup check test compose-test"
STAGES = f".PHONY: {TARGETS}\n{TARGETS}:\n\t@echo making $@; {{verdict}}\n"


def test_without_venv_the_set_up_names_the_packages(tmp_path: Path) -> None:
    _copy(tmp_path, "setup")
    done = _run(tmp_path, ".ci/setup", "run", PYTHON="false")
    assert done.returncode == 1
    assert "sudo apt install git make python3-venv" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_the_set_up_refuses_an_old_python(tmp_path: Path) -> None:
    _copy(tmp_path, "setup")
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\ncase "$*" in *version*) echo Python 3.9; exit 1;; esac\n')
    python.chmod(0o755)
    done = _run(tmp_path, ".ci/setup", "develop", PYTHON=str(python))
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr


def test_the_set_up_explains_its_usage(tmp_path: Path) -> None:
    _copy(tmp_path, "setup")
    assert _run(tmp_path, ".ci/setup").returncode == 2


@pytest.mark.parametrize(
    ("verdict", "status"),
    [
        ("true", 0),
        *((f'test "$@" != {name}', 1) for name in ("check", "test", "compose-test")),
    ],
)
def test_each_stage_runs_and_is_timed_and_one_failure_fails_all(
    tmp_path: Path, verdict: str, status: int
) -> None:
    _copy(tmp_path, "run")
    (tmp_path / "Makefile").write_text(STAGES.format(verdict=verdict), "utf-8")
    done = _run(tmp_path, ".ci/run")
    assert done.returncode == status
    made = re.findall(r"^making ([\w-]+)$", done.stdout, re.MULTILINE)
    assert made == ["setup", "check", "test", "compose-test"]
    timed = re.findall(
        r"^== (\w+): (?:passed in|FAILED after) \d+ s$", done.stdout, re.MULTILINE
    )
    assert timed == ["setup", "check", "tests", "containers"]


def test_a_stop_of_make_run_reaches_the_program(tmp_path: Path) -> None:
    """The recipe of `run` is replaced by a program of the same kind: it ends when told."""
    program = tmp_path / ".venv/bin/acordo"
    program.parent.mkdir(parents=True)
    program.write_text(
        "#!/bin/bash\ntrap 'echo told to stop; exit 0' TERM\necho up $*\n"
        "while :; do sleep 0.05; done\n",
        "utf-8",
    )
    program.chmod(0o755)
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / ".ci").mkdir()
    (tmp_path / ".ci/setup").symlink_to("/bin/true")
    with subprocess.Popen(
        ["make", "run"], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as make:
        assert make.stdout
        assert make.stdout.readline() == "up up --demo\n"
        make.send_signal(signal.SIGTERM)
        assert make.stdout.readline() == "told to stop\n"
        make.wait(10)


def _copy(target: Path, name: str) -> None:
    (target / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / name, target / ".ci")


def _run(
    folder: Path, script: str, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(folder / script), *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
