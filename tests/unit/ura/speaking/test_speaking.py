"""Prompts cut into fragments, joined without clicks, kept by text and voice."""

from __future__ import annotations

import wave
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.sound import RATE_HZ, tone
from ura.adapters.espeak_voice import EspeakVoice, from_wav
from ura.adapters.pyttsx3_voice import Pyttsx3Voice
from ura.dialogue.amounts import amount_in_words, amount_of
from ura.dialogue.words import words
from ura.flow.prompts import Prompt, parts_of, prompts
from ura.ports import Samples, VoiceFailed
from ura.speaking.joining import joined
from ura.speaking.pieces import (
    NotSpoken,
    in_form,
    inventory,
    pieces_of,
    to_record,
)
from ura.speaking.recordings import RecordedVoice, file_name, read_wav
from ura.speaking.speaker import Speaker

JANUARY = date(2027, 1, 31)
CREDITOR = uuid4()


class Tones:
    """A voice that says a tone; how often it was asked is kept."""

    def __init__(self) -> None:
        self.said: list[tuple[str, bool]] = []

    async def say(self, text: str, *, last: bool) -> Samples:
        self.said.append((text, last))
        return tone((440.0,), 0.2)


def prompt(text: str) -> Prompt:
    return Prompt(id="x", parts=parts_of("x", text), of_debt=True)


def texts(text: str, **slots: object) -> list[str]:
    return [piece.text for piece in pieces_of(prompt(text), slots)]


def test_an_amount_is_said_in_fragments_and_only_the_last_falls() -> None:
    pieces = pieces_of(prompt("São {owed:money}. Paga?"), {"owed": Decimal("1234.56")})
    assert [piece.text for piece in pieces] == [
        "São", "mil", "duzentos e", "trinta e quatro", "reais e", "cinquenta e seis",
        "centavos", "Paga?",
    ]  # fmt: skip
    assert [piece.text for piece in pieces if piece.last] == ["centavos", "Paga?"]


def test_within_a_sentence_nothing_falls() -> None:
    pieces = pieces_of(prompt("Em {day:date}, de manhã?"), {"day": JANUARY})
    assert [piece.text for piece in pieces] == [
        "Em", "trinta e um", "de janeiro", "de manhã?",
    ]  # fmt: skip
    assert [piece.last for piece in pieces] == [False, False, False, True]


def test_digits_are_said_in_groups_with_a_pause_between() -> None:
    pieces = pieces_of(prompt("É {cpf:digits}."), {"cpf": "529660"})
    assert [piece.text for piece in pieces[1:]] == [
        "cinco", "dois", "nove", "meia", "meia", "zero",
    ]  # fmt: skip
    assert [p.pause_s > 0.1 for p in pieces[1:]] == [False, False, True, False, False, True]


def test_what_has_no_fragment_stays_whole() -> None:
    assert texts("Falo com {name:text}?", name="Ana Souza") == ["Falo com", "Ana Souza"]


@pytest.mark.parametrize(
    ("value", "form"),
    [("350", "money"), (3, "date"), ("3", "number"), ("3a", "digits"), (3, "text")],
)
def test_what_a_form_cannot_say_is_refused(value: object, form: str) -> None:
    with pytest.raises(NotSpoken):
        in_form(value, form)  # type: ignore[arg-type]


@given(st.integers(0, 99_999_999))
def test_every_amount_is_made_of_fragments_and_is_understood(cents: int) -> None:
    amount = Decimal(cents) / 100
    pieces = texts("{owed:money}.", owed=amount)
    assert set(pieces) <= inventory()
    assert " ".join(pieces) == amount_in_words(amount)
    assert amount_of(words(" ".join(pieces))) == amount


@settings(max_examples=50)
@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.text("0123456789", min_size=1))
def test_every_day_and_every_number_is_made_of_fragments(day: date, digits: str) -> None:
    assert set(texts("{d:date}.", d=day)) <= inventory()
    assert set(texts("{d:digits}.", d=digits)) <= inventory()


def test_all_that_is_recorded_covers_every_prompt() -> None:
    recorded = {(piece.text, piece.last) for piece in to_record(prompts())}
    slots = {
        "owed": Decimal("10.01"), "call_back_day": JANUARY, "protocol": "123", "cpf": "1",
    }  # fmt: skip
    for each in prompts().values():
        if each.slots <= slots.keys():
            found = {(p.text, p.last) for p in pieces_of(each, slots)}
            assert found <= recorded, each.id


