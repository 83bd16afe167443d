"""How well each phrase of a question fits what was said, by Whisper through CTranslate2.

The sound is encoded once; then each phrase is forced on the model, and what it makes of it
is the phrase's score: the sum of the log probabilities of its tokens, over their number to
the power of 0.7. A phrase costs 30 ms, so of a long list those are scored that are most
like the text, which is written down first. Of a short one text is written down only where
it is asked for, or where no phrase fits.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ura.adapters.log_mel import COLUMNS_PER_S
from ura.adapters.whisper import PROMPT, Whisper, unreadable, window_of
from ura.adapters.whisper_tokens import Tokens
from ura.dialogue.shortlist import shortlist
from ura.ports import RATE_HZ, Samples

POWER = 0.7
MOST = 12  # phrases that are scored
FIRST = 6  # of them, whatever was written down: the first of each option
FITS = -3.0  # a phrase that fits so well needs no free text beside it
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Heard:
    """Phrases with their scores, the best first, and the text where it was written."""

    scores: tuple[tuple[str, float], ...]
    text: str


class WhisperPhrases(Whisper):
    """Holds the loaded model; one thread. Raises RecogniserMissing."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        file = folder / "tokenizer.json"
        try:
            self._tokens = Tokens(file)
            added = json.loads(file.read_text("utf-8"))["added_tokens"]
            numbers = {each["content"]: each["id"] for each in added}
            self._start = [numbers[token] for token in PROMPT]
        except (ValueError, KeyError, TypeError) as error:
            raise unreadable(folder, error) from error
        self._known: dict[str, list[int]] = {}

    def hear(self, samples: Samples, phrases: Sequence[str], *, free: bool) -> Heard:
        """Score the phrases (8 kHz, -1..1), and write the text if it is needed.

        Of many phrases only those are scored that the text makes likely; the others have
        no score.
        """
        seconds = len(samples) / RATE_HZ
        encoded = self.encoded(samples, window_of(seconds))
        frames = round(window_of(seconds) * COLUMNS_PER_S)
        text = None
        if len(phrases) > MOST:
            text = self.written(encoded, seconds)
            phrases = shortlist(text, phrases, first=FIRST, most=MOST)
        scores = self._scores(encoded, frames, phrases)
        if not free and scores and scores[0][1] >= FITS:
            return Heard(scores, "")  # the sound fits the phrase; letters are less sure
        return Heard(scores, self.written(encoded, seconds) if text is None else text)

    def _scores(
        self, encoded: Any, frames: int, phrases: Sequence[str]
    ) -> tuple[tuple[str, float], ...]:
        found = []
        for phrase in phrases:
            tokens = self._of(phrase)
            (fit,) = self._model.align(encoded, self._start, [tokens], [frames])
            chances = np.maximum(np.array(fit.text_token_probs), _LEAST)
            found.append((phrase, float(np.log(chances).sum() / len(tokens) ** POWER)))
        return tuple(sorted(found, key=lambda each: -each[1]))

    def _of(self, phrase: str) -> list[int]:
        """As the model writes it: a sentence."""
        if phrase not in self._known:
            sentence = phrase[:1].upper() + phrase[1:] + "."
            self._known[phrase] = self._tokens.of(sentence)
        return self._known[phrase]
