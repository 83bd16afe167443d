"""Whether recognised words are a recording's or a person's, as odds that add up.

Pure. Learned once from the openings in `said.toml`, as they are spelt, and in `heard.toml`,
as the recogniser mishears them: each word, and each pair of neighbours, is in so many of
people and so many of recordings (naive Bayes, with the first word's place as a neighbour of
its own). Words go by their sound, and one that nobody
said in the list counts as the one that sounds most like it, so that a misheard telephone
is still understood. What a person says about mailboxes and numbers pulls both ways.
"""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ura.answering.sounds_like import distance, sounds

LISTS = ("said.toml", "heard.toml")
BEGINNING = "^"
SMOOTHED = 0.5  # of an opening, added to every count
MOST = 3.0  # that one sign may weigh: no word decides alone
SHORTEST_MISHEARD = 5  # sounds
LONG = 7  # sounds from which two may be wrong
SHOWN = 5  # signs that are kept as evidence

PERSON, RECORDED = "person", "recorded"
Said = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Leaning:
    """`odds` is natural: 0 tells nothing, above 0 it is rather a recording."""

    odds: float = 0.0
    signs: tuple[str, ...] = ()  # what weighed most, as "sound +1.2"


class Wording:
    """What the openings of a list tell."""

    def __init__(self, said: Said) -> None:
        people = _counted(said[PERSON])
        recordings = _counted(said[RECORDED])
        self._weights = {
            sign: _weight(
                (recordings[sign] + SMOOTHED) / (len(said[RECORDED]) + 1),
                (people[sign] + SMOOTHED) / (len(said[PERSON]) + 1),
            )
            for sign in people.keys() | recordings.keys()
        }
        self._sounds = [sign for sign in self._weights if " " not in sign]
        self._long_sounds = [s for s in self._sounds if len(s) >= SHORTEST_MISHEARD]
        self._nearest: dict[str, str] = {}

    def leaning(self, text: str) -> Leaning:
        """Add up what the text's words tell; each sign counts once."""
        spoken = [self._known(heard) for heard in sounds(text)]
        found = {s: self._weights[s] for s in _signs(spoken) if s in self._weights}
        telling = sorted(found, key=lambda sign: -abs(found[sign]))[:SHOWN]
        shown = tuple(f"{sign} {found[sign]:+.1f}" for sign in telling)
        return Leaning(sum(found.values()), shown)

    def _known(self, heard: str) -> str:
        """The sound itself, or the nearest in the list when it is not in it."""
        if heard in self._weights or len(heard) < SHORTEST_MISHEARD:
            return heard
        if heard not in self._nearest:
            self._nearest[heard] = self._look_up(heard)
        return self._nearest[heard]

    def _look_up(self, heard: str) -> str:
        most = 2 if len(heard) > LONG else 1
        near = [s for s in self._long_sounds if abs(len(s) - len(heard)) <= most]
        best = min(near, key=lambda each: distance(heard, each), default=heard)
        return best if distance(heard, best) <= most else heard


@cache
def known() -> Wording:
    """What the lists that ship with the product tell."""
    folder = files(__package__)
    lists = [tomllib.loads(folder.joinpath(name).read_text("utf-8")) for name in LISTS]
    return Wording(
        {who: [o for of in lists for o in of[who]] for who in (PERSON, RECORDED)}
    )


def _counted(openings: Iterable[str]) -> Counter[str]:
    """In how many openings each sign is."""
    counts: Counter[str] = Counter()
    for opening in openings:
        counts.update(set(_signs(sounds(opening))))
    return counts


def _signs(spoken: Sequence[str]) -> list[str]:
    pairs = zip([BEGINNING, *spoken], spoken, strict=False)
    return [*spoken, *(f"{before} {after}" for before, after in pairs)]


def _weight(recorded: float, person: float) -> float:
    return max(-MOST, min(MOST, math.log(recorded / person)))
