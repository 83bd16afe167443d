"""Which of a question's options was meant: by a recogniser's scores, or by the words.

Pure; the phrases and the thresholds are data (`intents_pt_BR.toml`). What fits no option,
or two of them equally well, is not understood: the question is put again.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import zip_longest

from ura.dialogue.corrections import parts_of
from ura.dialogue.words import starts, words
from ura.flow.nodes import REPEAT

NOBODY = ""
_MISTAKES = 4096  # pairs of words kept: those of callers come and go
_LONG, _SHORTEST_MISHEARD = 7, 5  # letters
_NEGATING = ("in", "im", "ir", "des", "dis")  # beginnings that turn a word round
_BABBLE = 3  # times


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Least scores, their `margin`, and `coverage`, a share; see the data file."""

    least: float
    binding: float
    agrees: float
    repeat: float
    margin: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Intents:
    """All intents and their phrases."""

    phrases: Mapping[str, tuple[str, ...]]
    thresholds: Thresholds

    def of(self, options: Collection[str]) -> dict[str, str]:
        """Return the phrases to listen for: phrase -> option.

        First the first phrase of each option, so that a short list holds many options.
        """
        found: dict[str, str] = {}
        for rank in zip_longest(*(self.phrases.get(name, ()) for name in options)):
            for name, phrase in zip(options, rank, strict=True):
                if phrase is not None:
                    found.setdefault(phrase, name)
        return found


@dataclass(frozen=True, slots=True)
class Scored:
    """How well a phrase fits the sound; 0 is best."""

    phrase: str
    score: float


@dataclass(frozen=True, slots=True)
class Chosen:
    """The option that was meant, empty when none is sure; why, for the record."""

    option: str
    phrase: str = ""
    score: float = 0.0
    why: str = ""  # of a refusal: "weak", "two", "nothing"


def parse_intents(text: str) -> Intents:
    """Read the data file; raises KeyError, TypeError when it is malformed."""
    data = tomllib.loads(text)
    phrases = {name: tuple(said) for name, said in data["intent"].items()}
    return Intents(phrases, Thresholds(**data["thresholds"]))


@cache
def intents() -> Intents:
    """The intents that ship with the product."""
    return parse_intents(
        files(__package__).joinpath("intents_pt_BR.toml").read_text("utf-8")
    )


def chosen_by_score(
    scored: Iterable[Scored],
    of: Mapping[str, str],
    known: Intents,
    binds: str = NOBODY,
    by_words: str = NOBODY,
) -> Chosen:
    """Decide by scores; `of` tells what a phrase means.

    More is asked where it `binds`, and less of the option that the words say too.
    """
    best: dict[str, Scored] = {}
    for each in scored:
        option = of.get(each.phrase)
        if option == REPEAT and each.score < known.thresholds.repeat:
            continue
        if option and (option not in best or each.score > best[option].score):
            best[option] = each
    ranked = sorted(best.items(), key=lambda item: -item[1].score)
    if not ranked:
        return Chosen(NOBODY, why="nothing")
    option, first = ranked[0]
    asked = known.thresholds
    least = asked.binding if option == binds else asked.least
    if first.score < least - (asked.agrees if option == by_words else 0.0):
        return Chosen(NOBODY, first.phrase, first.score, "weak")
    if len(ranked) > 1 and first.score - ranked[1][1].score < asked.margin:
        return Chosen(NOBODY, first.phrase, first.score, "two")
    return Chosen(option, first.phrase, first.score)


def chosen_by_words(text: str, options: Collection[str], known: Intents) -> Chosen:
    """Decide by the words of a text: the option whose phrases account for most of them.

    >>> chosen_by_words("ah, sou eu sim", ["yes", "no"], intents()).option
    'yes'
    """
    for part in reversed(parts_of(words(text), "takes_back")):
        chosen = _chosen_of(part, options, known)
        if chosen.why != "nothing":
            return chosen
    return Chosen(NOBODY, why="nothing")


def _chosen_of(spoken: Sequence[str], options: Collection[str], known: Intents) -> Chosen:
    said = set(_without_fillers(spoken))  # nothing: only fillers, which a phrase may be
    taken: dict[str, set[str]] = {}
    longest: dict[str, tuple[str, ...]] = {}
    for phrase, option in known.of(options).items():
        own = _words_of(phrase)
        heard = _heard(own, spoken)
        if heard:
            taken.setdefault(option, set()).update(heard)
            longest[option] = max(longest.get(option, ()), own, key=len)
    best = {
        option: Chosen(
            option,
            " ".join(longest[option]),
            # of options that account for as much, the longer phrase says more
            (len(heard & said) / len(said) if said else 1.0) + len(longest[option]) / 1000,
        )
        for option, heard in taken.items()
    }
    ranked = sorted(best.values(), key=lambda each: -each.score)
    if not ranked:
        return Chosen(NOBODY, why="nothing")
    first = ranked[0]
    if first.score < known.thresholds.coverage:
        return Chosen(NOBODY, first.phrase, first.score, "weak")
    if len(ranked) > 1 and ranked[1].score == first.score:
        return Chosen(NOBODY, first.phrase, first.score, "two")
    return first


@cache
def _words_of(phrase: str) -> tuple[str, ...]:
    return tuple(words(phrase))


def _without_fillers(spoken: Sequence[str]) -> list[str]:
    kept, at = [], 0
    while at < len(spoken):
        length = starts(spoken, at, "fillers")
        if not length:
            kept.append(spoken[at])
        at += length or 1
    return kept


def _heard(phrase: Sequence[str], spoken: Sequence[str]) -> set[str]:
    """The words in which the phrase was said, in its order; none when it was not."""
    heard, at = set(), 0
    for word in phrase:
        while at < len(spoken) and not _alike(spoken[at], word):
            at += 1
        if at == len(spoken):
            return set()
        heard.add(spoken[at])
        at += 1
    return heard


def babbles(spoken: Sequence[str], phrases: Collection[str]) -> bool:
    """Whether one word, no answer alone, is said again and again: «vamos lá lá lá».

    >>> babbles("vamos la la la".split(), ["vamos lá", "não"])
    True
    """
    runs = zip(*(spoken[at:] for at in range(_BABBLE)), strict=False)
    again = {run[0] for run in runs if len(set(run)) == 1}
    return any((word,) not in map(_words_of, phrases) for word in again)


def _alike(heard: str, wanted: str) -> bool:
    if heard == wanted:
        return True
    if min(len(heard), len(wanted)) < _SHORTEST_MISHEARD or _negates(heard, wanted):
        return False
    most = 2 if len(wanted) > _LONG else 1
    return abs(len(heard) - len(wanted)) <= most and _mistakes(heard, wanted) <= most


def _negates(one: str, other: str) -> bool:
    """Whether a beginning turns one into the other's contrary: perfeito, imperfeito."""
    return any(a == f"{no}{b}" for no in _NEGATING for a, b in ((one, other), (other, one)))


def distance(a: Sequence[str], b: Sequence[str]) -> int:
    """Letters, or words, to change, add or leave out."""
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(b, 1):
            before, row[j] = (
                row[j],
                min(row[j] + 1, row[j - 1] + 1, before + (letter != other)),
            )
    return row[-1]


@lru_cache(_MISTAKES)
def _mistakes(heard: str, wanted: str) -> int:
    return distance(heard, wanted)
