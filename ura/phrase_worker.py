"""A process that recognises answers: sound and phrases in, scores and words out.

As `ura.recognition_worker`, but each request is a line of JSON (`phrases`, `free`) before
the samples, and the answer has `scores` and `text`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ura.adapters.whisper_phrases import WhisperPhrases
from ura.recognition_worker import samples_of, serve

NICER = 2  # sound comes first, but somebody waits for this


def main(folder: Path) -> int:
    """Serve until the input ends; returns the exit status."""

    def load() -> Callable[[bytes], Mapping[str, object]]:
        recogniser = WhisperPhrases(folder)

        def answer(request: bytes) -> Mapping[str, object]:
            line, _, pcm = request.partition(b"\n")
            asked: Mapping[str, Any] = json.loads(line)
            heard = recogniser.hear(samples_of(pcm), asked["phrases"], free=asked["free"])
            return {"scores": heard.scores, "text": heard.text}

        return answer

    return serve(load, NICER)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
