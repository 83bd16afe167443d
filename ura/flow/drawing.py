"""A flow as a picture: text in the language of Mermaid, which many pages draw. Pure.

No library draws it here: the text is pasted into a document or an editor.
"""

from __future__ import annotations

from ura.flow.graph import BROKE, before_identity, edges
from ura.flow.nodes import Ask, Do, End, Flow, State

_STYLES = (
    "classDef unsure stroke-dasharray: 4 3",  # it is not known yet who listens
    "classDef over fill:#e8e8e8",
)


def drawing(flow: Flow, *, whole: bool = False) -> str:
    """Return the diagram; `whole` shows also what may be said at any question."""
    lines = [f"---\ntitle: {flow.name}\n---", "flowchart TD"]
    lines += [f"    {name}{_shape(state)}" for name, state in flow.states.items()]
    seen: set[tuple[str, str, str]] = set()
    for name, outcome, to in edges(flow):
        state = flow.states[name]
        if outcome == BROKE and not whole:
            continue
        if isinstance(state, Ask) and outcome not in state.to and not whole:
            continue
        if (name, outcome, to) not in seen:
            seen.add((name, outcome, to))
            lines.append(f"    {name} -->|{_label(state, outcome)}| {to}")
    lines += [f"    {style}" for style in _STYLES]
    unsure = ",".join(sorted(before_identity(flow)))
    over = ",".join(n for n, s in sorted(flow.states.items()) if isinstance(s, End))
    return (
        "\n".join([*lines, f"    class {unsure} unsure", f"    class {over} over"]) + "\n"
    )


def _shape(state: State) -> str:
    match state:
        case Ask():
            return f'{{{{"{state.name}?"}}}}'
        case Do():
            return f'[["{state.step}"]]'
        case End():
            return f'(["{state.outcome}"])'
        case _:
            return f'["{state.name}"]'


def _label(state: State, outcome: str) -> str:
    if isinstance(state, Ask):
        key = next((key for key, to in state.keys.items() if to == outcome), "")
        return f'"{outcome} · {key}"' if key else f'"{outcome}"'
    return f'"{outcome}"'
