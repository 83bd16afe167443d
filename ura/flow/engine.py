"""Walks a flow: an event in, what is said and awaited next out.

Pure. It knows neither sound nor keys nor the database: whoever holds the call turns those
into events, says what a turn says, and does what it waits for. A question that was not
understood is put in other words; the last time by keys alone; then the call goes where
the flow says (to a person). Nothing is said twice in a row in the same words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from ura.flow.graph import BROKE
from ura.flow.nodes import (
    BY_KEYS,
    REPEAT,
    SILENT,
    THEN,
    UNCLEAR,
    Ask,
    Do,
    End,
    Flow,
    Say,
    value_slot,
    ways,
)
from ura.flow.wording import Said, worded

Value = object
BROKEN = "broken"  # the outcome when even the way out of a failure fails
REPEATS = 4  # of one question on request; then it counts as not understood


@dataclass(frozen=True, slots=True)
class Answered:
    """An outcome of the state, with the value when it has one."""

    outcome: str
    value: Value = None


@dataclass(frozen=True, slots=True)
class Missed:
    """Something was said or pressed, and not understood."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Nothing was said."""


@dataclass(frozen=True, slots=True)
class Busy:
    """Something was said, and nobody had time to recognise it: keys are offered."""


@dataclass(frozen=True, slots=True)
class Done:
    """A step ended; `slots` are what it fills."""

    result: str
    slots: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Broke:
    """A step could not be done: database, bank or network is away."""


Event = Answered | Missed | Quiet | Busy | Done | Broke


@dataclass(frozen=True, slots=True)
class Utterance:
    """A prompt to be said; `whole`: it may not be interrupted."""

    prompt: str
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Listen:
    """An answer to this question is awaited; `keys_only`: speech is not heard now."""

    state: Ask
    keys_only: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """This step is to be done."""

    step: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The conversation is over."""

    outcome: str
    hands_over: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """What is said, and what comes after it."""

    say: tuple[Utterance, ...]
    then: Listen | Run | Finish


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Where a conversation is. `taken`: ways that it went, in order.

    `keys_only`: each question tells its keys, and no speech is heard.
    """

    state: str
    slots: Mapping[str, Value]
    keys_only: bool = False
    taken: tuple[tuple[str, str], ...] = ()
    visits: Mapping[str, int] = field(default_factory=dict)
    misses: int = 0  # in this state
    silences: int = 0
    repeats: int = 0
    heard: int = 0  # questions understood in the whole call
    unheard: int = 0  # times that something was not
    said: Said = field(default_factory=dict)
    led: int = 0  # leads taken, in turn
    aside: str = ""  # what was asked for at this question, while its step runs


class NotAwaited(RuntimeError):
    """An event that does not belong to where the conversation is."""


def begin(
    flow: Flow, slots: Mapping[str, Value], *, keys_only: bool = False
) -> tuple[Walk, Turn]:
    """Start a conversation; `slots` are what is known of the call."""
    walk = Walk(state=flow.start, slots=dict(slots), keys_only=keys_only)
    return in_new_words(flow, *_enter(flow, walk, ()))


def advance(flow: Flow, walk: Walk, event: Event) -> tuple[Walk, Turn]:
    """Take an event; raises NotAwaited."""
    return in_new_words(flow, *_advanced(flow, walk, event))


def _advanced(flow: Flow, walk: Walk, event: Event) -> tuple[Walk, Turn]:
    state = flow.states[walk.state]
    match state, event:
        case Ask(), Done(result) if walk.aside:
            told = flow.anywhere[walk.aside].says[result]
            return _aside_over(flow, walk, state, (Utterance(told),))
        case Ask(), Broke() if walk.aside:
            return _aside_over(flow, walk, state, ())
        case Ask(), Answered(outcome, value):
            return _answered(flow, walk, state, outcome, value)
        case Ask(), Missed():
            return _missed(flow, replace(walk, unheard=walk.unheard + 1), state)
        case Ask(), Busy():
            by_keys = Utterance(state.by_keys)
            return walk, Turn((by_keys,), Listen(state, keys_only=True))
        case Ask(), Quiet():
            return _quiet(flow, walk, state)
        case Do(), Done(result, slots) if result in state.to:
            return _go(flow, replace(walk, slots={**walk.slots, **slots}), result)
        case Do(), Broke():
            walk = replace(walk, taken=(*walk.taken, (walk.state, BROKE)))
            if walk.state == flow.failed:  # its own step too: there is nobody left to ask
                return walk, Turn((), Finish(BROKEN, hands_over=True))
            return _enter(flow, replace(walk, state=flow.failed), ())
        case _:
            raise NotAwaited(f"{walk.state}: {event}")


