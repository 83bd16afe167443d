"""What all texts of one opening tell together: recording or person, as odds.

Pure. The recogniser is asked again and again while somebody speaks, and what it mishears
once it seldom mishears twice: one text that leans to a recording among others that do not
is a person's. So all texts count, and the last more so when it has kept the words of the
one before it. How much is learned, from texts of writers whom the weights of `wording` did
not know (`python -m sim.openings.judging`).
"""

from __future__ import annotations

from collections.abc import Sequence

from ura.answering.sounds_like import sounds

ALWAYS = 0.048
WEIGHTS = (0.107, 0.499, 0.393)  # of `features`


def features(odds: Sequence[float], kept_share: float) -> tuple[float, float, float]:
    """The last text's odds, the mean of all, and what the last kept of the one before.

    >>> features([-4.0, 8.0], 0.5)
    (8.0, 2.0, 4.0)
    """
    last = odds[-1]
    return last, sum(odds) / len(odds), max(last, 0.0) * kept_share


def together(odds: Sequence[float], kept_share: float) -> float:
    """Natural odds of a recording from the odds of each text, oldest first.

    >>> heard_once = together([-4.0, -3.0, 9.0], 0.2)
    >>> heard_twice = together([3.0, 4.0, 5.0], 0.8)
    >>> heard_once < 3.0 < heard_twice
    True
    """
    told = features(odds, kept_share)
    return ALWAYS + sum(w * f for w, f in zip(WEIGHTS, told, strict=True))


def kept(before: str, now: str) -> float:
    """The share of a text's words, by their sound, that the next has again.

    >>> kept("deixe seu recado", "Deixi o seu ricado após")
    1.0
    >>> kept("", "deixe seu recado")
    0.0
    """
    said = set(sounds(before))
    return len(said & set(sounds(now))) / len(said) if said else 0.0
