"""Speech from text with the neural Kokoro pt-BR voices, for prompts rendered ahead.

Far too slow for live speech beside recognition (0.8 CPU seconds for each second of sound),
so nothing on a call's path imports this. Needs the optional extra `voices` and the program
espeak-ng, which turns text into phonemes; punctuation is passed on, because the model takes
its melody from it.
"""

from __future__ import annotations

import importlib
import json
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 24_000
VOICES = ("pf_dora", "pm_alex", "pm_santa")
STYLE_ROWS, STYLE_WIDTH = 510, 256  # one style per length in tokens
# the styles of shorter texts blur them: "reais" is heard as "perais"
STYLE_LEAST = 60
MAX_TOKENS = 509  # with the two pads the model's limit of 511 is kept

# espeak-ng ties two signs with ^ where the model knows one.
TIED = {
    "a^ɪ": "I",
    "a^ʊ": "W",
    "d^ʒ": "ʤ",
    "e^ɪ": "A",
    "o^ʊ": "O",
    "t^ʃ": "ʧ",
    "t^s": "ʦ",
    "d^z": "ʣ",
    "ɔ^ɪ": "Y",
}
PUNCTUATION = re.compile(r"([,.;:!?…—]+)")


class VoiceUnavailable(Exception):
    """Speech cannot be rendered on this machine; the message says, in pt-BR, what lacks."""


class TextTooLong(Exception):
    """The text has more phonemes than the model takes in one go."""


def model_signs(ipa: str) -> str:
    """Turn espeak-ng's IPA, ties shown as ^, into the signs that the model knows.

    >>> model_signs("t^ʃˈɐ̃^ʊ̃")
    'ʧˈɐ̃ʊ̃'
    """
    for tied, single in TIED.items():
        ipa = ipa.replace(tied, single)
    return ipa.replace("^", "").replace("-", "")


def clauses(text: str) -> list[tuple[str, str]]:
    """Split a text into (words, punctuation after them), in order.

    >>> clauses("Alô? Sim, é ele.")
    [('Alô', '?'), ('Sim', ','), ('é ele', '.')]
    """
    pieces = [piece.strip() for piece in PUNCTUATION.split(text)]
    pairs = zip(pieces[::2], [*pieces[1::2], ""], strict=False)
    return [(words, mark) for words, mark in pairs if words]


def in_passing(words: str, ipa: str) -> str:
    """Say a last `e` as within a sentence: espeak-ng spells it like the letter.

    >>> in_passing("mil e", "mˈi^ʊ ˈɛ")
    'mˈi^ʊ i'
    """
    return f"{ipa.removesuffix('ˈɛ')}i" if words.split()[-1:] == ["e"] else ipa


def tokens(phonemes: str, vocabulary: Mapping[str, int]) -> list[int]:
    """Map phonemes to the model's numbers; a sign that it does not know is left out."""
    known: list[int] = []
    for sign in phonemes:  # a letter written with its tilde counts as letter, then tilde
        pieces = sign if sign in vocabulary else unicodedata.normalize("NFD", sign)
        known += [vocabulary[piece] for piece in pieces if piece in vocabulary]
    if len(known) > MAX_TOKENS:
        raise TextTooLong(f"{len(known)} fonemas; o limite é {MAX_TOKENS}")
    return known


class KokoroVoice:
    """Renders text; holds the loaded model (about 300 MB of memory)."""

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        """Load the model from `folder`, where `acordo models fetch kokoro` put it."""
        runtime = _extra("onnxruntime")
        self._espeak = _program("espeak-ng")
        self._folder = folder
        text = (folder / "vocab.json").read_text(encoding="utf-8")
        self._vocabulary: dict[str, int] = json.loads(text)["vocab"]
        options = runtime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self._session = runtime.InferenceSession(
            str(folder / "kokoro-v1.0.int8.onnx"),
            options,
            providers=["CPUExecutionProvider"],
        )
        self._styles: dict[str, NDArray[np.float32]] = {}

    def synthesize(self, text: str, voice: str, speed: float = 1.0) -> NDArray[np.float32]:
        """Return mono samples (-1..1, 24 kHz). `speed` 1.0 is natural, 1.2 is faster."""
        numbers = tokens(self.phonemes(text), self._vocabulary)
        row = min(max(len(numbers), STYLE_LEAST), STYLE_ROWS) - 1
        style = self._style(voice)[row]
        (audio,) = self._session.run(
            None,
            {
                "tokens": np.array([[0, *numbers, 0]], dtype=np.int64),
                "style": style.reshape(1, STYLE_WIDTH),
                "speed": np.array([speed], dtype=np.float32),
            },
        )
        return np.asarray(audio, dtype=np.float32).ravel()

    def phonemes(self, text: str) -> str:
        """Return the model's signs for a text, its punctuation kept."""
        spoken = [
            f"{in_passing(words, self._ipa(words))}{mark}" for words, mark in clauses(text)
        ]
        return model_signs(" ".join(spoken))

    def _ipa(self, words: str) -> str:
        command = [self._espeak, "-q", "-v", "pt-br", "--ipa", "--tie=^", "--", words]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=30, check=True
        )
        return " ".join(done.stdout.split())

    def _style(self, voice: str) -> NDArray[np.float32]:
        if voice not in self._styles:
            flat = np.fromfile(self._folder / f"{voice}.bin", dtype="<f4")
            self._styles[voice] = flat.reshape(STYLE_ROWS, STYLE_WIDTH)
        return self._styles[voice]


def _extra(name: str) -> ModuleType:
    """Import a package of the optional extra, which the product does not need to run."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise VoiceUnavailable(
            f"falta o pacote {name}: instale com pip install 'acordo[voices]'"
        ) from error


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise VoiceUnavailable(f"falta o programa {name}: sudo apt-get install {name}")
    return path
