"""The committed prompts: all there, fit for the telephone, and naming no debt."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from foundation.sound import RATE_HZ
from tests.unit.ura.wav import read_wav
from ura.comfort_music import comfort_music
from ura.flow.prompts import prompts
from ura.speaking.pieces import to_record
from ura.speaking.shipped import PIECES
from ura.voice_lines import Clip, load_lines, load_manifest
from ura.voice_pieces import lacking, left_over, path_of
from ura.voices_cli import COLLECTIONS

PROMPTS = COLLECTIONS[0]
CLIPS = load_lines(PROMPTS.lines)
SPOKEN = [clip for clip in CLIPS if clip.text]
DEBT_WORDS = re.compile(
    r"d[ií]vida|d[ée]bito|cobran|acordo|pagamento|pagar|credor|atraso|negocia",
    re.IGNORECASE,
)


@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip.id)
def test_each_prompt_is_fit_for_the_telephone(clip: Clip) -> None:
    wav = read_wav(PROMPTS.audio / clip.file)

    assert (wav.rate_hz, wav.channels, wav.width) == (8_000, 1, 2)
    assert -25 < wav.rms_dbfs < -18.5
    assert wav.peak < 0.9  # a full-scale sample would be 1.0


@pytest.mark.parametrize("clip", SPOKEN, ids=lambda clip: clip.id)
def test_each_prompt_lasts_as_long_as_its_words_need(clip: Clip) -> None:
    words_s = len(clip.text.split()) / read_wav(PROMPTS.audio / clip.file).seconds

    assert 1.8 < words_s < 4.2


@pytest.mark.parametrize("clip", SPOKEN, ids=lambda clip: clip.id)
def test_no_prompt_names_a_debt(clip: Clip) -> None:
    assert not DEBT_WORDS.search(clip.text)


def test_the_safe_harbour_message_is_short_and_tells_how_to_opt_out() -> None:
    (message,) = (clip for clip in CLIPS if clip.id == "safe_harbour")

    assert read_wav(PROMPTS.audio / message.file).seconds < 9
    assert "não quiser receber" in message.text


def test_no_file_is_there_without_its_line() -> None:
    files = {path for path in PROMPTS.audio.rglob("*.wav") if path.parent != PIECES}

    assert files == {PROMPTS.audio / clip.file for clip in CLIPS}
    assert set(load_manifest(PROMPTS)) == {clip.id for clip in CLIPS}


def test_all_that_the_robot_says_is_recorded_and_nothing_else_is() -> None:
    assert lacking() == []  # else: acordo voices render
    assert left_over() == []


def test_each_recorded_piece_is_fit_for_the_telephone() -> None:
    for piece in to_record(prompts()):
        wav = read_wav(path_of(piece))
        assert (wav.rate_hz, wav.channels, wav.width) == (8_000, 1, 2), piece.text
        assert -25 < wav.rms_dbfs < -18.5, piece.text
        assert wav.peak < 0.9, piece.text
        assert 2 < len(piece.text) / wav.seconds < 30, piece.text  # letters a second


def test_the_music_loops_without_a_seam() -> None:
    music = read_wav(PROMPTS.audio / "music" / "espera_suave.wav").samples
    steps = np.abs(np.diff(music))

    assert abs(music[0] - music[-1]) <= steps.max()
    assert 60 <= len(music) / RATE_HZ <= 90


def test_the_music_is_what_the_code_composes() -> None:
    committed = read_wav(PROMPTS.audio / "music" / "espera_suave.wav").samples

    assert np.allclose(committed, comfort_music(), atol=2 / 32768)


def test_the_music_folder_holds_sound_only() -> None:
    suffixes = {path.suffix for path in Path(PROMPTS.audio / "music").iterdir()}

    assert suffixes == {".wav"}
