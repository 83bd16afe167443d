"""What is kept of each turn for review: where in the sound it was, what was heard, how sure
that was, and what was made of it.

Pure. What tells who somebody is (a CPF, a birth date) is not written down: the answer is
judged where the record is opened, and here stands only that one was given.
"""

from __future__ import annotations

from dataclasses import dataclass

from ura.dialogue.turn import Over, Why
from ura.dialogue.understanding import Keys, Speech, Understood
from ura.flow.nodes import Ask, Hears, is_value

HIDDEN = "***"
SECRET = frozenset({Hears.CPF, Hears.BIRTH_DATE, Hears.DIGITS})


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRecord:
    """One turn; seconds from the beginning of the conversation's sound."""

    state: str
    begin_s: float
    end_s: float
    kind: str  # keys | speech | silence
    hypothesis: str = ""  # words or keys, hidden where they tell who somebody is
    phrase: str = ""  # of the list, that fits best
    score: float | None = None
    outcome: str = ""  # empty: refused
    why: str = ""  # it was refused
    asked: str = ""  # what was said before it, without digits


def turn_record(
    state: Ask,
    over: Over,
    begun_s: float,
    heard: Keys | Speech | None,
    meant: Understood | None,
) -> TurnRecord:
    """Return what is kept; `heard` None: nothing, or nobody had time to recognise it."""
    secret = state.hears in SECRET or bool(SECRET & set(state.corrects))
    said = "" if heard is None else _words(heard)
    told = meant is not None and (is_value(meant.outcome) or not meant.outcome)
    begin_s = over.end_s if over.why is not Why.SPEECH else over.begin_s
    return TurnRecord(
        state=state.name,
        begin_s=round(max(0.0, begin_s - begun_s), 2),
        end_s=round(over.end_s - begun_s, 2),
        kind=over.why.value,
        hypothesis=HIDDEN if said and secret and told else said,
        phrase=meant.phrase if meant else "",
        score=meant.score if meant else None,
        outcome=meant.outcome if meant else "",
        why=_why(over, heard, meant),
    )


def _words(heard: Keys | Speech) -> str:
    return heard.keys if isinstance(heard, Keys) else heard.text


def _why(over: Over, heard: Keys | Speech | None, meant: Understood | None) -> str:
    if meant is not None:
        return meant.why
    return "silence" if over.why is Why.SILENCE or heard is not None else "busy"
