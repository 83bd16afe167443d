"""A process that recognises answers: sound and phrases in, scores and words out.

As `ura.recognition_worker`, but each request is a line of JSON (`phrases`, `free`) before
the samples, and the answer has `scores` and `text`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from ura.adapters.whisper_phrases import Heard, WhisperPhrases
from ura.ports import Samples
from ura.recognition_worker import samples_of, serve

NICER = 2  # sound comes first, but somebody waits for this


class Hears(Protocol):
    """What is asked of a loaded model."""

    def hear(self, samples: Samples, phrases: Sequence[str], *, free: bool) -> Heard: ...


def main(folder: Path) -> int:
    """Serve until the input ends; returns the exit status."""
    return answering(lambda: WhisperPhrases(folder))


def answering(loaded: Callable[[], Hears]) -> int:
    """Load, serve, and return the exit status; `loaded` raises RecogniserMissing."""

    def load() -> Callable[[bytes], Mapping[str, object]]:
        recogniser = loaded()

        def answer(request: bytes) -> Mapping[str, object]:
            line, _, pcm = request.partition(b"\n")
            asked: Mapping[str, Any] = json.loads(line)
            heard = recogniser.hear(samples_of(pcm), asked["phrases"], free=asked["free"])
            return {"scores": heard.scores, "text": heard.text, "guess": heard.guess}

        return answer

    return serve(load, NICER)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
