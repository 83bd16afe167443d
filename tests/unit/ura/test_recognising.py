"""`acordo ura recognise`: what lacks or is wrong is said in one clear line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from foundation.sound import tone, write_wav
from ura.ura_cli import ura


@pytest.fixture(autouse=True)
def _without_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACORDO_CACHE", str(tmp_path / "cache"))


def _run(file: Path, state: str) -> tuple[int, str]:
    done = CliRunner().invoke(ura, ["recognise", str(file), "--state", state])
    return done.exit_code, done.output


def test_a_question_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    write_wav(tmp_path / "x.wav", tone((440.0,), 0.5))
    status, said = _run(tmp_path / "x.wav", "nonsense")
    assert status == 1
    assert "“nonsense” não é uma pergunta do fluxo" in said
    assert "purpose" in said


def test_a_file_that_is_no_sound_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.wav"
    file.write_bytes(b"nothing")
    status, said = _run(file, "purpose")
    assert status == 1
    assert "não é um arquivo WAV" in said


def test_without_a_model_the_line_says_how_to_fetch_it(tmp_path: Path) -> None:
    write_wav(tmp_path / "x.wav", tone((440.0,), 0.5))
    status, said = _run(tmp_path / "x.wav", "purpose")
    assert status == 1
    assert "acordo models fetch whisper" in said


def test_a_file_that_is_missing_is_wrong_usage(tmp_path: Path) -> None:
    assert _run(tmp_path / "no.wav", "purpose")[0] == 2
