"""Where one can get to in a flow: reached, left, circled, slots filled by then. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from ura.flow.nodes import Ask, Do, End, Flow, State, ways

BROKE = "broke"  # the way of a step that failed
Edge = tuple[str, str, str]  # state, outcome, state


def edges(flow: Flow) -> Iterator[Edge]:
    """Every way of every state, also that of a step that breaks.

    The step of the flow's `failed` state is one that needs nothing that could be away.
    """
    for state in flow.states.values():
        for outcome, to in ways(flow, state).items():
            yield state.name, outcome, to
        if isinstance(state, Do) and state.name != flow.failed:
            yield state.name, BROKE, flow.failed


def reached(flow: Flow, goes: Callable[[Edge], bool] = lambda edge: True) -> frozenset[str]:
    """Return the states that the start leads to, by the edges that `goes` allows."""
    found = {flow.start}
    todo = [flow.start]
    onward: dict[str, list[Edge]] = {}
    for edge in edges(flow):
        onward.setdefault(edge[0], []).append(edge)
    while todo:
        for edge in onward.get(todo.pop(), ()):
            if edge[2] not in found and edge[2] in flow.states and goes(edge):
                found.add(edge[2])
                todo.append(edge[2])
    return frozenset(found)


def before_identity(flow: Flow) -> frozenset[str]:
    """States in which it may not be the debtor who listens."""
    return reached(flow, lambda edge: edge[:2] not in flow.confirms)


def ending(flow: Flow) -> frozenset[str]:
    """States from which an end can be reached."""
    found = {name for name, state in flow.states.items() if isinstance(state, End)}
    grown = True
    while grown:
        more = {edge[0] for edge in edges(flow) if edge[2] in found} - found
        found |= more
        grown = bool(more)
    return frozenset(found)


def circling(flow: Flow) -> frozenset[str]:
    """States in a circle in which nobody is asked anything: it could turn for ever."""
    onward: dict[str, set[str]] = {}
    for name, _, to in edges(flow):
        if not isinstance(flow.states[name], Ask):
            onward.setdefault(name, set()).add(to)
    return frozenset(name for name in onward if name in _after(name, onward))


def _after(name: str, onward: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    todo = list(onward.get(name, ()))
    while todo:
        each = todo.pop()
        if each not in found:
            found.add(each)
            todo += onward.get(each, ())
    return found


def known_slots(
    flow: Flow, gives: Callable[[State, str], frozenset[str]], first: frozenset[str]
) -> dict[str, frozenset[str]]:
    """Return which slots are filled on every path to a state.

    `gives` tells what a way out of a state fills, `first` what is known from the start.
    """
    known: dict[str, frozenset[str]] = {flow.start: first}
    changed = True
    while changed:
        changed = False
        for name, outcome, to in edges(flow):
            if name not in known or to not in flow.states:
                continue
            carried = known[name] | gives(flow.states[name], outcome)
            now = carried & known[to] if to in known else carried
            if known.get(to) != now:
                known[to] = now
                changed = True
    return known
