"""How well a call is told on writers whom the weights do not know.

`python -m sim.openings.judging` learns, for each tuning writer, from all others, and plays
his overheard openings to the listener as it ships: all rules, beep and tones too, at the
times that the recogniser took. Texts left out one by one, their writer known, promised
what no other writer kept. Needs their sound (`sim.openings.overhearing` makes it), but no
recogniser. It ends with the weights of `ura.answering.together`, learned from all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import median

import numpy as np
from scipy.sparse import csr_matrix

from foundation.settings import ProcessSettings
from sim.openings.labelled import Part, labelled
from sim.openings.learning import Spoken, Vector, fitted, heard, learned, written
from sim.openings.overhearing import WRITERS, overheard
from sim.openings.sounds import Sounds, read
from sim.openings.trial import RECORDED, Asked, Trial, remembered, trial
from ura.answering.together import features, kept
from ura.answering.wording import Wording

SCALE = 5.0  # of odds, so that the penalty is a mild one


def without(writer: Part, openings: Sequence[Spoken]) -> Wording:
    """What the others' openings teach."""
    return Wording(learned([o for o in openings if o.writer != writer]))


def judged(
    writer: Part, wording: Wording, asked: Mapping[str, Sequence[Asked]], sounds: Sounds
) -> Iterator[Trial]:
    """Each of a writer's overheard openings (`asked`), decided by these weights."""
    of_part = labelled(writer)
    for opening in of_part:
        if opening.id in asked:
            samples = read(sounds.path(opening, of_part))
            yield trial(opening, samples, remembered(asked[opening.id]), wording)


def of_all(asked: Sequence[Asked], wording: Wording) -> Iterator[tuple[float, ...]]:
    """The features of `together` at each moment of one opening."""
    odds: list[float] = []
    before = ""
    for one in asked:
        odds.append(wording.leaning(one.text).odds)
        yield features(odds, kept(before, one.text))
        before = one.text or before


def weighed(openings: Mapping[str, tuple[bool, Sequence[tuple[float, ...]]]]) -> Vector:
    """The weight of each feature, then of none, from whether each is a recording."""
    filled = [(recorded, rows) for recorded, rows in openings.values() if rows]
    table = np.concatenate([np.array(rows) for _, rows in filled]) / SCALE
    side = np.concatenate([[1.0 if r else -1.0] * len(rows) for r, rows in filled])
    share = np.concatenate([[len(rows) ** -0.5] * len(rows) for _, rows in filled])
    weights = fitted(csr_matrix(table), side, share)
    return np.append(weights[:-1] / SCALE, weights[-1])


def told(name: str, trials: Sequence[Trial]) -> list[str]:
    """A line of figures, and one for each person who was called a machine."""
    people = [t for t in trials if t.opening.label == "person"]
    recorded = [t for t in trials if t.opening.label in RECORDED]
    wrong = [t for t in people if t.who == "machine"]
    caught = sum(t.who == "machine" for t in recorded)
    delay_s = median(t.delay_s for t in trials)
    return [
        f"{name}: {len(wrong)} of {len(people)} people called machine, {caught} of"
        f" {len(recorded)} recordings caught, median {delay_s:.2f} s",
        *(f"  {t.opening.id} ({t.opening.text}): {t.why}, {t.text}" for t in wrong),
    ]


def main() -> None:
    """Judge every writer, then all of them together."""
    settings = ProcessSettings()
    voices = settings.cache / "models" / "kokoro"
    sounds = Sounds(settings.home / "cache" / "openings", voices)
    openings = [*written(), *heard()]
    asked = overheard()
    everything: list[Trial] = []
    rows: dict[str, tuple[bool, list[tuple[float, ...]]]] = {}
    for writer in WRITERS:
        wording = without(writer, openings)
        trials = list(judged(writer, wording, asked, sounds))
        everything += trials
        print("\n".join(told(writer, trials)), flush=True)
        for t in trials:
            recorded = t.opening.label in RECORDED
            rows[t.opening.id] = recorded, list(of_all(asked[t.opening.id], wording))
    print(told("all", everything)[0])
    print("together:", *(f"{weight:.3f}" for weight in weighed(rows)))


if __name__ == "__main__":
    main()
