"""A lock that no longer answers to its requirements is told, without any network."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from foundation.development.locks import Lock, NotResolved, main, pins, stale

LOCK = Lock("trial.lock", ("pyproject.toml",))
HASH = " \\\n    --hash=sha256:" + "0" * 64


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose resolver sees a folder with three small wheels and nothing else."""
    wheels = tmp_path / "found"
    wheels.mkdir()
    for name, version in (("alface", "1.0"), ("alface", "2.0"), ("beterraba", "1.0")):
        _wheel(wheels, name, version)
    monkeypatch.setenv("UV_NO_INDEX", "1")
    monkeypatch.setenv("UV_FIND_LINKS", str(wheels))
    _requires(tmp_path, "alface>=1")
    (tmp_path / LOCK.name).write_text(f"alface==1.0{HASH}\n", "utf-8")
    return tmp_path


def test_a_lock_with_an_older_version_that_still_fits_is_fresh(project: Path) -> None:
    assert stale(LOCK, project) == []


def test_a_new_requirement_makes_it_stale(project: Path) -> None:
    _requires(project, "alface>=1", "beterraba")
    assert stale(LOCK, project) == ["+ beterraba==1.0"]


def test_a_tightened_requirement_makes_it_stale(project: Path) -> None:
    _requires(project, "alface>=2")
    assert stale(LOCK, project) == ["+ alface==2.0", "- alface==1.0"]


def test_a_requirement_dropped_makes_it_stale(project: Path) -> None:
    _requires(project)
    assert stale(LOCK, project) == ["- alface==1.0"]


def test_checking_writes_nothing(project: Path) -> None:
    before = (project / LOCK.name).read_bytes()
    _requires(project, "alface>=2")
    stale(LOCK, project)
    assert (project / LOCK.name).read_bytes() == before


def test_what_cannot_be_resolved_is_no_pass(project: Path) -> None:
    _requires(project, "chicoria")
    with pytest.raises(NotResolved, match="chicoria"):
        stale(LOCK, project)


def test_the_command_fails_and_names_what_is_missing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("requirements-dev.lock", "requirements.lock", "requirements-uv.lock"):
        (project / name).write_text("", "utf-8")
    assert main([], project) == 1
    printed = capsys.readouterr().out
    assert "requirements.lock is stale (make lock):\n  + alface==2.0" in printed


def test_pins_are_read_without_hashes_and_comments() -> None:
    text = f"# made by hand\nb==2 ; python_full_version < '3.12'{HASH}\na==1{HASH}\n"
    assert pins(text) == ["a==1", "b==2 ; python_full_version < '3.12'"]


def _requires(folder: Path, *requirements: str) -> None:
    listed = ", ".join(f'"{requirement}"' for requirement in requirements)
    (folder / "pyproject.toml").write_text(
        f'[project]\nname = "horta"\nversion = "1"\nrequires-python = ">=3.11"\n'
        f"dependencies = [{listed}]\n[project.optional-dependencies]\ndev = []\n",
        "utf-8",
    )


def _wheel(folder: Path, name: str, version: str) -> None:
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
