"""Vosk is optional: what lacks is said, and the phrases become its grammar."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from ura.adapters.vosk_phrases import VoskPhrases
from ura.adapters.whisper import RecogniserMissing


class Engine(ModuleType):
    """Stands where the package would: it remembers how it was asked."""

    def __init__(self) -> None:
        super().__init__("vosk")
        self.grammars: list[list[str] | None] = []
        self.results = ['{"text": ""}', '{"text": "sou eu"}']

    def SetLogLevel(self, level: int) -> None:  # noqa: N802 - the package's own name
        assert level == -1

    def Model(self, folder: str) -> str:  # noqa: N802
        return folder

    def KaldiRecognizer(self, model: str, rate: int, grammar: str = "") -> Any:  # noqa: N802
        assert rate == 8_000
        self.grammars.append(json.loads(grammar) if grammar else None)
        return self

    def AcceptWaveform(self, pcm: bytes) -> bool:  # noqa: N802
        return len(pcm) < 320

    def Result(self) -> str:  # noqa: N802
        return self.results[0]

    def FinalResult(self) -> str:  # noqa: N802
        return self.results[1]


def test_a_folder_without_a_model_is_told_with_where_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(RecogniserMissing, match=r"vosk-model-small-pt-0\.3\.zip"):
        VoskPhrases(tmp_path)


@pytest.mark.parametrize("layout", ["am/final.mdl", "final.mdl"])
def test_both_layouts_of_models_are_taken_and_the_phrases_are_the_grammar(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layout: str
) -> None:
    engine = Engine()
    monkeypatch.setitem(sys.modules, "vosk", engine)
    (tmp_path / layout).parent.mkdir(exist_ok=True)
    (tmp_path / layout).touch()
    vosk = VoskPhrases(tmp_path)
    sound = np.zeros(500)
    assert vosk.hear(sound, ["Sou eu", "À vista"], free=False).text == "sou eu"
    assert vosk.hear(sound, ["Sou eu"], free=True).scores == ()
    assert engine.grammars == [["sou eu", "à vista", "[unk]"], None]


def test_silence_and_what_is_in_no_phrase_is_no_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine()
    engine.results = ['{"text": ""}', '{"text": "[unk]"}']
    monkeypatch.setitem(sys.modules, "vosk", engine)
    (tmp_path / "final.mdl").touch()
    assert VoskPhrases(tmp_path).hear(np.zeros(320), ["sim"], free=False).text == ""
