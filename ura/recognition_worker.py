"""A process that recognises: sound in on standard input, words out on standard output.

One at a time: four bytes of length, then 16-bit samples at 8 kHz; the answer is one line of
JSON with `text`. It ends when its input does, so that none outlives the process that asked.
Exit status 3: no recogniser here, and standard error says in pt-BR what lacks.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ura.adapters.whisper import RecogniserMissing, Whisper

MISSING = 3
LENGTH = 4  # bytes, little endian
READY = {"ready": True}
NICER = 5  # calls and their sound come first: a late verdict harms nobody


def main(folder: Path) -> int:
    """Serve until the input ends; returns the exit status."""
    try:
        recogniser = Whisper(folder)
    except RecogniserMissing as missing:
        sys.stderr.write(f"{missing}\n")
        return MISSING
    os.nice(NICER)
    _say(READY)
    source = sys.stdin.buffer
    while len(head := source.read(LENGTH)) == LENGTH:
        pcm = source.read(int.from_bytes(head, "little"))
        samples = np.frombuffer(pcm, "<i2").astype(np.float64) / 32768
        _say({"text": recogniser.text(samples)})
    return 0


def _say(what: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(what, ensure_ascii=True) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
