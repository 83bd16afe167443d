"""What a flow is made of: the states of an automatic conversation, as values. Pure.

A flow is written in TOML (`reading`), judged before it serves a call (`checking`), walked
by `engine` and drawn by `drawing`. What is said in a state is named here and written in
the catalogue of `prompts`; what is done in one is a step, plain Python, of which a flow
knows the name, the results and the slots that it fills.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

GIVEN = "given"  # the outcome of a state that asks for a value
_CORRECTED = "corrected_"
UNCLEAR, SILENT = "unclear", "silent"  # outcomes of one in which nothing was understood
REPEAT = "repeat"  # may be said at any question: it is put again
BY_KEYS = "keys"  # the same: it is put again, and all goes on by keys alone
THEN = "then"  # the one way out of a state that only speaks


class Hears(StrEnum):
    """The form of an answer."""

    CHOICE = "choice"  # one of the state's own options; yes and no are two of them
    DIGITS = "digits"
    CPF = "cpf"
    AMOUNT = "amount"
    DATE = "date"  # a day to come
    BIRTH_DATE = "birth_date"
    MONTH_DAY = "month_day"
    COUNT = "count"  # of instalments, or the number of a choice
    TIME = "time"  # of the day


def corrects(form: Hears) -> str:
    """The outcome of a question that reads a value back, and is told another one.

    >>> corrects(Hears.AMOUNT)
    'corrected_amount'
    """
    return f"{_CORRECTED}{form.value}"


def is_value(outcome: str) -> bool:
    """Whether a value comes with it."""
    return outcome == GIVEN or outcome.startswith(_CORRECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How long a question waits, in seconds; which timer wins is told in `docs/ura.md`."""

    silence_s: float = 6.0  # from the end of the prompt to the first word or key
    pause_s: float = 0.5  # of quiet that ends a turn
    between_keys_s: float = 3.0
    total_s: float = 20.0  # from the first word or key: then what came so far is all
    tries: int = 3  # times that nothing is understood before the call goes elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Speaks, and goes on. `whole` is heard to its end, as a protocol is."""

    name: str
    say: tuple[str, ...]
    then: str
    whole: bool = False  # no barge-in


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Asks, and goes where the answer leads.

    `ask` are wordings of the question, taken in turn; `again` those after something that
    was not understood, `by_keys` the one that offers keys alone, `quiet` after silence.
    """

    name: str
    ask: tuple[str, ...]
    again: tuple[str, ...]
    by_keys: str
    quiet: tuple[str, ...]
    hears: Hears
    to: Mapping[str, str]  # outcome -> state; has `unclear` and `silent` too
    keys: Mapping[str, str] = field(default_factory=dict)  # key -> outcome
    digits: int = 0  # most keys of a value, all of one of DIGITS; fewer end with #
    keeps: str = ""  # slot that the value is kept in
    # of a choice: form of a value that may be said instead -> slot it is kept in
    corrects: Mapping[Hears, str] = field(default_factory=dict)
    waits: Waits = Waits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Do:
    """Runs a step, and goes where its result leads."""

    name: str
    step: str
    to: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Says the last words and ends: hangs up, or hands the call over to a person."""

    name: str
    say: tuple[str, ...]
    outcome: str
    hands_over: bool = False


State = Say | Ask | Do | End


@dataclass(frozen=True, slots=True, kw_only=True)
class Anywhere:
    """What may be said or pressed at any question, and where it leads.

    Empty `to`: it stays at the question. `repeat` does, and `keys`, which goes on by keys
    alone after its step, with the prompt that `says` has for the step's result.
    """

    outcome: str
    to: str
    key: str = ""
    step: str = ""
    says: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A whole conversation. `places` tells in which file and line a name stands."""

    name: str
    file: str  # the first of its files
    start: str
    failed: str  # where a call goes whose step broke: it must end politely
    confirms: frozenset[tuple[str, str]]  # (state, outcome) after which it is the debtor
    states: Mapping[str, State]
    anywhere: Mapping[str, Anywhere]
    places: Mapping[str, tuple[str, int]]
    leads: tuple[str, ...] = ()  # prompts that come before what was said once already

    def place(self, *names: str) -> tuple[str, int]:
        """File and line of the first of these names that has one."""
        found = (self.places[name] for name in names if name in self.places)
        return next(found, (self.file, 1))


def ways(flow: Flow, state: State) -> dict[str, str]:
    """Every way out of a state: outcome -> state."""
    match state:
        case Say(then=then):
            return {THEN: then}
        case Ask(to=to):
            around = {a.outcome: a.to or state.name for a in flow.anywhere.values()}
            return around | dict(to)
        case Do(to=to):
            return dict(to)
        case End():
            return {}


def asides(flow: Flow) -> tuple[str, ...]:
    """Prompts that belong to no state: leads, and what is said before going on by keys."""
    said = [prompt for each in flow.anywhere.values() for prompt in each.says.values()]
    return (*flow.leads, *said)


def value_slot(state: Ask, outcome: str) -> str:
    """The slot that an outcome fills; empty: none."""
    if outcome == GIVEN:
        return state.keeps
    slots = {corrects(form): slot for form, slot in state.corrects.items()}
    return slots.get(outcome, "")


def spoken(state: State) -> tuple[str, ...]:
    """Every prompt that a state may say."""
    match state:
        case Ask():
            return (*state.ask, *state.again, state.by_keys, *state.quiet)
        case Say(say=say) | End(say=say):
            return say
        case Do():
            return ()