TIMES_AND_LOUDNESS = st.tuples(st.integers(40, 200), st.floats(0.05, 1))


@settings(max_examples=40)
@given(st.lists(TIMES_AND_LOUDNESS, min_size=1, max_size=4))
def test_joints_do_not_click(sounds: list[tuple[int, float]]) -> None:
    """No step between two samples is larger than within the loudest piece."""
    waves = [np.sin(np.arange(length * 8) * 0.7) * loud for length, loud in sounds]
    steepest = max(float(np.abs(np.diff(each)).max()) for each in waves)
    whole = joined([(each, 0.03) for each in waves])
    assert float(np.abs(np.diff(whole, prepend=0.0, append=0.0)).max()) <= steepest + 1e-9


def test_nothing_joined_is_nothing() -> None:
    assert len(joined([])) == 0


async def test_a_text_is_spoken_once_and_kept_by_voice_and_melody(
    tmp_path: Path,
) -> None:
    live = Tones()
    voice = RecordedVoice(tmp_path, "dora", live, keeps=True)
    for last in (True, True, False):
        await voice.say("Está certo?", last=last)
    again = RecordedVoice(tmp_path, "dora", live, keeps=True)
    await again.say("Está certo?", last=True)
    other = RecordedVoice(tmp_path, "alex", live, keeps=True)
    await other.say("Está certo?", last=True)
    assert len(live.said) == 3
    assert (tmp_path / file_name("dora", "Está certo?", last=True)).is_file()


async def test_a_folder_that_ships_is_only_read(tmp_path: Path) -> None:
    live = Tones()
    await RecordedVoice(tmp_path, "dora", live, keeps=False).say("Sim", last=True)
    assert read_wav(tmp_path / file_name("dora", "Sim", last=True)) is None


async def test_a_file_that_is_no_sound_is_spoken_anew(tmp_path: Path) -> None:
    live = Tones()
    (tmp_path / file_name("dora", "Sim", last=True)).write_bytes(b"RIFFgarbage")
    await RecordedVoice(tmp_path, "dora", live, keeps=True).say("Sim", last=True)
    assert live.said == [("Sim", True)]


class Own:
    """One creditor has recorded the good-bye."""

    async def recording(self, creditor: UUID, prompt: str, text: str) -> Samples | None:
        has = creditor == CREDITOR and (prompt, text) == ("bye", prompts()["bye"].text)
        return tone((300.0,), 1.0) if has else None


async def test_a_creditors_recording_takes_the_place_of_a_prompt() -> None:
    live = Tones()
    speaker = Speaker(prompts(), live, Own())
    assert len(await speaker.sound("bye", {}, CREDITOR)) == RATE_HZ
    assert live.said == []
    await speaker.sound("to_person", {}, CREDITOR)
    await speaker.sound("bye", {}, uuid4())
    await speaker.sound("bye", {})
    assert len(live.said) == 1 + 2 * len(pieces_of(prompts()["bye"], {}))


async def test_what_has_values_is_never_a_recording() -> None:
    live = Tones()
    speaker = Speaker(prompts(), live, Everything())
    await speaker.sound("protocol", {"protocol": "123"}, CREDITOR)
    assert live.said


class Everything:
    async def recording(self, creditor: UUID, prompt: str, text: str) -> Samples | None:
        return tone((300.0,), 1.0)


async def test_without_its_program_a_voice_says_what_lacks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(VoiceFailed, match="sudo apt-get install espeak-ng"):
        await EspeakVoice().say("Bom dia", last=True)


async def test_without_its_package_pyttsx3_says_what_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyttsx3.py").write_text("raise ImportError")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(VoiceFailed, match="pyttsx3: pip install"):
        await Pyttsx3Voice().say("Bom dia", last=True)


@pytest.mark.parametrize("raw", [b"", b"RIFF", b"\0" * 100])
def test_what_is_no_sound_is_refused(raw: bytes) -> None:
    with pytest.raises(VoiceFailed):
        from_wav(raw)


def test_a_recording_of_another_kind_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "x.wav"
    with wave.open(str(file), "wb") as out:
        out.setparams((2, 2, 44_100, 0, "NONE", ""))
        out.writeframes(bytes(4000))
    assert read_wav(file) is None
