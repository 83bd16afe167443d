"""The file of what runs, and what the next start does with leftovers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from foundation import status
from foundation.home import Home
from foundation.status import Seen

SLEEP = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(1000)"]


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(SLEEP, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def _seen(process: subprocess.Popen[bytes], **changes: object) -> Seen:
    values: dict[str, object] = {
        "name": "dialer",
        "pid": process.pid,
        "state": "ready",
        "started_at": psutil.Process(process.pid).create_time(),
        "argv": SLEEP,
        "addresses": {"health": "http://127.0.0.1:9101"},
        **changes,
    }
    return Seen(**values)  # type: ignore[arg-type]


def _write(folder: Path, *processes: Seen) -> None:
    rows = [{name: getattr(seen, name) for name in seen.__slots__} for seen in processes]
    (folder / status.FILE).write_text(json.dumps({"processes": rows}))


def test_a_leftover_is_ended(sleeper: subprocess.Popen[bytes], tmp_path: Path) -> None:
    _write(tmp_path, _seen(sleeper))
    assert status.end_leftovers(Home(tmp_path)) == ["dialer"]
    assert sleeper.poll() is not None


@pytest.mark.parametrize(
    "changes", [{"started_at": 1_000_000.0}, {"argv": ["sleep", "1000"]}, {"pid": None}]
)
def test_another_process_with_that_number_is_left_alone(
    sleeper: subprocess.Popen[bytes], tmp_path: Path, changes: dict[str, object]
) -> None:
    _write(tmp_path, _seen(sleeper, **changes))
    assert status.end_leftovers(Home(tmp_path)) == []
    assert sleeper.poll() is None


@pytest.mark.parametrize("content", ["", "{", '{"processes": [{"pid": 1}]}', "[]"])
def test_half_a_file_says_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / status.FILE).write_text(content)
    assert status.read(Home(tmp_path)) == []


def test_status_tells_what_runs_where(
    sleeper: subprocess.Popen[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACORDO_HOME", str(tmp_path))
    _write(tmp_path, _seen(sleeper), _seen(sleeper, name="gone", started_at=1.0))
    answer = CliRunner().invoke(status.status, ["--json"])
    assert answer.exit_code == 0
    (process,) = json.loads(answer.output)["processes"]
    assert process["name"] == "dialer"
    assert process["pid"] == sleeper.pid
    assert process["addresses"] == {"health": "http://127.0.0.1:9101"}
    lines = CliRunner().invoke(status.status).output.splitlines()
    assert lines[1].split() == [
        *("dialer", str(sleeper.pid), "pronto", "saúde", "http://127.0.0.1:9101")
    ]


def test_status_of_nothing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACORDO_HOME", str(tmp_path))
    answer = CliRunner().invoke(status.status, ["--json"])
    assert answer.exit_code == 1
    assert '"running": false' in answer.output
    assert "nada está rodando" in answer.output
