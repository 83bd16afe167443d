"""What `acordo bench` says when it could not measure."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim import browser
from sim.bench.cli import bench


def test_without_a_chromium_nothing_counts_as_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(browser, "program", lambda: None)
    monkeypatch.setenv("ACORDO_HOME", str(tmp_path))
    done = CliRunner().invoke(bench, ["audio", "--quick"])
    assert done.exit_code == 1
    assert done.stderr == "audio: não medido: falta o Chromium: apt install chromium\n"
    assert not (tmp_path / "bench").exists()


def test_without_what_development_installs_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "playwright", None)
    for name in [one for one in sys.modules if one.startswith("playwright.")]:
        monkeypatch.delitem(sys.modules, name)
    for name in ("sim.bench.audio", "sim.browser"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setenv("ACORDO_HOME", str(tmp_path))
    done = CliRunner().invoke(bench, ["audio", "--quick"])
    assert done.exit_code == 1
    assert "não medido: falta playwright" in done.stderr
    assert "make setup" in done.stderr
