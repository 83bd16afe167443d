"""A process that recognises answers: sound and phrases in, scores and words out.

As `ura.recognition_worker`, but each request is a line of JSON (`phrases`, `free`) before
the samples, and the answer has `scores` and `text`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ura.adapters.whisper import RecogniserMissing
from ura.adapters.whisper_phrases import WhisperPhrases
from ura.recognition_worker import LENGTH, MISSING, READY

NICER = 2  # sound comes first, but somebody waits for this


def main(folder: Path) -> int:
    """Serve until the input ends; returns the exit status."""
    try:
        recogniser = WhisperPhrases(folder)
    except RecogniserMissing as missing:
        sys.stderr.write(f"{missing}\n")
        return MISSING
    os.nice(NICER)
    _say(READY)
    source = sys.stdin.buffer
    while len(head := source.read(LENGTH)) == LENGTH:
        line, _, pcm = source.read(int.from_bytes(head, "little")).partition(b"\n")
        asked: Mapping[str, Any] = json.loads(line)
        samples = np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2").astype(np.float64) / 32768
        heard = recogniser.hear(samples, asked["phrases"], free=asked["free"])
        _say({"scores": heard.scores, "text": heard.text})
    return 0


def _say(what: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(what, ensure_ascii=True) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
