"""Whether recognised words are a recording's or a person's, as odds that add up.

Pure. A logistic regression over signs of a text, each of which is there or not: words by
their sound, pairs of neighbours (the first word's place is a neighbour of its own), three
in a row, pairs with a word between them that may be misheard, pieces of three to five
sounds across words, so that a misheard telephone is still understood, and how many words
were said. The weights, natural logarithms, are in `weights.csv`; they are
learned by `python -m sim.openings.learning` from written openings.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

from ura.answering.sounds_like import sounds

WEIGHTS = "weights.csv"
ALWAYS = "*"  # the sign that every text has
BEGINNING = "^"
WORD, PAIR, APART, THREE, LENGTH = "w:", "p:", "s:", "t:", "#"
PIECES = (3, 4, 5)  # sounds
LENGTHS = (3, 6, 9, 12, 16, 20)  # words
SHOWN = 5  # signs that are kept as evidence


@dataclass(frozen=True, slots=True)
class Leaning:
    """`odds` is natural: 0 tells nothing, above 0 it is rather a recording."""

    odds: float = 0.0
    signs: tuple[str, ...] = ()  # what weighed most, as "sound +1.2"


class Wording:
    """What the signs of a text weigh together."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = weights

    def leaning(self, text: str) -> Leaning:
        """Add up what the text's signs tell; each counts once, no text tells nothing."""
        weights = self._weights
        found = {sign: weights[sign] for sign in signs(text) if sign in weights}
        if not found:
            return Leaning()
        telling = sorted(found, key=lambda sign: (-abs(found[sign]), sign))[:SHOWN]
        shown = tuple(f"{sign} {found[sign]:+.1f}" for sign in telling)
        return Leaning(sum(found.values()) + weights.get(ALWAYS, 0.0), shown)


def signs(text: str) -> set[str]:
    """The signs of a text, none of an empty one.

    >>> sorted(signs("Alô?"))
    ['_al', '_alu', '_alu_', 'alu', 'alu_', 'lu_', 'p:^ alu', 'w:alu']
    """
    spoken = sounds(text)
    if not spoken:
        return set()
    begun = [BEGINNING, *spoken]
    found = {WORD + word for word in spoken}
    found |= {f"{PAIR}{one} {two}" for one, two in pairwise(begun)}
    for one, two, three in zip(begun, begun[1:], begun[2:], strict=False):
        found |= {f"{APART}{one} {three}", f"{THREE}{one} {two} {three}"}
    whole = f"_{'_'.join(spoken)}_"
    for long in PIECES:
        found |= {whole[at : at + long] for at in range(len(whole) - long + 1)}
    return found | {f"{LENGTH}{n}" for n in LENGTHS if len(spoken) >= n}


@cache
def known() -> Wording:
    """What the weights that ship with the product tell."""
    table = files(__package__).joinpath(WEIGHTS).read_text("utf-8").splitlines()
    return Wording({sign: float(weight) for sign, weight in csv.reader(table)})
