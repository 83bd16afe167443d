"""Words of an answer by Vosk, held to the phrases of the question where it has some.

Needs the extra `vosk` and a model that the user fetched himself: its folder
is named in the settings. A model without `[unk]` has no way to say that none of the phrases
was said; so the words are judged as any text is, and no scores are given.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ura.adapters.whisper import RecogniserMissing
from ura.adapters.whisper_phrases import Heard
from ura.dialogue.words import words
from ura.ports import FRAME_BYTES, RATE_HZ, Samples

UNKNOWN = "[unk]"
_LAYOUTS = ("am/final.mdl", "final.mdl")  # of models of today, and of the small pt one
_PAGE = "alphacephei.com/vosk/models"


class VoskPhrases:
    """Holds the loaded model; one thread. Raises RecogniserMissing."""

    def __init__(self, folder: Path) -> None:
        if not any((folder / name).is_file() for name in _LAYOUTS):
            raise RecogniserMissing(
                f"não há um modelo do Vosk em {folder}: baixe vosk-model-small-pt-0.3.zip"
                f" ({_PAGE}), descompacte e aponte para a pasta"
            )
        try:
            engine: Any = importlib.import_module("vosk")
        except ModuleNotFoundError as error:
            raise RecogniserMissing(
                "falta o pacote vosk: pip install 'acordo[vosk]'"
            ) from error
        engine.SetLogLevel(-1)
        self._engine = engine
        try:
            self._model = engine.Model(str(folder))
        except Exception as error:  # the engine has no kind of its own
            raise RecogniserMissing(
                f"o modelo do Vosk em {folder} não pode ser lido: baixe-o de novo ({_PAGE})"
            ) from error

    def hear(self, samples: Samples, phrases: Sequence[str], *, free: bool) -> Heard:
        """Recognise (8 kHz, -1..1): the phrases alone, or anything where `free`."""
        if free or not phrases:
            recogniser = self._engine.KaldiRecognizer(self._model, RATE_HZ)
        else:
            grammar = json.dumps([*map(_plain, phrases), UNKNOWN], ensure_ascii=False)
            recogniser = self._engine.KaldiRecognizer(self._model, RATE_HZ, grammar)
        pcm = np.round(np.clip(samples, -1.0, 1.0) * 32767).astype("<i2").tobytes()
        cuts = range(0, len(pcm), FRAME_BYTES)
        taken = (recogniser.AcceptWaveform(pcm[at : at + FRAME_BYTES]) for at in cuts)
        parts = [recogniser.Result() for ended in taken if ended]
        parts.append(recogniser.FinalResult())
        texts = [str(json.loads(part).get("text", "")) for part in parts]
        text = " ".join(t for t in texts if t and UNKNOWN not in t)
        return Heard((), text)


def _plain(phrase: str) -> str:
    """As the model's dictionary has it: small letters, accents kept, no signs."""
    kept = "".join(c if c.isalpha() or c == " " else " " for c in phrase.lower())
    return " ".join(kept.split()) if words(phrase) else ""
