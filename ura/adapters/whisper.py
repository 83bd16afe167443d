"""Words from telephone speech, by Whisper (base, multilingual) through CTranslate2.

For short stretches of an open call: the window is cut to what was said, for the model's own
30 s cost four times as much and hear no better. What repeats itself is no text.
Needs the model's files (`acordo models fetch whisper`).
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foundation.sound import doubled
from ura.adapters.log_mel import log_mel

TELEPHONE_HZ = 8_000
WINDOWS_S = (2.0, 4.0, 6.0, 10.0)  # the least that holds the sound
PROMPT = ("<|startoftranscript|>", "<|pt|>", "<|transcribe|>", "<|notimestamps|>")
AGAIN = 1.3  # how much less likely what was said already: a cut window brings loops
WORDS_PER_S, WORDS_MORE = 6, 3  # more than that is a loop
TOKENS_PER_S, TOKENS_MORE = 6.5, 4  # at most: each takes 10 ms of a processor


class RecogniserMissing(RuntimeError):
    """No recogniser here; the message says in pt-BR what lacks."""


class Whisper:
    """Holds the loaded model, about 300 MB with everything; one thread."""

    def __init__(self, folder: Path) -> None:
        for name in ("model.bin", "config.json", "vocabulary.json", "tokenizer.json"):
            if not (folder / name).is_file():
                raise RecogniserMissing(
                    f"falta {name} em {folder}: acordo models fetch whisper"
                )
        try:
            engine: Any = importlib.import_module("ctranslate2")
        except ModuleNotFoundError as error:
            raise RecogniserMissing(
                "falta o pacote ctranslate2: pip install 'acordo[recognition]'"
            ) from error
        self._engine = engine
        try:
            self._model = engine.models.Whisper(
                str(folder), device="cpu", compute_type="int8", intra_threads=1,
                inter_threads=1,
            )  # fmt: skip
        except (RuntimeError, ValueError) as error:
            raise unreadable(folder, error) from error

    def encoded(self, samples: NDArray[np.float64], window_s: float) -> Any:
        """The sound (8 kHz) as the model's own picture of it, for what is asked of it."""
        picture = np.ascontiguousarray(log_mel(doubled(samples), window_s)[None])
        return self._model.encode(self._engine.StorageView.from_array(picture))

    def text(self, samples: NDArray[np.float64]) -> str:
        """What was said (8 kHz, -1..1); empty when it is no speech, or a loop."""
        seconds = len(samples) / TELEPHONE_HZ
        return self.written(self.encoded(samples, window_of(seconds)), seconds)

    def written(self, encoded: Any, seconds: float) -> str:
        """The text of what is encoded already."""
        (result,) = self._model.generate(
            encoded,
            [list(PROMPT)],
            beam_size=1,
            repetition_penalty=AGAIN,
            max_length=longest(seconds),
        )
        text = spoken(result.sequences[0])
        return "" if loops(text, seconds) else text


def unreadable(folder: Path, error: Exception) -> RecogniserMissing:
    """What is said of a folder that holds something else than the model."""
    return RecogniserMissing(
        f"o modelo em {folder} não pode ser lido ({error}): apague a pasta e busque-o de"
        " novo, com acordo models fetch whisper"
    )


def longest(seconds: float) -> int:
    """The most tokens, as the engine takes it: it counts the prompt, and halves the sum."""
    return 2 * (len(PROMPT) + round(TOKENS_PER_S * seconds) + TOKENS_MORE)


def loops(text: str, seconds: float) -> bool:
    """More words than anybody says in the time."""
    return len(text.split()) > WORDS_PER_S * seconds + WORDS_MORE


def window_of(seconds: float) -> float:
    """The least window that holds the sound, in seconds."""
    return next((w for w in WINDOWS_S if w >= seconds), WINDOWS_S[-1])


def spoken(tokens: list[str]) -> str:
    """Join the model's pieces, which write each byte as a letter of its own.

    >>> spoken(["Al", "Ã´", ",", "Ġquem", "<|endoftext|>"])
    'Alô, quem'
    """
    letters = "".join(token for token in tokens if not token.startswith("<|"))
    raw = bytes(_BYTES[letter] for letter in letters if letter in _BYTES)
    return raw.decode("utf-8", "replace").strip()


def _bytes_of_letters() -> dict[str, int]:
    """Bytes that print stand for themselves; the others follow after letter 255."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    shifted = {chr(256 + place): byte for place, byte in enumerate(others)}
    return {chr(byte): byte for byte in plain} | shifted


_BYTES = _bytes_of_letters()
