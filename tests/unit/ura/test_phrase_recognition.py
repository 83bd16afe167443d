"""Phrases as the model's tokens, and a pool of recognisers that has no model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ura.adapters.recognisers import PhraseRecognisers
from ura.adapters.whisper import RecogniserMissing, loops
from ura.adapters.whisper_phrases import WhisperPhrases
from ura.adapters.whisper_tokens import Tokens


def test_bytes_are_joined_in_the_order_that_was_learnt(tmp_path: Path) -> None:
    # " não": the tilde's letter is two bytes, written Ã and £
    merges = [["Ġ", "n"], ["Ã", "£"], ["Ġn", "Ã£"], ["Ġnã", "o"], ["Ġn", "o"]]
    vocabulary = {
        part: number for number, part in enumerate(["Ġn", "Ã£", "Ġnã", "o", "Ġn£"])
    }
    vocabulary |= {"ĠnÃ£": 7, "Ġ": 8, "n": 9, "Ġno": 10, "!": 11}
    file = tmp_path / "tokenizer.json"
    file.write_text(json.dumps({"model": {"vocab": vocabulary, "merges": merges}}), "utf-8")
    tokens = Tokens(file)
    assert tokens.of("não") == [7, 3]
    assert tokens.of("no!") == [10, 11]


def test_more_words_than_anybody_says_in_the_time_are_a_loop() -> None:
    assert loops("não " * 10, seconds=1.0)
    assert not loops("não não quero não obrigado", seconds=1.0)


def test_a_folder_without_a_model_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(RecogniserMissing, match=r"falta model\.bin .* acordo models fetch"):
        WhisperPhrases(tmp_path)


async def test_no_recogniser_at_all_is_no_answer(tmp_path: Path) -> None:
    async with PhraseRecognisers(tmp_path, 0) as recognisers:
        assert await recognisers.speech(np.zeros(8000), ["sim"], free=False) is None
