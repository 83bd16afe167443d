"""What a creditor sends is read as it was recorded, refused with what to do, or kept."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cobranca.voices.preparing import LARGEST, MOST_S, Prepared, prepared
from cobranca.voices.prompts import spoken
from cobranca.voices.received import read_received
from cobranca.voices.refusal import RecordingRefused
from foundation.sound import RATE_HZ, Samples, silence, tone
from tests.builders.spoken import speech, wav_file
from ura.flow.prompts import prompts
from ura.speaking.recordings import samples_of
from ura.voice_lines import load_lines
from ura.voices_cli import COLLECTIONS

TEXT = "Você ligou para a central de atendimento."


def kept_of(made: Prepared) -> Samples:
    found = samples_of(made.wav)  # None unless it is 8 kHz, mono, 16 bit
    assert found is not None
    return found


def refusal(raw: bytes) -> RecordingRefused:
    with pytest.raises(RecordingRefused) as told:
        prepared(raw, TEXT)
    return told.value


@pytest.mark.parametrize(
    ("form", "off"),
    [
        ({"bits": 8}, 0.01),
        ({"bits": 16}, 1e-4),
        ({"bits": 24}, 1e-6),
        ({"bits": 32}, 1e-8),
        ({"bits": 32, "encoding": 3}, 1e-6),
        ({"bits": 64, "encoding": 3}, 1e-12),
        ({"bits": 8, "encoding": 6}, 0.02),
        ({"bits": 16, "channels": 2}, 1e-4),
        ({"bits": 24, "channels": 2, "extensible": True}, 1e-6),
    ],
)
def test_each_encoding_is_the_same_sound(form: dict[str, Any], off: float) -> None:
    said = speech(0.5, 48_000)
    found = read_received(wav_file(said, 48_000, **form))
    assert found.rate_hz == 48_000
    assert np.abs(found.samples - said).max() < off


def test_mu_law_follows_the_recommendation() -> None:
    codes = bytes([0xFF, 0x7F, 0x80, 0x00, 0xF0])  # G.711, table 2b: 0, -0, top, bottom, 30
    data = struct.pack("<HHIIHH", 7, 1, 8_000, 8_000, 1, 8)
    raw = wav_file(silence(0.1), bits=8)
    at = raw.index(b"fmt ") + 8
    raw = raw[:at] + data + raw[at + 16 :].split(b"data")[0]
    raw += b"data" + struct.pack("<I", len(codes)) + codes
    found = read_received(raw).samples * 2**15
    assert found.tolist() == [0, 0, 32124, -32124, 120]


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000])
def test_any_rate_becomes_the_telephones(rate_hz: int) -> None:
    made = prepared(wav_file(speech(2.0, rate_hz), rate_hz), TEXT)
    plain = kept_of(prepared(wav_file(speech(2.0)), TEXT))
    kept = kept_of(made)
    assert made.seconds == pytest.approx(len(kept) / RATE_HZ)
    assert made.seconds == pytest.approx(len(plain) / RATE_HZ, abs=0.05)
    size = min(len(kept), len(plain))
    spectra = [np.abs(np.fft.rfft(each[:size]))[: size // 3] for each in (kept, plain)]
    assert np.corrcoef(spectra[0], spectra[1])[0, 1] > 0.99  # up to 2.7 kHz it is the same


def test_what_is_above_the_telephones_band_does_not_fold_back() -> None:
    at = np.arange(48_000) / 48_000
    both = np.sin(2 * np.pi * 1_000 * at) + np.sin(2 * np.pi * 5_000 * at)
    kept = kept_of(prepared(wav_file(0.3 * both, 48_000), TEXT))
    spectrum = np.abs(np.fft.rfft(kept * np.hanning(len(kept))))
    hz = np.fft.rfftfreq(len(kept), 1 / RATE_HZ)
    folded = spectrum[(hz > 2_900) & (hz < 3_100)].max()
    assert folded < spectrum.max() / 1_000


def test_silence_round_it_goes_and_its_level_is_ours() -> None:
    said = np.concatenate([silence(3.0), speech(2.0) * 0.2, silence(5.0)])
    made = prepared(wav_file(said), TEXT)
    kept = kept_of(made)
    assert 1.5 < made.seconds < 2.2
    assert 20 * np.log10(np.sqrt(np.mean(kept**2))) == pytest.approx(-20, abs=0.5)
    assert made.notes == ()


def loud(gain: float) -> Samples:
    return np.clip(speech(2.0) * gain, -1, 1)


@pytest.mark.parametrize(
    ("raw", "code", "says"),
    [
        (b"", "empty", "escolha um arquivo"),
        (b"ID3\x04 an mp3", "not_wav", "Exporte a gravação como WAV"),
        (b"RIFF\0\0\0\0WAVE", "broken", "Exporte-o de novo"),
        (wav_file(speech(1.0))[:60], "broken", "incompleto"),
        (wav_file(speech(1.0), bits=16, encoding=2), "encoding", "PCM de 16 bits"),
        (wav_file(speech(1.0), channels=6), "channels", "tem 6 canais"),
        (wav_file(speech(1.0), 4_000), "rate", "a 4.000 Hz"),
        (bytes(LARGEST + 1), "large", "10 MB"),
        (wav_file(silence(2.0)), "silent", "Confira o microfone"),
        (wav_file(speech(2.0) * 0.001), "silent", "Nada se ouve"),
        (wav_file(speech(2.0) * 0.02), "quiet", "mais perto do microfone"),
        (wav_file(loud(20.0)), "clipped", "Baixe o ganho"),
        (wav_file(loud(20.0) * 0.4), "clipped", "estourada"),
        (wav_file(speech(0.1)), "short", "o mínimo é 0,2 s"),
        (wav_file(tone((500.0,), MOST_S + 1)), "long", "o máximo é 60 s"),
        (
            wav_file(np.concatenate([speech(1.0), silence(3.0), speech(1.0)])),
            "pause",
            "silêncio no meio, a partir de",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_spoken_is_refused_with_what_to_do(
    raw: bytes, code: str, says: str
) -> None:
    error = refusal(raw)
    assert error.code == code
    assert says in str(error)


def test_a_recording_far_from_its_text_asks_for_an_ear() -> None:
    (note,) = prepared(wav_file(speech(2.0)), "a" * 500).notes
    assert "confira se é a fala certa" in note
    (note,) = prepared(wav_file(np.tile(speech(2.0), 5)), "Alô?").notes
    assert "confira se é a fala certa" in note


@settings(max_examples=60)
@given(st.binary(max_size=200), st.integers(0, 120))
def test_garbage_is_refused_and_never_breaks(noise: bytes, at: int) -> None:
    good = wav_file(speech(0.3))
    for raw in (noise, good[:at] + noise + good[at + len(noise) :]):
        try:
            taken = prepared(raw, TEXT).seconds > 0
        except RecordingRefused as error:
            taken = str(error) == ""
            assert not taken
            continue
        assert taken


def test_the_creditors_prompts_are_those_of_the_conversation() -> None:
    ours = {one.id: (one.text, bool(one.slots), one.of_debt) for one in prompts().values()}
    found = {
        one.name: (one.text, one.values, not one.before_identity)
        for one in spoken().values()
        if not one.title
    }
    assert found == ours


def test_the_creditors_announcements_are_our_clips_that_callers_hear() -> None:
    clips = {clip.id: clip.text for clip in load_lines(COLLECTIONS[0].lines) if clip.text}
    found = {one.name: one.text for one in spoken().values() if one.title}
    assert found == {name: text for name, text in clips.items() if name != "safe_harbour"}
    assert all(
        one.before_identity and not one.values for one in map(spoken().get, found) if one
    )
    assert not found.keys() & prompts().keys()
