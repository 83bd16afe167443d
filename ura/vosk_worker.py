"""A process that recognises answers by Vosk; asked and answering as `ura.phrase_worker`."""

from __future__ import annotations

import sys
from pathlib import Path

from ura.adapters.vosk_phrases import VoskPhrases
from ura.phrase_worker import answering


def main(folder: Path) -> int:
    """Serve until the input ends; returns the exit status."""
    return answering(lambda: VoskPhrases(folder))


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
