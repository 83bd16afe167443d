"""Plays the openings to tune on to the recogniser, and keeps what it made of them.

`python -m sim.openings.overhearing [MINUTES]` renders their sound (in the state folder's
cache), asks the recogniser at every moment at which a listener does that never decides, and
appends each answer to `overheard.csv` beside this file: the opening's id, when it was asked
for, the processor time it took (seconds), the text; one line without them for an opening of
which nothing was asked. What is there already is not made again, so that it may be stopped
and run on. Every writer comes in turn, people sooner than recordings and neural voices
sooner than robots, so that a sample of any length has some of all.
"""

from __future__ import annotations

import csv
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from foundation.settings import ProcessSettings
from sim.openings.labelled import Opening, Part, labelled
from sim.openings.sounds import Sounds, read
from sim.openings.trial import Asked, Recognise, played, timed
from ura.adapters.whisper import Whisper
from ura.answering.listener import Listener
from ura.answering.verdict import LIMIT_S

OVERHEARD = Path(__file__).with_name("overheard.csv")
WRITERS: tuple[Part, ...] = (
    "seen_latest", "writer_one", "writer_two", "writer_three", "writer_four",
    "writer_five", "writer_six", "writer_seven", "writer_eight", "writer_nine",
)  # fmt: skip
#: of people by neural voices all come by the time at which so much of the others has come
ROBOTS_BY_THEN, RECORDED_BY_THEN = 0.6, 0.3


class Undecided(Listener):
    """Asks on, whatever it knows already."""

    @property
    def done(self) -> bool:
        """Nothing is asked after the limit."""
        return self.hearing.now_s >= LIMIT_S

    def _judge(self) -> None:
        """Nothing is decided."""


def in_turn() -> list[Opening]:
    """The spoken openings of every tuning writer, in the order in which they are made."""
    ranked: list[tuple[float, str, Opening]] = []
    for part in WRITERS:
        openings = [o for o in labelled(part) if o.voice]
        sizes = Counter((o.label, o.robot) for o in openings)
        met: Counter[tuple[str, bool]] = Counter()
        for opening in openings:
            kind = opening.label, opening.robot
            rank = met[kind] / sizes[kind] / _share(opening)
            met[kind] += 1
            ranked.append((rank, opening.id, opening))
    return [opening for _, _, opening in sorted(ranked, key=lambda each: each[:2])]


def _share(opening: Opening) -> float:
    if opening.label != "person":
        return RECORDED_BY_THEN
    return ROBOTS_BY_THEN if opening.robot else 1.0


def overheard(path: Path = OVERHEARD) -> dict[str, list[Asked]]:
    """What was kept, by the openings' ids."""
    found: dict[str, list[Asked]] = {}
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            for name, until_s, took_s, text in csv.reader(file):
                asked = found.setdefault(name, [])
                if until_s:
                    asked.append(Asked(float(until_s), float(took_s), text))
    return found


def overhear(
    openings: Sequence[Opening], sounds: Sounds, recognise: Recognise
) -> Iterator[tuple[Opening, list[Asked]]]:
    """Each opening, and what is recognised of it as it goes on."""
    for opening in openings:
        samples = read(sounds.path(opening, labelled(opening.part)))
        yield opening, played(Undecided(), samples, timed(recognise))


def rows(opening: Opening, asked: Sequence[Asked]) -> list[tuple[str, ...]]:
    """What is kept of one opening."""
    if not asked:
        return [(opening.id, "", "", "")]
    return [
        (opening.id, f"{one.until_s:.2f}", f"{one.took_s:.3f}", one.text) for one in asked
    ]


def main() -> None:
    """Go on where it ended the last time, for so many minutes."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else float("inf")
    settings = ProcessSettings()
    models = settings.cache / "models"
    sounds = Sounds(settings.home / "cache" / "openings", models / "kokoro")
    there, everything = overheard(), in_turn()
    missing = [o for o in everything if o.id not in there]
    began = time.monotonic()
    recogniser = Whisper(models / "whisper")
    with OVERHEARD.open("a", encoding="utf-8", newline="") as file:
        made = overhear(missing, sounds, recogniser.text)
        for number, (opening, asked) in enumerate(made, start=len(there) + 1):
            csv.writer(file, lineterminator="\n").writerows(rows(opening, asked))
            file.flush()
            print(f"{number} of {len(everything)}: {opening.id}", flush=True)
            if time.monotonic() - began > 60 * minutes:
                return


if __name__ == "__main__":
    main()
