"""A phrase as the model's tokens: byte pairs, joined in the order that it learnt them.

Pure functions on `tokenizer.json`; only what is said in Portuguese is written here, so the
rules for numbers and other scripts are those of plain words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

_PIECE = re.compile(r" ?\w+| ?[^\s\w]+")


class Tokens:
    """Holds the model's vocabulary and merges (4 MB)."""

    def __init__(self, tokenizer: Path) -> None:
        model = json.loads(tokenizer.read_text("utf-8"))["model"]
        self._numbers: Mapping[str, int] = model["vocab"]
        pairs = (p if isinstance(p, list) else p.split(" ") for p in model["merges"])
        self._rank = {(a, b): rank for rank, (a, b) in enumerate(pairs)}
        self._letters = _letters_of_bytes()

    def of(self, text: str) -> list[int]:
        """Return the numbers of a text's tokens, as it begins a speech."""
        found: list[int] = []
        for piece in _PIECE.findall(f" {text}"):
            letters = [self._letters[byte] for byte in piece.encode()]
            found += [self._numbers[part] for part in self._joined(letters)]
        return found

    def _joined(self, parts: list[str]) -> list[str]:
        while len(parts) > 1:
            pairs = list(pairwise(parts))
            best = min(pairs, key=lambda pair: self._rank.get(pair, len(self._rank)))
            if best not in self._rank:
                break
            at = pairs.index(best)
            parts[at : at + 2] = ["".join(best)]
        return parts


def _letters_of_bytes() -> dict[int, str]:
    """Bytes that print stand for themselves; the others follow after letter 255."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    shifted = {byte: chr(256 + place) for place, byte in enumerate(others)}
    return {byte: chr(byte) for byte in plain} | shifted
