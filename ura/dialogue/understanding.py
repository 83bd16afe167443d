"""What an answer means to the question that was asked: keys first, then speech.

Pure. Keys are exact. Speech is words of a recogniser, with scores of the phrases that the
question listens for; whatever is not sure is refused, with the reason, so that it can be
reviewed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from ura.dialogue.amounts import amount_of
from ura.dialogue.births import birth_date_by_keys, birth_date_of
from ura.dialogue.corrections import corrected
from ura.dialogue.dates import date_by_keys, date_of, month_day_of
from ura.dialogue.digits import cpf_of, digits_of
from ura.dialogue.intents import (
    Intents,
    Scored,
    babbles,
    chosen_by_score,
    chosen_by_words,
)
from ura.dialogue.numbers import ARTICLES, numbers
from ura.dialogue.said_values import said_values
from ura.dialogue.times import time_by_keys, time_of
from ura.dialogue.words import words
from ura.flow.nodes import GIVEN, SILENT, UNCLEAR, Ask, Flow, Hears, corrects, is_value

Value = str | int | Decimal | date | time
_NOT_SAID = frozenset({SILENT, UNCLEAR})
_MONEY = frozenset({"$", "real", "reais", "conto", "contos", "centavos"})
_MOST_DAYS = 31
_MOST_INSTALMENTS = 120
STAR = "*"
SCORED = frozenset({Hears.AMOUNT, Hears.MONTH_DAY, Hears.DATE, Hears.COUNT, Hears.TIME})
ACCEPTS = "yes"  # what was read back to him, where he may correct it instead
_SURELY = 0.6  # share of what was said that an option accounts for, where a value is asked
_TIMES = frozenset({"x", "vez", "vezes", "parcela", "parcelas", "prestacoes", "pagamentos"})


@dataclass(frozen=True, slots=True)
class Keys:
    """What was pressed, without the # that ends it."""

    keys: str


@dataclass(frozen=True, slots=True)
class Speech:
    """What was said: words, and scores where the recogniser gives them."""

    text: str
    scored: tuple[Scored, ...] = ()
    guess: str = ""  # in the question's own words alone, where they were asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """An outcome of the question; empty: refused, and `why`."""

    outcome: str
    value: Value | None = None
    phrase: str = ""
    score: float | None = None
    why: str = ""


def options_of(flow: Flow, state: Ask) -> tuple[str, ...]:
    """Return the intents that a question listens for, the state's own first."""
    own = [
        outcome
        for outcome in state.to
        if outcome not in _NOT_SAID and not is_value(outcome)
    ]
    return tuple(dict.fromkeys((*own, *flow.anywhere)))


def listens_for(flow: Flow, state: Ask, known: Intents) -> tuple[list[str], bool]:
    """Return the phrases that are to be scored, and whether the text itself is needed.

    Where a value is asked the text comes first; the phrases are for what it does not tell.
    """
    options = list(known.of(options_of(flow, state)))
    if state.hears is Hears.CHOICE:
        return options, bool(state.corrects)
    values = said_values(state.hears)
    return [*values, *(options if state.hears in SCORED else ())], True


def understood(
    flow: Flow, state: Ask, heard: Keys | Speech, known: Intents, today: date
) -> Understood:
    """Say what the answer means here; `today` is the caller's day."""
    if isinstance(heard, Keys):
        return _by_keys(flow, state, heard.keys, today)
    spoken = words(heard.text)
    if state.hears is Hears.CHOICE:
        return _choice(flow, state, heard, known, today)
    meant = _choice(flow, state, Speech(heard.text), known, today)
    if meant.outcome and (meant.score or 0) >= _SURELY:  # "falar com um atendente": no 1
        return meant
    value = _value_of(state.hears, spoken, today)
    if state.hears is Hears.DIGITS and len(str(value)) != state.digits:
        value = None
    if value is None and not meant.outcome:
        return _value_by_sound(flow, state, heard, known, today) or meant
    return meant if value is None else Understood(outcome=GIVEN, value=value)


def _value_by_sound(
    flow: Flow, state: Ask, heard: Speech, known: Intents, today: date
) -> Understood | None:
    """What the text did not tell: by the phrases that fit, or by digits that agree."""
    if state.hears is Hears.CPF:  # its check digits say whether it was heard rightly
        value = _value_of(state.hears, words(heard.guess), today)
        return None if value is None else Understood(outcome=GIVEN, value=value)
    if not heard.scored:
        return None
    values = {p: _value_of(state.hears, words(p), today) for p in said_values(state.hears)}
    means = {p: f"{GIVEN} {v}" for p, v in values.items() if v is not None}
    options = known.of(options_of(flow, state))
    chosen = chosen_by_score(heard.scored, means | options, known)
    outcome = GIVEN if chosen.option and chosen.phrase in means else chosen.option
    return Understood(
        outcome=outcome, value=values.get(chosen.phrase) if outcome == GIVEN else None,
        phrase=chosen.phrase, score=chosen.score, why=chosen.why,
    )  # fmt: skip


