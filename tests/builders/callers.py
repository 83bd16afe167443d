"""Callers of a flow without telephony: they speak and press keys, and steps answer as told.

A caller says what leads where he wants; it is understood by the same code as on a call.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import cycle

from ura.dialogue.intents import intents
from ura.dialogue.understanding import STAR, Keys, Speech, understood
from ura.flow.engine import (
    Answered,
    Broke,
    Done,
    Event,
    Finish,
    Listen,
    Missed,
    Quiet,
    Run,
    Turn,
    Utterance,
    Walk,
    advance,
    begin,
)
from ura.flow.graph import BROKE, edges
from ura.flow.nodes import (
    GIVEN,
    SILENT,
    THEN,
    UNCLEAR,
    Ask,
    End,
    Flow,
    Hears,
    corrects,
    ways,
)
from ura.scripts.flows import FIRST, STEPS

TODAY = date(2026, 3, 10)
NONSENSE = "o passarinho azul voou sobre o telhado"
SAID: Mapping[Hears, str] = {
    Hears.DIGITS: "cinco dois nove",
    Hears.CPF: "cinco dois nove nove oito dois dois quatro sete dois cinco",
    Hears.AMOUNT: "duzentos reais",
    Hears.DATE: "dia vinte",
    Hears.BIRTH_DATE: "vinte e três de maio de mil novecentos e oitenta e cinco",
    Hears.MONTH_DAY: "dia dez",
    Hears.COUNT: "seis vezes",
    Hears.TIME: "às três da tarde",
}
KEYED: Mapping[Hears, str] = {
    Hears.DIGITS: "529",
    Hears.CPF: "52998224725",
    Hears.AMOUNT: "200",
    Hears.DATE: "2003",
    Hears.BIRTH_DATE: "23051985",
    Hears.MONTH_DAY: "10",
    Hears.COUNT: "6",
    Hears.TIME: "1530",
}
Way = tuple[str, str]


@dataclass
class Call:
    """One conversation in hand; `said` are all prompts, in order."""

    flow: Flow
    walk: Walk
    turn: Turn
    said: list[Utterance] = field(default_factory=list)

    @classmethod
    def begin(cls, flow: Flow, *, keys_only: bool = False) -> Call:
        first = dict.fromkeys(FIRST[flow.name], "x")
        walk, turn = begin(flow, first, keys_only=keys_only)
        return cls(flow, walk, turn, list(turn.say))

    def hear(self, event: Event) -> None:
        self.walk, self.turn = advance(self.flow, self.walk, event)
        self.said += self.turn.say

    def answer(self, heard: Keys | Speech) -> None:
        """Say or press something, as a caller does."""
        assert isinstance(self.turn.then, Listen)
        state = self.turn.then.state
        meant = understood(self.flow, state, heard, intents(), TODAY)
        event = Answered(meant.outcome, meant.value) if meant.outcome else Missed()
        self.hear(event)

    def take(self, outcome: str, *, by_keys: bool) -> None:
        """Do what leads to that outcome of where the call is."""
        match self.turn.then:
            case Run(step):
                gives = STEPS[step].gives.get(outcome, frozenset())
                slots = dict.fromkeys(gives, Decimal(1))
                self.hear(Broke() if outcome == BROKE else Done(outcome, slots))
            case Listen(state) if outcome in (UNCLEAR, SILENT):
                for _ in range(state.waits.tries):
                    if outcome == UNCLEAR:
                        self.answer(Speech(NONSENSE))
                    else:
                        self.hear(Quiet())
            case Listen(state):
                keys = _keys(self.flow, state, outcome) if by_keys else None
                self.answer(Keys(keys) if keys else Speech(_words(state, outcome)))
                if self.walk.aside:
                    says = self.flow.anywhere[self.walk.aside].says
                    self.hear(Done(sorted(says)[len(self.said) % len(says)]))
            case Finish():
                raise AssertionError(f"over before {outcome}")


def all_ways(flow: Flow) -> list[Call]:
    """Call until every way was taken; each call goes where none has been yet.

    Every second one presses keys where it can.
    """
    calls: list[Call] = []
    left = {(name, outcome) for name, outcome, _ in edges(flow)}
    by_keys = cycle([False, True])
    while left:
        call, keys = Call.begin(flow), next(by_keys)
        before = len(left)
        while not isinstance(call.turn.then, Finish):
            way = _towards(flow, call.walk.state, left - set(call.walk.taken))
            if way is None:
                break
            call.take(way[1], by_keys=keys)
            assert call.walk.taken.count(way) >= 1, (way, call.walk)
        left -= set(call.walk.taken)
        calls.append(call)
        assert len(left) < before, sorted(left)
    return calls


def wander(call: Call, chance: random.Random) -> None:
    """Go on somehow: an answer, nonsense or nothing; seldom to where the call ends."""
    match call.turn.then:
        case Run():
            call.take(_onward(call, chance), by_keys=False)
        case Listen() if chance.random() < 0.2:
            call.hear(Missed())
        case Listen() if chance.random() < 0.1:
            call.hear(Quiet())
        case Listen():
            call.take(_onward(call, chance), by_keys=chance.random() < 0.5)
        case Finish():
            raise AssertionError("over")


def _onward(call: Call, chance: random.Random) -> str:
    """A way that does not lead straight to the end, where there is one."""
    state = call.flow.states[call.walk.state]
    known = {outcome: to for outcome, to in ways(call.flow, state).items()}
    said = [o for o in known if o not in (UNCLEAR, SILENT)]
    on = [o for o in said if not isinstance(call.flow.states[known[o]], End)]
    return chance.choice(sorted(on or said))


def _towards(flow: Flow, state: str, left: set[Way]) -> Way | None:
    """The first way from here on the shortest path to one that is left."""
    onward: dict[str, list[tuple[str, str, str]]] = {}
    for edge in edges(flow):
        onward.setdefault(edge[0], []).append(edge)
    todo: deque[tuple[str, Way | None]] = deque([(state, None)])
    seen = {state}
    while todo:
        here, first = todo.popleft()
        for name, outcome, to in onward.get(here, ()):
            way = first or (name, outcome)
            if (name, outcome) in left:
                return way
            if to not in seen:
                seen.add(to)
                todo.append((to, way))
    return None


def _keys(flow: Flow, state: Ask, outcome: str) -> str | None:
    if outcome == GIVEN:
        return KEYED[state.hears]
    own = {to: key for key, to in state.keys.items()}
    around = {each.outcome: each.key for each in flow.anywhere.values()}
    key = own.get(outcome) or around.get(outcome)
    if key and state.hears is not Hears.CHOICE:
        return STAR + key
    return key or None


def _words(state: Ask, outcome: str) -> str:
    if outcome == GIVEN:
        return SAID[state.hears]
    for form in state.corrects:
        if outcome == corrects(form):
            return f"não, {SAID[form]}"
    assert outcome != THEN
    return intents().phrases[outcome][0]
