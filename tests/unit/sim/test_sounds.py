"""The simulated people's clips: enough of each kind, and each fit for the telephone."""

from __future__ import annotations

import re

import pytest

from sim.personas import sounds
from tests.unit.ura.wav import read_wav
from ura.speaking.shipped import PIECES
from ura.voice_lines import load_manifest
from ura.voices_cli import COLLECTIONS

ALL = [clip for category in sounds.CATEGORIES for clip in sounds.ids(category)]


@pytest.mark.parametrize(
    ("category", "at_least", "shortest_s", "longest_s"),
    [
        ("opening", 24, 0.25, 3.0),
        ("turn", 36, 0.6, 12.0),
        ("machine", 8, 3.0, 12.0),  # its beep included
        ("announcement", 4, 2.5, 10.0),
        ("agent", 16, 4.0, 15.0),
    ],
)
def test_there_are_enough_of_each_kind(
    category: str, at_least: int, shortest_s: float, longest_s: float
) -> None:
    lengths = {clip: sounds.seconds(clip) for clip in sounds.ids(category)}

    assert len(lengths) >= at_least
    assert {k: s for k, s in lengths.items() if not shortest_s <= s <= longest_s} == {}


@pytest.mark.parametrize("clip", ALL)
def test_each_clip_is_fit_for_the_telephone(clip: str) -> None:
    wav = read_wav(sounds.path(clip))

    assert (wav.rate_hz, wav.channels, wav.width) == (8_000, 1, 2)
    assert wav.seconds == pytest.approx(sounds.seconds(clip))
    assert -24 < wav.rms_dbfs < -18.5
    assert wav.peak < 0.9


@pytest.mark.parametrize("clip", ALL)
def test_each_clip_lasts_as_long_as_its_words_need(clip: str) -> None:
    letters_s = len(re.findall(r"\w", sounds.spoken(clip))) / sounds.seconds(clip)

    assert 2.5 < letters_s < 21


@pytest.mark.parametrize("clip", sounds.ids("machine"))
def test_each_mailbox_ends_in_a_beep(clip: str) -> None:
    wav = read_wav(sounds.path(clip))

    assert wav.part(-0.35, None).loudest_hz == pytest.approx(1_000, abs=5)


@pytest.mark.parametrize("category", ["opening", "turn", "agent"])
def test_both_women_and_men_are_heard(category: str) -> None:
    voices = {sounds.voice(clip)[:2] for clip in sounds.ids(category)}

    assert voices == {"pf", "pm"}


def test_no_agent_names_a_debt_before_knowing_who_it_is() -> None:
    naming = re.compile(
        r"d[ií]vida|d[ée]bito|cobran|pagamento|credor|atraso", re.IGNORECASE
    )

    assert [
        clip for clip in sounds.ids("agent") if naming.search(sounds.spoken(clip))
    ] == []


def test_no_file_is_there_without_its_line() -> None:
    files = {str(path.relative_to(sounds.AUDIO)) for path in sounds.AUDIO.rglob("*.wav")}

    assert files == {f"{sounds.playable(clip)}.wav" for clip in ALL}
    assert set(load_manifest(COLLECTIONS[1])) == set(ALL)


def test_all_committed_sound_stays_small() -> None:
    total = sum(
        path.stat().st_size
        for collection in COLLECTIONS
        for path in collection.audio.rglob("*.wav")
        if path.parent != PIECES
    )
    pieces = sum(path.stat().st_size for path in PIECES.glob("*.wav"))

    assert total < 12_000_000
    assert pieces < 20_000_000  # each text in two melodies, some prompts of 15 s


def test_an_unknown_sound_is_named() -> None:
    with pytest.raises(sounds.UnknownSound, match="nada"):
        sounds.seconds("nada")
    with pytest.raises(sounds.UnknownSound, match="nada"):
        sounds.ids("nada")