def _answered(
    flow: Flow, walk: Walk, state: Ask, outcome: str, value: Value
) -> tuple[Walk, Turn]:
    if outcome not in ways(flow, state):
        raise NotAwaited(f"{state.name}: {outcome}")
    walk = replace(walk, heard=walk.heard + 1)
    if outcome == REPEAT and outcome not in state.to:
        walk = replace(walk, repeats=walk.repeats + 1, taken=_taken(walk, outcome))
        if walk.repeats > REPEATS:
            return _missed(flow, walk, state)
        return _ask(flow, walk, state)
    if outcome == BY_KEYS and outcome not in state.to:
        walk = replace(walk, keys_only=True, aside=outcome, taken=_taken(walk, outcome))
        return walk, Turn((), Run(flow.anywhere[outcome].step))
    slot = value_slot(state, outcome)
    if slot:
        walk = replace(walk, slots={**walk.slots, slot: value})
    return _go(flow, walk, outcome)


def _aside_over(
    flow: Flow, walk: Walk, state: Ask, told: tuple[Utterance, ...]
) -> tuple[Walk, Turn]:
    """Back to the question, by keys."""
    walk, turn = _ask(flow, replace(walk, aside=""), state)
    return walk, replace(turn, say=told + turn.say)


def _missed(flow: Flow, walk: Walk, state: Ask) -> tuple[Walk, Turn]:
    misses = walk.misses + 1
    if misses >= state.waits.tries:
        return _go(flow, walk, UNCLEAR)
    walk = replace(walk, misses=misses)
    wording = state.again[(misses - 1) % len(state.again)]
    if misses == state.waits.tries - 1 and not walk.keys_only:
        wording = state.by_keys  # speech is heard all the same
    return walk, _put(walk, state, wording)


def _quiet(flow: Flow, walk: Walk, state: Ask) -> tuple[Walk, Turn]:
    silences = walk.silences + 1
    if silences >= state.waits.tries:
        return _go(flow, walk, SILENT)
    wording = state.quiet[(silences - 1) % len(state.quiet)]
    if silences > len(state.quiet) and not walk.keys_only:  # who has keys was told them
        wording = state.by_keys
    walk = replace(walk, silences=silences)
    return walk, _put(walk, state, wording)


def _ask(flow: Flow, walk: Walk, state: Ask) -> tuple[Walk, Turn]:
    """Put the question in the wording whose turn it is; in circles it leads nowhere."""
    visits = walk.visits.get(state.name, 0)
    if flow.leads and visits > len(flow.leads):
        return _go(flow, walk, UNCLEAR)
    walk = replace(walk, visits={**walk.visits, state.name: visits + 1})
    return walk, _put(walk, state, state.ask[visits % len(state.ask)])


def _put(walk: Walk, state: Ask, wording: str) -> Turn:
    """Say it; where nobody hears speech the keys are told too."""
    say: tuple[str, ...] = (wording,)
    if walk.keys_only and wording != state.by_keys:
        say = (wording, state.by_keys)
    return Turn(tuple(Utterance(each) for each in say), Listen(state, walk.keys_only))


def _go(flow: Flow, walk: Walk, outcome: str) -> tuple[Walk, Turn]:
    to = ways(flow, flow.states[walk.state])[outcome]
    return _enter(flow, replace(walk, state=to, taken=_taken(walk, outcome)), ())


def _taken(walk: Walk, outcome: str) -> tuple[tuple[str, str], ...]:
    return (*walk.taken, (walk.state, outcome))


def _enter(flow: Flow, walk: Walk, said: tuple[Utterance, ...]) -> tuple[Walk, Turn]:
    """Go on from the state's beginning to where something is awaited."""
    walk = replace(walk, misses=0, silences=0, repeats=0)
    state = flow.states[walk.state]
    match state:
        case Say():
            said += tuple(Utterance(prompt, state.whole) for prompt in state.say)
            walk = replace(walk, state=state.then, taken=_taken(walk, THEN))
            return _enter(flow, walk, said)
        case Ask():
            walk, turn = _ask(flow, walk, state)
            return walk, Turn(said + turn.say, turn.then)
        case Do():
            return walk, Turn(said, Run(state.step))
        case End():
            said += tuple(Utterance(prompt) for prompt in state.say)
            return walk, Turn(said, Finish(state.outcome, state.hands_over))
        case _:
            assert_never(state)


def in_new_words(flow: Flow, walk: Walk, turn: Turn) -> tuple[Walk, Turn]:
    """Put a lead before what was said already; told keys follow as they are."""
    named = [utterance.prompt for utterance in turn.say]
    if isinstance(turn.then, Listen) and len(named) > 1:
        named = [name for name in named if name != turn.then.state.by_keys]
    found = worded(named, walk.said, flow.leads, walk.led)
    walk = replace(walk, said=found.said)
    if found.place < 0:
        return walk, turn
    say = list(turn.say)
    say.insert(found.place, Utterance(found.lead))
    return replace(walk, led=walk.led + 1), replace(turn, say=tuple(say))
