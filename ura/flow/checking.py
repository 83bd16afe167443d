"""Judges a flow before it serves a call: what it would say, hear and do.

Pure. A flow that passes has no dead end, no circle without a question, no prompt that is
missing or of the debt before it is sure who listens, no slot that could be empty, and at
every question speech, keys, other wordings and ways out of silence and of mishearing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from ura.flow.graph import (
    BROKE,
    before_identity,
    circling,
    edges,
    ending,
    known_slots,
    reached,
)
from ura.flow.nodes import (
    BY_KEYS,
    GIVEN,
    REPEAT,
    SILENT,
    UNCLEAR,
    Ask,
    Do,
    Flow,
    Hears,
    State,
    asides,
    corrects,
    spoken,
    value_slot,
    ways,
)
from ura.flow.prompts import Prompt
from ura.flow.reading import BadFlow, Problem

LEAST_WORDINGS = 2  # of a question, so that none is put twice in the same words


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a flow may know of a step: result -> slots that it fills then."""

    gives: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a flow rests on. `first`: slots that are filled when a call begins."""

    prompts: Mapping[str, Prompt]
    steps: Mapping[str, Step]
    intents: AbstractSet[str]  # outcomes that a recogniser has phrases for
    first: frozenset[str] = frozenset()


def checked(flow: Flow, world: World) -> Flow:
    """Return the flow; raises BadFlow with all that is wrong with it."""
    shape = sorted({*_targets(flow), *_each_state(flow, world)})
    if shape:  # paths of a flow with loose ends tell nothing
        raise BadFlow(tuple(shape))
    problems = sorted({*_paths(flow), *_leaks(flow, world), *_empty_slots(flow, world)})
    if problems:
        raise BadFlow(tuple(problems))
    return flow


def _at(flow: Flow, text: str, *names: str) -> Problem:
    file, line = flow.place(*names)
    return Problem(file, line, text)


def _targets(flow: Flow) -> Iterator[Problem]:
    for key in ("start", "failed"):
        if getattr(flow, key) not in flow.states:
            yield _at(flow, f"{key}: não há o estado “{getattr(flow, key)}”", key)
    for name, state in flow.states.items():
        for outcome, to in ways(flow, state).items():
            if to not in flow.states:
                places = [f"state.{name}.to.{outcome}", f"state.{name}.then"]
                places += [f"anywhere.{outcome}.to", f"state.{name}.to", f"state.{name}"]
                text = f"{name}: “{outcome}” leva a “{to}”, que não existe"
                yield _at(flow, text, *places)
    for name, outcome in flow.confirms:
        known = flow.states.get(name)
        if known is None or outcome not in ways(flow, known):
            yield _at(flow, f"confirms: não há “{name}.{outcome}”", "confirms")


def _each_state(flow: Flow, world: World) -> Iterator[Problem]:
    for name, state in flow.states.items():
        for prompt in spoken(state):
            if prompt not in world.prompts:
                text = f"{name}: não há a fala “{prompt}”"
                yield _at(flow, text, *_saying(name, state, prompt))
        match state:
            case Ask():
                for text, key in _question(flow, state, world):
                    yield _at(
                        flow, f"{name}: {text}", f"state.{name}.{key}", f"state.{name}"
                    )
            case Do():
                for text, key in _step(state, world):
                    yield _at(
                        flow, f"{name}: {text}", f"state.{name}.{key}", f"state.{name}"
                    )
            case _:
                pass
    yield from _asides(flow, world)


def _asides(flow: Flow, world: World) -> Iterator[Problem]:
    """What belongs to no state; anybody may hear it, so that it is of no debt."""
    for name, each in flow.anywhere.items():
        where = f"anywhere.{name}"
        if name != REPEAT and name not in world.intents:
            yield _at(flow, f"{where}: não há frases para isto", where)
        if bool(each.to) == (name in (REPEAT, BY_KEYS)):
            yield _at(flow, f"{where}: {'sobra' if each.to else 'falta'} to", where)
        if bool(each.step) != (name == BY_KEYS):
            yield _at(flow, f"{where}: só e sempre “{BY_KEYS}” tem step", where)
        elif each.step:
            step = world.steps.get(each.step, Step(gives={}))
            for result in sorted(step.gives.keys() ^ each.says.keys()):
                text = f"{where}: says e o passo “{each.step}” discordam em “{result}”"
                yield _at(flow, text, where)
    for prompt in asides(flow):
        known = world.prompts.get(prompt)
        if known is None or known.of_debt or known.slots:
            text = f"“{prompt}” não existe, fala da dívida ou tem lacuna"
            yield _at(flow, text, "leads", "anywhere")


def _saying(name: str, state: State, prompt: str) -> tuple[str, ...]:
    keys = ("ask", "again", "by_keys", "quiet") if isinstance(state, Ask) else ("say",)
    said = [key for key in keys if prompt in (getattr(state, key), *getattr(state, key))]
    return (*(f"state.{name}.{key}" for key in said), f"state.{name}")


def _question(flow: Flow, state: Ask, world: World) -> Iterator[tuple[str, str]]:
    for needed in (UNCLEAR, SILENT):
        if needed not in state.to:
            yield f"falta para onde ir depois de “{needed}”", "to"
    if len(state.ask) < LEAST_WORDINGS:
        yield "a pergunta precisa de outra redação, para não se repetir igual", "ask"
    twice = [p for p, count in Counter(spoken(state)).items() if count > 1]
    if twice:
        yield f"“{twice[0]}” é dita duas vezes", "ask"
    options = set(state.to) - {UNCLEAR, SILENT, GIVEN, *map(corrects, Hears)}
    for option in sorted(options - world.intents):
        yield f"não há frases para “{option}”", "to"
    for option in sorted(options - set(state.keys.values())):
        if not _by_keys_next(flow, state, option):
            yield f"“{option}” não tem tecla", "keys"
    for option in sorted(set(state.keys.values()) - options):
        yield f"a tecla de “{option}” não leva a lugar nenhum", "keys"
    taken = {each.key for each in flow.anywhere.values() if each.key} & set(state.keys)
    for key in sorted(taken):
        yield f"a tecla {key} já vale em toda pergunta", "keys"
    yield from _value(state) if state.hears is not Hears.CHOICE else _choice(state, options)


def _by_keys_next(flow: Flow, state: Ask, option: str) -> bool:
    """Whether a key leads to a question where the option has one, to the same place."""
    further = [flow.states.get(state.to.get(to, "")) for to in state.keys.values()]
    return any(
        isinstance(then, Ask)
        and option in then.keys.values()
        and then.to.get(option) == state.to[option]
        for then in further
    )


def _choice(state: Ask, options: AbstractSet[str]) -> Iterator[tuple[str, str]]:
    if not options:
        yield "não há o que escolher", "to"
    if state.digits or GIVEN in state.to:
        yield "uma escolha não recebe valor: tire digits e given", "hears"
    if state.keeps:
        yield "uma escolha não guarda valor: tire keeps", "keeps"
    for form in state.corrects:
        if corrects(form) not in state.to:
            yield f"falta para onde ir com o valor corrigido ({corrects(form)})", "corrects"
    for form in Hears:
        if corrects(form) in state.to and form not in state.corrects:
            yield f"corrects não tem {form.value}", f"to.{corrects(form)}"
    if Hears.CHOICE in state.corrects:
        yield "uma escolha não é um valor que se corrige", "corrects"


def _value(state: Ask) -> Iterator[tuple[str, str]]:
    if GIVEN not in state.to:
        yield "falta para onde ir com o valor (given)", "to"
    if not state.keeps:
        yield "falta keeps: onde guardar o valor", "keeps"
    if not state.digits:
        yield "falta digits: quantas teclas o valor tem no máximo", "digits"
    if state.corrects:
        yield "só uma escolha tem corrects", "corrects"


def _step(state: Do, world: World) -> Iterator[tuple[str, str]]:
    step = world.steps.get(state.step)
    if step is None:
        yield f"não há o passo “{state.step}”", "step"
        return
    for result in sorted(step.gives.keys() - state.to.keys()):
        yield f"falta para onde ir quando “{state.step}” dá “{result}”", "to"
    for result in sorted(state.to.keys() - step.gives.keys()):
        yield f"“{state.step}” nunca dá “{result}”", f"to.{result}"


def _paths(flow: Flow) -> Iterator[Problem]:
    seen, ends, circles = reached(flow), ending(flow), circling(flow)
    for name in flow.states:
        where = f"state.{name}"
        if name not in seen:
            yield _at(flow, f"{name}: nada leva até aqui", where)
        if name not in ends:
            yield _at(flow, f"{name}: daqui não se chega ao fim", where)
        if name in circles:
            yield _at(flow, f"{name}: volta aqui sem perguntar nada a ninguém", where)


def _leaks(flow: Flow, world: World) -> Iterator[Problem]:
    for name in before_identity(flow):
        state = flow.states[name]
        for prompt in spoken(state):
            if world.prompts[prompt].of_debt:
                text = f"{name}: “{prompt}” fala da dívida antes da identificação"
                yield _at(flow, text, *_saying(name, state, prompt))


def _empty_slots(flow: Flow, world: World) -> Iterator[Problem]:
    def gives(state: State, outcome: str) -> frozenset[str]:
        if isinstance(state, Do) and outcome != BROKE:
            return world.steps[state.step].gives[outcome]
        slot = value_slot(state, outcome) if isinstance(state, Ask) else ""
        return frozenset({slot}) if slot else frozenset()

    known = known_slots(flow, gives, world.first)
    for name, state in flow.states.items():
        for prompt in spoken(state):
            for slot in sorted(world.prompts[prompt].slots - known.get(name, frozenset())):
                text = (
                    f"{name}: “{prompt}” precisa de {{{slot}}}, que pode estar vazio aqui"
                )
                yield _at(flow, text, *_saying(name, state, prompt))


def untaken(
    flow: Flow, taken: AbstractSet[tuple[str, str]]
) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the states and the ways that conversations did not take, for tests."""
    ways_out = {(name, outcome) for name, outcome, _ in edges(flow)}
    to = {(name, outcome): to for name, outcome, to in edges(flow)}
    been = {flow.start, *(name for name, _ in taken), *(to[way] for way in taken)}
    return sorted(flow.states.keys() - been), sorted(ways_out - taken)
