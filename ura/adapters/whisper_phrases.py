"""How well each phrase of a question fits what was said, by Whisper through CTranslate2.

The sound is encoded once; then each phrase is forced on the model, and what it makes of it
is the phrase's score: the sum of the log probabilities of its tokens, over their number to
the power of 0.7. Free text is written down only where it is asked for, or where no phrase
fits: it costs as much again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ura.adapters.whisper import PROMPT, WINDOWS_S, Whisper
from ura.adapters.whisper_tokens import Tokens
from ura.ports import RATE_HZ, Samples

POWER = 0.7
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
        self._tokens = Tokens(folder / "tokenizer.json")
        added = json.loads((folder / "tokenizer.json").read_text("utf-8"))["added_tokens"]
        numbers = {each["content"]: each["id"] for each in added}
        self._start = [numbers[token] for token in PROMPT]
        self._known: dict[str, list[int]] = {}

    def hear(self, samples: Samples, phrases: Sequence[str], *, free: bool) -> Heard:
        """Score the phrases (8 kHz, -1..1), and write the text if it is needed."""
        scores = self._scores(samples, phrases) if phrases else ()
        fits = bool(scores) and scores[0][1] >= FITS
        text = self.text(samples) if free or not fits else ""
        return Heard(scores, text)

    def _scores(
        self, samples: Samples, phrases: Sequence[str]
    ) -> tuple[tuple[str, float], ...]:
        seconds = len(samples) / RATE_HZ
        window_s = next((w for w in WINDOWS_S if w >= seconds), WINDOWS_S[-1])
        encoded = self.encoded(samples, window_s)
        frames = [round(window_s * 100)]
        found = []
        for phrase in phrases:
            tokens = self._of(phrase)
            (fit,) = self._model.align(encoded, self._start, [tokens], frames)
            chances = np.maximum(np.array(fit.text_token_probs), _LEAST)
            found.append((phrase, float(np.log(chances).sum() / len(tokens) ** POWER)))
        return tuple(sorted(found, key=lambda each: -each[1]))

    def _of(self, phrase: str) -> list[int]:
        """As the model writes it: a sentence."""
        if phrase not in self._known:
            sentence = phrase[:1].upper() + phrase[1:] + "."
            self._known[phrase] = self._tokens.of(sentence)
        return self._known[phrase]