def _by_keys(flow: Flow, state: Ask, keys: str, today: date) -> Understood:
    """Where a value is keyed, the keys of options come after a star: `9` is nine there."""
    keyed = state.hears is not Hears.CHOICE
    if keyed and not keys.startswith(STAR):
        value = _keyed(state, keys, today)
        if value is not None:
            return Understood(outcome=GIVEN, value=value)
    around = {each.key: each.outcome for each in flow.anywhere.values() if each.key}
    outcome = (around | dict(state.keys)).get(keys.removeprefix(STAR) if keyed else keys)
    return Understood(outcome=outcome or "", why="" if outcome else "keys")


def _choice(
    flow: Flow, state: Ask, heard: Speech, known: Intents, today: date
) -> Understood:
    options = options_of(flow, state)
    if babbles(words(heard.text), known.of(options)):
        return Understood(outcome="", why="nothing")
    by_words = chosen_by_words(heard.text, options, known)
    if state.corrects and by_words.score < _SURELY:
        told = _correction(state.corrects, words(heard.text), today)
        if told is not None:
            return told
    scored = by_words
    if heard.scored and by_words.score < _SURELY:
        binds = ACCEPTS if state.corrects else ""
        phrases = known.of(options)
        scored = chosen_by_score(heard.scored, phrases, known, binds, by_words.option)
    return Understood(
        outcome=scored.option, phrase=scored.phrase, score=scored.score, why=scored.why
    )


def _correction(
    forms: Collection[Hears], spoken: Sequence[str], today: date
) -> Understood | None:
    """Another value; where several forms may be told, its words say which one it is."""
    for form in forms:
        value = _value_of(form, spoken, today)
        if value is not None and (len(forms) == 1 or _is_said(form, value, spoken)):
            return Understood(outcome=corrects(form), value=value)
    return None


def _is_said(form: Hears, value: Value, spoken: Sequence[str]) -> bool:
    """`vinte` alone is a day, `vinte reais` money, `vinte vezes` a count.

    A number that no month has a day for is money.
    """
    money, times = _MONEY & set(spoken), _TIMES & set(spoken)
    match form:
        case Hears.COUNT:
            return bool(times) and not money
        case Hears.AMOUNT:
            large = isinstance(value, Decimal) and value > _MOST_DAYS
            return bool(money) or (large and not times)
        case _:
            return not money and not times


def _value_of(hears: Hears, spoken: Sequence[str], today: date) -> Value | None:
    forms: dict[Hears, Callable[[], Value | None]] = {
        Hears.DIGITS: lambda: digits_of(spoken) or None,
        Hears.CPF: lambda: corrected(spoken, lambda part: cpf_of(digits_of(part))),
        Hears.AMOUNT: lambda: amount_of(spoken),
        Hears.DATE: lambda: date_of(spoken, today),
        Hears.BIRTH_DATE: lambda: birth_date_of(spoken, today),
        Hears.MONTH_DAY: lambda: month_day_of(spoken),
        Hears.COUNT: lambda: corrected(spoken, _count),
        Hears.TIME: lambda: time_of(spoken),
    }
    return forms[hears]()


def _count(spoken: Sequence[str]) -> int | None:
    """`em três vezes`, `3x`, `doze`; two numbers without `vezes` are none."""
    found = [
        number
        for number in numbers(spoken)
        if len(spoken) == 1
        or (number.end < len(spoken) and spoken[number.end] in _TIMES)
        or list(spoken[number.begin : number.end]) not in ARTICLES
    ]
    timed = [n for n in found if n.end < len(spoken) and spoken[n.end] in _TIMES]
    values = {number.value for number in timed or found}
    (one,) = values if len(values) == 1 else (0,)
    return one if 1 <= one <= _MOST_INSTALMENTS else None


def _keyed(state: Ask, keys: str, today: date) -> Value | None:
    if not keys.isdigit():
        return None
    match state.hears:
        case Hears.CPF:
            return cpf_of(keys)
        case Hears.AMOUNT:
            return Decimal(keys) if int(keys) > 0 else None
        case Hears.DATE:
            return date_by_keys(keys, today)
        case Hears.BIRTH_DATE:
            return birth_date_by_keys(keys, today)
        case Hears.MONTH_DAY:
            return int(keys) if 1 <= int(keys) <= 31 else None
        case Hears.TIME:
            return time_by_keys(keys)
        case Hears.COUNT:
            return int(keys) if 1 <= int(keys) <= _MOST_INSTALMENTS else None
        case _:
            return keys if len(keys) == state.digits else None
