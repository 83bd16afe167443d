"""From espeak-ng's phonemes to the model's numbers."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from ura.adapters.kokoro_voice import (
    MAX_TOKENS,
    KokoroVoice,
    TextTooLong,
    VoiceUnavailable,
    clauses,
    model_signs,
    tokens,
)


@pytest.mark.parametrize(
    ("ipa", "signs"),
    [
        ("d^ʒˈiæ", "ʤˈiæ"),
        ("sˈe^ɪŋtw", "sˈAŋtw"),
        ("kwˈa^ʊ", "kwˈW"),
        ("tˈoʊ-tˈo^ʊ", "tˈoʊtˈO"),
        ("vˈi^ʊ", "vˈiʊ"),  # no single sign: only the tie goes
    ],
)
def test_tied_pairs_become_the_models_signs(ipa: str, signs: str) -> None:
    assert model_signs(ipa) == signs


def test_punctuation_stays_with_its_clause() -> None:
    assert clauses("Mas eu já paguei isso! Paguei ontem, no Pix... viu?") == [
        ("Mas eu já paguei isso", "!"),
        ("Paguei ontem", ","),
        ("no Pix", "..."),
        ("viu", "?"),
    ]


def test_a_text_without_a_full_stop_is_whole() -> None:
    assert clauses("sim, pode ser") == [("sim", ","), ("pode ser", "")]


def test_a_letter_with_its_tilde_becomes_two_signs() -> None:
    vocabulary = {"u": 63, "\N{COMBINING TILDE}": 17, "ç": 78}

    assert tokens("ũ", vocabulary) == [63, 17]
    assert tokens("ç", vocabulary) == [78]  # a sign of its own is not taken apart
    assert tokens("u#u", vocabulary) == [63, 63]


def test_a_text_beyond_the_models_length_is_refused() -> None:
    with pytest.raises(TextTooLong):
        tokens("a" * (MAX_TOKENS + 1), {"a": 43})


def test_without_the_optional_extra_the_remedy_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(importlib, "import_module", absent)

    with pytest.raises(VoiceUnavailable, match=r"acordo\[voices\]"):
        KokoroVoice(tmp_path)
