"""The phrase that was said fits best, by the real model.

Needs it: `pip install 'acordo[recognition]'`, then `acordo models fetch whisper`; without
them it fails and says so.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from foundation.settings import ProcessSettings
from ura.adapters.whisper_phrases import WhisperPhrases
from ura.ports import Samples

PROMPTS = Path(__file__).parents[2] / "ura" / "prompts" / "pt_BR"


def test_the_phrase_that_was_said_fits_best() -> None:
    said = "Obrigada por ligar"
    phrases = [said, "Quero falar com um atendente", "Sim", "Não"]
    model = WhisperPhrases(ProcessSettings().cache / "models" / "whisper")
    heard = model.hear(_end_of_a_prompt(), phrases, free=False)
    assert heard.scores[0][0] == said


def _end_of_a_prompt() -> Samples:
    """The last sentence of `inbound_no_agent`."""
    raw = (PROMPTS / "inbound_no_agent.wav").read_bytes()[44:]
    return np.frombuffer(raw, "<i2").astype(np.float64)[-8_000 * 13 // 10 :] / 32768
