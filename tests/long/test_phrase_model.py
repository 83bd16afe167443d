"""The phrase that was said fits best, by the real model.

Needs it: `pip install 'acordo[recognition]'`, then `acordo models fetch whisper`; without
them it fails and says so.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from foundation.settings import ProcessSettings
from ura.adapters.recognisers import PhraseRecognisers
from ura.adapters.whisper import RecogniserMissing
from ura.adapters.whisper_phrases import WhisperPhrases
from ura.dialogue.intents import intents
from ura.dialogue.words import words
from ura.ports import Samples

PROMPTS = Path(__file__).parents[2] / "ura" / "prompts" / "pt_BR"


def test_the_phrase_that_was_said_fits_best() -> None:
    said = "Obrigada por ligar"
    phrases = [said, "Quero falar com um atendente", "Sim", "Não"]
    model = WhisperPhrases(ProcessSettings().cache / "models" / "whisper")
    heard = model.hear(_end_of_a_prompt(), phrases, free=False)
    assert heard.scores[0][0] == said
    assert words(heard.text) == words(said)


def test_what_is_no_phrase_is_written_in_the_words_of_the_phrases_and_fits_none() -> None:
    model = WhisperPhrases(ProcessSettings().cache / "models" / "whisper")
    heard = model.hear(_end_of_a_prompt(), ["sim", "não", "segunda via"], free=False)
    assert heard.scores[0][1] < intents().thresholds.least
    assert "obrigada" not in words(heard.text)


def _end_of_a_prompt() -> Samples:
    """The last sentence of `inbound_no_agent`."""
    raw = (PROMPTS / "inbound_no_agent.wav").read_bytes()[44:]
    return np.frombuffer(raw, "<i2").astype(np.float64)[-8_000 * 13 // 10 :] / 32768


async def test_a_folder_with_something_else_is_told_once_and_nobody_waits(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("model.bin", "config.json", "vocabulary.json", "tokenizer.json"):
        (tmp_path / name).write_bytes(b"{}")
    async with PhraseRecognisers(tmp_path, 1) as recognisers:
        assert await recognisers.speech(np.zeros(8000), ["sim"], free=False) is None
        assert await recognisers.speech(np.zeros(8000), ["sim"], free=False) is None
        assert recognisers.missing
    assert caplog.text.count("recogniser_missing") == 1
    assert "não pode ser lido" in caplog.text


@pytest.mark.parametrize("tokenizer", [b"", b"{}", b'{"model": 3}', b"\xff\xfe"])
def test_a_tokenizer_of_another_kind_is_told_with_what_to_do(
    tmp_path: Path, tokenizer: bytes
) -> None:
    real = ProcessSettings().cache / "models" / "whisper"
    for name in ("model.bin", "config.json", "vocabulary.json"):
        (tmp_path / name).symlink_to(real / name)
    (tmp_path / "tokenizer.json").write_bytes(tokenizer)
    with pytest.raises(RecogniserMissing, match=r"não pode ser lido .*fetch whisper"):
        WhisperPhrases(tmp_path)
