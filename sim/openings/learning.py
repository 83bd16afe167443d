"""Learns what the words of whoever answers weigh: a person's or a recording's.

`python -m sim.openings.learning` writes `ura/answering/weights.csv` from the written
openings (`said.toml` and the texts of every part but the report) and from what the
recogniser made of their sound (`heard.toml`, and `overheard.csv`: at each moment of
asking). A logistic regression over the signs of `ura.answering.wording`, with a quadratic
penalty.
How it does on a writer whom it does not know is for `sim.openings.judging` to tell.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from sim.openings.labelled import labelled
from sim.openings.overhearing import WRITERS, overheard
from ura import answering
from ura.answering.wording import ALWAYS, WEIGHTS, signs

OURS = "ours"  # parts that one hand wrote, and the lists
REPORT = "report"
CUTS = (2, 4, 6, 9, 12, 16)  # words: a listener hears beginnings too
MOST_WORDS = 22  # of one window of the recogniser
LEAST_OPENINGS = 3  # that a sign must be in
PENALTY = 1.0
STEPS = 150
DIGITS, LEAST_WEIGHT = 3, 0.01

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spoken:
    """One written opening: who wrote it, and whether a recording says it."""

    writer: str
    recorded: bool
    beginnings: tuple[str, ...]  # the last is all of it


def learned(openings: Sequence[Spoken]) -> dict[str, float]:
    """The weight of each sign, natural logarithms; the next to nothing are left out."""
    texts = [(o, text) for o in openings for text in o.beginnings]
    found = [signs(text) for _, text in texts]
    counts = Counter(chain.from_iterable(_signs_of(o) for o in openings))
    chosen = sorted(sign for sign, times in counts.items() if times >= LEAST_OPENINGS)
    place = {sign: at for at, sign in enumerate(chosen)}
    rows: list[int] = []
    columns: list[int] = []
    for row, those in enumerate(found):
        at = [place[sign] for sign in those if sign in place]
        rows += [row] * len(at)
        columns += at
    table = csr_matrix(
        (np.ones(len(rows)), (rows, columns)), shape=(len(texts), len(chosen))
    )
    side = np.array([1.0 if o.recorded else -1.0 for o, _ in texts])
    share = np.array([len(o.beginnings) ** -0.5 for o, _ in texts])
    weights = fitted(table, side, share)
    named = zip([*chosen, ALWAYS], weights, strict=True)
    return {s: round(float(w), DIGITS) for s, w in named if abs(w) >= LEAST_WEIGHT}


def _signs_of(opening: Spoken) -> set[str]:
    return set(chain.from_iterable(signs(text) for text in opening.beginnings))


def fitted(table: csr_matrix, side: Vector, share: Vector) -> Vector:
    """Logistic regression; the last weight is every text's, and is not penalised."""
    across = table.T.tocsr()

    def loss(weights: Vector) -> tuple[float, Vector]:
        margin = side * (table @ weights[:-1] + weights[-1])
        wrong = share * side / (1.0 + np.exp(np.clip(margin, -50.0, 50.0)))
        value = (share * np.logaddexp(0.0, -margin)).sum()
        value += 0.5 * PENALTY * (weights[:-1] ** 2).sum()
        slope = np.append(PENALTY * weights[:-1] - across @ wrong, -wrong.sum())
        return float(value), slope

    start = np.zeros(table.shape[1] + 1)
    options = {"maxiter": STEPS}
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options=options)
    return np.asarray(found.x, dtype=np.float64)


def written() -> list[Spoken]:
    """Every opening to learn from; never one of the report."""
    parts, said, heard = (_table(n) for n in ("texts.toml", "said.toml", "heard.toml"))
    found: list[Spoken] = []
    for part, table in parts.items():
        if part != REPORT:
            found += _of(part if part in WRITERS else OURS, table)
    return found + list(_of(OURS, said)) + list(_of(OURS, heard, whole=True))


def heard() -> list[Spoken]:
    """What the recogniser made of the writers' openings as they went on."""
    asked = overheard()
    found: list[Spoken] = []
    for part in WRITERS:
        for opening in labelled(part):
            texts = tuple(one.text for one in asked.get(opening.id, ()) if one.text)
            if texts:
                found.append(Spoken(part, opening.label != "person", texts))
    return found


def _of(writer: str, table: Mapping[str, Any], *, whole: bool = False) -> Iterator[Spoken]:
    for label in ("person", "mailbox", "announcement", "recorded"):
        for text in table.get(label, ()):
            cut = (text,) if whole else beginnings(text)
            yield Spoken(writer, label != "person", cut)


def beginnings(text: str) -> tuple[str, ...]:
    """What is heard of an opening as time goes on; after `|` he speaks again.

    >>> beginnings("Alô, quem é? | Alô?")
    ('Alô, quem', 'Alô, quem é?', 'Alô, quem é?   Alô?')
    """
    first = text.partition("|")[0].split()[:MOST_WORDS]
    cuts = [" ".join(first[:n]) for n in CUTS if n < len(first)]
    again = (text.replace("|", " "),) if "|" in text else ()
    return (*cuts, " ".join(first), *again)


def as_csv(weights: Mapping[str, float]) -> str:
    """One sign a line, in order."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(sorted(weights.items()))
    return text.getvalue()


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(name).read_text("utf-8"))


def main() -> None:
    """Write the weights."""
    path = Path(str(files(answering))) / WEIGHTS
    path.write_text(as_csv(learned([*written(), *heard()])), encoding="utf-8")


if __name__ == "__main__":
    main()
