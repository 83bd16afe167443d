"""Why the dialer decided as it did, in one sentence. Pure; words from the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from babel.numbers import format_decimal, format_percent

from agent_console.texts import TEXTS

Reasons = Sequence[tuple[str, Mapping[str, float]]]

_SHARES = {
    "share": "0.#%",
    "used": "0%",
    "risk": "0.0%",
    "theta": "0.0%",
    "target": "0.0#%",
    "answer_share": "0%",
}
_ROUGH = {"soon_free": "0.0", "answers": "0.0", "ratio": "0.##"}


def sentence(reasons: Reasons, calls: int) -> str:
    """Return the sentence of a decision that placed `calls`.

    >>> sentence([("one_to_one", {"calls": 2.0})], 2)
    'Discou 2, uma chamada por atendente livre.'
    >>> more = ("old_calls_given_up", {"calls": 3.0})
    >>> sentence([("capacity", {"calls": 0.0}), more], 0).partition(";")[0]
    'Não discou: não há linha, vaga na URA ou devedor'
    """
    if not reasons:
        return ""
    (code, figures), *others = reasons
    clauses = [_first(code, figures, calls)]
    clauses += [clause for more in others if (clause := _more(*more))]
    return "; ".join(clauses) + "."


def _first(code: str, figures: Mapping[str, float], calls: int) -> str:
    words = TEXTS.section("reasons")
    known = code if code in words else "unknown"
    template = words[known if calls else f"{known}_none"]
    return _filled(template, {**figures, "calls": float(calls)}, code)


def _more(code: str, figures: Mapping[str, float]) -> str:
    template = TEXTS.section("reasons_more").get(code)
    return "" if template is None else _filled(template, figures, code)


def _filled(template: str, figures: Mapping[str, float], code: str) -> str:
    shown = {name: _shown(name, value) for name, value in figures.items()}
    return template.format_map(_Known(shown, code=code))


class _Known(dict[str, str]):
    """A figure that the core did not give is shown as unknown, never an error."""

    def __missing__(self, name: str) -> str:
        return "?"


def _shown(name: str, value: float) -> str:
    if name in _SHARES:
        return format_percent(value, _SHARES[name], locale="pt_BR")
    return format_decimal(value, _ROUGH.get(name, "#,##0"), locale="pt_BR")
