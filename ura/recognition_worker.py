"""A process that recognises: sound in on standard input, words out on standard output.

One at a time: four bytes of length, then 16-bit samples at 8 kHz; the answer is one line of
JSON with `text`. It ends when its input does, so that none outlives the process that asked.
Exit status 3: no recogniser here, and standard error says in pt-BR what lacks.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from ura.adapters.whisper import RecogniserMissing, Whisper
from ura.ports import Samples

MISSING = 3
LENGTH = 4  # bytes, little endian
READY = {"ready": True}
NICER = 5  # calls and their sound come first: a late verdict harms nobody


def serve(load: Callable[[], Callable[[bytes], Mapping[str, object]]], nicer: int) -> int:
    """Load, say so, and answer each request until the input ends; the exit status.

    `load` returns what answers the bytes of a request, or raises RecogniserMissing.
    """
    try:
        answer = load()
    except RecogniserMissing as missing:
        sys.stderr.write(f"{missing}\n")
        return MISSING
    os.nice(nicer)
    _say(READY)
    source = sys.stdin.buffer
    while len(head := source.read(LENGTH)) == LENGTH:
        _say(answer(source.read(int.from_bytes(head, "little"))))
    return 0


def samples_of(pcm: bytes) -> Samples:
    """Samples of -1 to 1 from 16 bits, little endian; half a sample at the end is left."""
    return np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2").astype(np.float64) / 32768


def main(folder: Path) -> int:
    """Serve until the input ends; returns the exit status."""

    def load() -> Callable[[bytes], Mapping[str, object]]:
        recogniser = Whisper(folder)
        return lambda pcm: {"text": recogniser.text(samples_of(pcm))}

    return serve(load, NICER)


def _say(what: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(what, ensure_ascii=True) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
