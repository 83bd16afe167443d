"""Which of a question's options was meant: by a recogniser's scores, or by the words.

Pure; the phrases and the thresholds are data (`intents_pt_BR.toml`). What fits no option,
or two of them equally well, is not understood: the question is put again.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ura.dialogue.corrections import parts_of
from ura.dialogue.words import starts, words

NOBODY = ""
_LONG, _SHORTEST_MISHEARD = 7, 5  # letters


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """`least` and `margin` of scores, `coverage` a share; see the data file."""

    least: float
    margin: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Intents:
    """All intents and their phrases."""

    phrases: Mapping[str, tuple[str, ...]]
    thresholds: Thresholds

    def of(self, options: Collection[str]) -> dict[str, str]:
        """Return the phrases to listen for: phrase -> option."""
        return {phrase: name for name in options for phrase in self.phrases.get(name, ())}


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
    scored: Iterable[Scored], options: Collection[str], known: Intents
) -> Chosen:
    """Decide by the scores of the options' phrases."""
    of = known.of(options)
    best: dict[str, Scored] = {}
    for each in scored:
        option = of.get(each.phrase)
        if option and (option not in best or each.score > best[option].score):
            best[option] = each
    ranked = sorted(best.items(), key=lambda item: -item[1].score)
    if not ranked:
        return Chosen(NOBODY, why="nothing")
    option, first = ranked[0]
    if first.score < known.thresholds.least:
        return Chosen(NOBODY, first.phrase, first.score, "weak")
    if len(ranked) > 1 and first.score - ranked[1][1].score < known.thresholds.margin:
        return Chosen(NOBODY, first.phrase, first.score, "two")
    return Chosen(option, first.phrase, first.score)


def chosen_by_words(text: str, options: Collection[str], known: Intents) -> Chosen:
    """Decide by the words of a text: the phrase that accounts for most of them.

    >>> chosen_by_words("ah, sou eu sim", ["yes", "no"], intents()).option
    'yes'
    """
    for part in reversed(parts_of(words(text), "takes_back")):
        chosen = _chosen_of(part, options, known)
        if chosen.why != "nothing":
            return chosen
    return Chosen(NOBODY, why="nothing")


def _chosen_of(spoken: Sequence[str], options: Collection[str], known: Intents) -> Chosen:
    said = _without_fillers(spoken)
    best: dict[str, Chosen] = {}
    for phrase, option in known.of(options).items():
        score = _covered(_words_of(phrase), spoken, len(said))
        if score > best.get(option, Chosen(NOBODY)).score:
            best[option] = Chosen(option, phrase, score)
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


def _covered(phrase: Sequence[str], spoken: Sequence[str], said: int) -> float:
    """Share of what was said that the phrase accounts for; 0 when it was not said.

    Of phrases that cover alike, the longer one is better: it says more.
    """
    at = 0
    for word in phrase:
        while at < len(spoken) and not _alike(spoken[at], word):
            at += 1
        if at == len(spoken):
            return 0.0
        at += 1
    own = len(_without_fillers(phrase)) or len(phrase)
    return min(1.0, own / max(said, 1)) + len(phrase) / 1000


def _alike(heard: str, wanted: str) -> bool:
    if heard == wanted:
        return True
    if min(len(heard), len(wanted)) < _SHORTEST_MISHEARD:
        return False
    most = 2 if len(wanted) > _LONG else 1
    return abs(len(heard) - len(wanted)) <= most and _distance(heard, wanted) <= most


@cache
def _distance(a: str, b: str) -> int:
    """Letters to change, add or leave out."""
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(b, 1):
            before, row[j] = (
                row[j],
                min(row[j] + 1, row[j - 1] + 1, before + (letter != other)),
            )
    return row[-1]
