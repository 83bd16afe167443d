"""Lines and manifest: what is refused, and what counts as up to date."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

from tests.unit.ura.wav import read_wav
from ura.adapters.kokoro_voice import RATE_HZ as VOICE_RATE_HZ
from ura.speaking.shipped import PIECES
from ura.voice_lines import BadLines, Clip, Collection, load_lines, load_manifest, stale
from ura.voice_pieces import lacking, left_over
from ura.voice_rendering import render
from ura.voices_cli import COLLECTIONS, voices

HELLO = Clip(id="hello", category="turn", text="Alô?", voice="pf_dora")


class Whistle:
    """A voice that whistles one second for any text, with dead air at both ends."""

    def synthesize(self, text: str, voice: str, speed: float = 1.0) -> NDArray[np.float32]:
        time = np.arange(VOICE_RATE_HZ) / VOICE_RATE_HZ
        quiet = np.zeros(VOICE_RATE_HZ // 2)
        whistle = 0.01 * np.sin(2 * np.pi * 700 * time)
        return np.concatenate([quiet, whistle, quiet]).astype(np.float32)


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    audio = tmp_path / "audio"
    audio.mkdir()
    return Collection("test", tmp_path / "lines.toml", audio)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ('id = "a b"\ncategory = "turn"\ntext = "x"\nvoice = "v"', "id só pode ter"),
        ('id = "a"\ncategory = "turn"', "dê um texto ou um synth"),
        ('id = "a"\ncategory = "turn"\ntext = "x"', "falta a voz"),
        ('id = "a"\ncategory = "nada"\ntext = "x"\nvoice = "v"', "categoria desconhecida"),
        ('id = "a"\ncategory = "tone"\nsynth = "drums"', "synth desconhecido"),
        (
            'id = "a"\ncategory = "turn"\ntext = "x"\nvoice = "v"\nafter = "z"',
            "before ou after",
        ),
        ('id = "a"\ncategory = "turn"\nspeach = "x"', "chave desconhecida"),
    ],
)
def test_a_bad_line_is_refused_with_its_reason(
    table: str, reason: str, collection: Collection
) -> None:
    collection.lines.write_text(f"[[clip]]\n{table}\n", encoding="utf-8")

    with pytest.raises(BadLines, match=reason):
        load_lines(collection.lines)


def test_an_id_given_twice_is_refused(collection: Collection) -> None:
    one = '[[clip]]\nid = "a"\ncategory = "turn"\ntext = "x"\nvoice = "v"\n'
    collection.lines.write_text(one * 2, encoding="utf-8")

    with pytest.raises(BadLines, match="duas vezes"):
        load_lines(collection.lines)


def test_a_rendered_clip_is_not_stale_until_its_text_changes(
    collection: Collection,
) -> None:
    assert stale((HELLO,), collection) == (HELLO,)

    render(HELLO, collection, Whistle())

    assert stale((HELLO,), collection) == ()
    for changed in (
        replace(HELLO, text="Oi?"),
        replace(HELLO, voice="pm_alex"),
        replace(HELLO, speed=1.1),
        replace(HELLO, after="beep"),
    ):
        assert stale((changed,), collection) == (changed,)


def test_a_lost_file_is_stale(collection: Collection) -> None:
    render(HELLO, collection, Whistle())
    (collection.audio / HELLO.file).unlink()

    assert stale((HELLO,), collection) == (HELLO,)


def test_rendering_trims_levels_and_narrows(collection: Collection) -> None:
    told_s = render(HELLO, collection, Whistle())

    wav = read_wav(collection.audio / HELLO.file)
    assert told_s == pytest.approx(wav.seconds)
    assert wav.seconds == pytest.approx(1.1, abs=0.03)  # 1 s and 50 ms at each end
    assert wav.rms_dbfs == pytest.approx(-20, abs=0.1)
    assert wav.loudest_hz == pytest.approx(700, abs=5)


def test_a_mailbox_ends_with_its_beep(collection: Collection) -> None:
    machine = replace(HELLO, category="machine", after="beep")
    render(machine, collection, Whistle())

    wav = read_wav(collection.audio / machine.file)
    assert wav.part(-0.4, None).loudest_hz == pytest.approx(1_000, abs=5)
    assert wav.part(0.0, 1.0).loudest_hz == pytest.approx(700, abs=5)


def test_an_announcement_starts_with_three_tones(collection: Collection) -> None:
    refused = replace(HELLO, category="announcement", before="sit")
    render(refused, collection, Whistle())

    wav = read_wav(collection.audio / refused.file)
    heard = [wav.part(start, start + 0.33).loudest_hz for start in (0.0, 0.33, 0.66)]
    assert heard == pytest.approx([950, 1_400, 1_800], abs=5)


def test_a_tone_needs_no_voice(collection: Collection) -> None:
    ready = Clip(id="ready", category="tone", synth="confirm_tone")

    assert render(ready, collection, None) == pytest.approx(0.22)
    assert load_manifest(collection) == {"ready": ready.fingerprint}


def test_rendering_an_unknown_id_is_a_usage_error() -> None:
    told = CliRunner().invoke(voices, ["render", "--only", "nada"])

    assert told.exit_code == 2
    assert "nenhuma fala tem o id" in told.output


@pytest.mark.parametrize("collection", COLLECTIONS, ids=lambda each: each.name)
def test_everything_committed_is_up_to_date(collection: Collection) -> None:
    assert stale(load_lines(collection.lines), collection) == ()


def test_the_conversation_speaks_with_one_voice() -> None:
    """Recorded whole or not at all: what lacks a recording has another voice."""
    assert left_over() == []
    assert not lacking() or not list(PIECES.glob("*.wav"))
