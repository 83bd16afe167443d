"""The answer for people, in pt-BR."""

from __future__ import annotations

from collections.abc import Iterator

from babel.numbers import format_decimal

from foundation.clock import SAO_PAULO
from sim.replay.answer import Answer, Estimates
from sim.replay.tried import AS_IT_WAS, RATIO, Tried
from sim.world.replay.estimate import WIDEST, Estimate

_NAMES = {
    "predictive": "preditivo",
    "progressive": "progressivo",
    "erlang": "Erlang",
    "ratio": "razão fixa",
    "one-to-one": "um por um",
}
_FIGURES = {"occupancy": "ocupação", "abandoned_share": "abandono"}
_COLUMNS = (  # figure, scale, unit
    ("occupancy", 100.0, "%"),
    ("abandoned_share", 100.0, "%"),
    ("talk_min_per_agent_hour", 1.0, "min"),
)
_WIDE = 20
_FIRST = 38


def lines(found: Answer) -> Iterator[str]:
    """The whole report."""
    yield from _head(found)
    yield ""
    titles = ("ocupação", "abandono", "fala por hora")
    yield " " * _FIRST + "".join(f"{title:>{_WIDE}}" for title in titles)
    worked = found.recorded.day.worked.figures
    cells = [f"{number(s * worked[name])} {unit}" for name, s, unit in _COLUMNS]
    yield _line("como foi", cells)
    yield _line("replay com as regras do dia", _cells(found.replayed))
    if found.against.tried.name != AS_IT_WAS:
        yield _line(f"{title(found.against.tried)} (agora)", _cells(found.against.figures))
    for one in found.others:
        yield _line(title(one.tried), _cells(one.figures))
        yield _line("  a mais", _cells(one.gains, signed=True))
    yield ""
    yield from _judgement(found)


def number(value: float, digits: int = 1, *, signed: bool = False) -> str:
    """As people in Brazil write it.

    >>> number(1234.56), number(0.44, signed=True), number(-0.04, signed=True)
    ('1.234,6', '+0,4', '0,0')
    """
    rounded = round(value, digits) + 0.0  # no minus before nothing
    form = "#,##0" + ("." + "0" * digits if digits else "")
    text = format_decimal(rounded, form, locale="pt_BR")
    return f"+{text}" if signed and rounded > 0 else text


def title(tried: Tried) -> str:
    """How a setting is called."""
    if tried.name.startswith(RATIO):
        ratio = tried.policy.ratio or 1.0
        name = f"razão fixa de {number(ratio, 0 if ratio.is_integer() else 2)}"
    else:
        name = _NAMES.get(tried.name, tried.name)
    if tried.target is None or tried.name in ("progressive", "one-to-one"):
        return name
    return f"{name}, alvo de {number(100 * tried.target)} %"


def _head(found: Answer) -> Iterator[str]:
    recorded = found.recorded
    since, until = (at.astimezone(SAO_PAULO) for at in (recorded.since, recorded.until))
    worked = recorded.day.worked
    yield (
        f"Campanha «{recorded.name}», {since:%d/%m/%Y}, das {since:%H:%M} às "
        f"{until:%H:%M}: {number(worked.placed, 0)} chamadas, "
        f"{number(worked.answered, 0)} atendidas, {recorded.day.agents} atendentes."
    )
    shut_s = sum(end - begin for begin, end in recorded.day.closed)
    if shut_s:
        yield (
            f"Sem contar {number(shut_s / 60, 0)} min em que a campanha não discou com "
            "atendentes livres (parada, fora do horário ou sem lista)."
        )
    yield (
        f"{found.shifts} dias simulados de cada regra; ± é o intervalo em que ficam 95 % "
        "dos dias assim."
    )


def _judgement(found: Answer) -> Iterator[str]:
    worked, judged = found.recorded.day.worked.figures, found.trust
    if judged.good:
        yield "O replay com as regras do dia reproduz o dia."
    for name in judged.outside:
        told = found.replayed[name]
        yield (
            f"ATENÇÃO: o replay não reproduz o dia: {_FIGURES[name]} foi "
            f"{number(100 * worked[name])} %, e o replay dá de "
            f"{number(100 * max(0.0, told.low))} a {number(100 * told.high)} %."
        )
    for name in judged.wide:
        yield (
            f"ATENÇÃO: dia curto demais: {_FIGURES[name]} só se sabe com "
            f"±{number(100 * found.replayed[name].half)} pontos (o máximo é "
            f"±{number(100 * WIDEST)})."
        )


def _line(name: str, cells: list[str]) -> str:
    return f"{name:<{_FIRST}}" + "".join(f"{cell:>{_WIDE}}" for cell in cells)


def _cells(figures: Estimates, *, signed: bool = False) -> list[str]:
    return [_cell(figures[name], s, unit, signed) for name, s, unit in _COLUMNS]


def _cell(one: Estimate, scale: float, unit: str, signed: bool) -> str:
    mean = number(scale * one.mean, signed=signed)
    return f"{mean} ±{number(scale * one.half)} {unit}"
