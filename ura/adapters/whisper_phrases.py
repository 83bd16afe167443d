"""How well each phrase of a question fits what was said, by Whisper through CTranslate2.

The sound is encoded once. What was probably said is written down in the question's own
words alone: all other tokens are forbidden, so that a lone «não» is not taken for a name or
for a word of another language. Then the phrases that are most like these guesses are forced
on the model, and what it makes of one is its score: the sum of the log probabilities of its
tokens, over their number to the power of 0.7. A phrase costs 40 ms.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ura.adapters.log_mel import COLUMNS_PER_S
from ura.adapters.whisper import (
    PROMPT,
    Whisper,
    longest,
    loops,
    spoken,
    unreadable,
    window_of,
)
from ura.adapters.whisper_tokens import Tokens
from ura.dialogue.shortlist import shortlist
from ura.ports import RATE_HZ, Samples

POWER = 0.7
MOST = 10  # phrases that are scored
ALWAYS = 2  # of them, the first: a lone «não» is written down worst of all
GUESSES = 5  # of what was said; also how many are followed up at once
WINDOW_S = 6.0  # at least: in a shorter one the model repeats a single word
END = "<|endoftext|>"
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Heard:
    """Phrases with their scores, the best first, and the text where it was written."""

    scores: tuple[tuple[str, float], ...]
    text: str
    guess: str = ""  # in words of the phrases alone


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
            self._end = numbers[END]
            self._all = range(max(numbers.values()) + 1)
        except (ValueError, KeyError, TypeError) as error:
            raise unreadable(folder, error) from error
        self._known: dict[str, list[int]] = {}
        self._forbidden: dict[tuple[str, ...], list[int]] = {}

    def hear(self, samples: Samples, phrases: Sequence[str], *, free: bool) -> Heard:
        """Score the phrases (8 kHz, -1..1) that are likely, and write down what was said.

        The text is in any words where `free` or without phrases, else in theirs alone.
        """
        seconds = len(samples) / RATE_HZ
        if not phrases:
            return Heard((), self.text(samples))
        window_s = max(WINDOW_S, window_of(seconds))
        encoded = self.encoded(samples, window_s)
        guesses = self._guesses(encoded, seconds, phrases)
        likely = shortlist(guesses, phrases, most=MOST, always=ALWAYS)
        scores = self._scores(encoded, round(window_s * COLUMNS_PER_S), likely)
        text = self.written(encoded, seconds) if free else guesses[0]
        return Heard(scores, text, guesses[0])

    def _guesses(self, encoded: Any, seconds: float, phrases: Sequence[str]) -> list[str]:
        """What was probably said, in words of the phrases, the best first."""
        (result,) = self._model.generate(
            encoded,
            [self._start],
            beam_size=GUESSES,
            num_hypotheses=GUESSES,
            max_length=min(longest(seconds), self._longest(phrases)),
            suppress_tokens=self._without(tuple(phrases)),
        )
        texts = [spoken(tokens) for tokens in result.sequences]
        return [text for text in texts if not loops(text, seconds)] or [""]

    def _longest(self, phrases: Sequence[str]) -> int:
        """Of the longest phrase, as the engine takes it: what goes on is none of them."""
        return 2 * (len(self._start) + max(len(self._of(each)) for each in phrases))

    def _without(self, phrases: tuple[str, ...]) -> list[int]:
        """The tokens that no phrase has; a question's list is always the same."""
        if phrases not in self._forbidden:
            kept = {self._end}
            for phrase in phrases:
                kept.update(self._of(phrase), self._tokens.of(phrase))
            self._forbidden[phrases] = [each for each in self._all if each not in kept]
        return self._forbidden[phrases]

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
