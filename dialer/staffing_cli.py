"""`acordo staffing`: agents, lines and occupancy of a plan."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click

from foundation.cli import Failure

_JSON = click.option(
    "--json", "as_json", is_flag=True, help="Para ser lido por um programa."
)
_POSITIVE = click.FloatRange(min=0, min_open=True)
_PERCENT = click.FloatRange(0, 100, min_open=True, max_open=True)


@click.group()
def staffing() -> None:
    """Dimensiona atendentes, linhas e ocupação (fórmulas de Erlang B, C e A)."""


@staffing.command()
@click.option(
    "--calls", required=True, type=click.FloatRange(0), help="Chamadas recebidas na hora."
)
@click.option("--talk", required=True, type=_POSITIVE, help="Segundos de conversa, média.")
@click.option(
    "--wrap-up", default=0.0, type=click.FloatRange(0), show_default=True,
    help="Segundos de pós-atendimento, média.",
)  # fmt: skip
@click.option(
    "--patience", type=_POSITIVE,
    help="Segundos que alguém espera antes de desistir, média; sem ela, ninguém desiste.",
)  # fmt: skip
@click.option(
    "--share", default=80.0, type=_PERCENT, show_default=True,
    help="Meta: % das chamadas atendidas no prazo.",
)  # fmt: skip
@click.option(
    "--within", default=20.0, type=click.FloatRange(0), show_default=True,
    help="Meta: prazo em segundos.",
)  # fmt: skip
@click.option(
    "--agents",
    type=click.IntRange(1, 20_000),
    help="Mostra o que dá com tantos atendentes.",
)
@_JSON
def inbound(
    calls: float,
    talk: float,
    wrap_up: float,
    patience: float | None,
    share: float,
    within: float,
    agents: int | None,
    as_json: bool,
) -> None:
    """Quantos atendentes para as chamadas recebidas em uma hora."""
    from dialer.pacing.staffing import Demand, NotAttainable, agents_for, plan

    demand = Demand(
        calls_per_hour=calls, service_s=talk + wrap_up, within_s=within, patience_s=patience
    )
    try:
        wanted = agents_for(demand, share / 100)
    except NotAttainable:
        raise Failure(
            "Essa meta não se atinge com até 20.000 atendentes: reveja prazo e paciência."
        ) from None
    around = [agents] if agents else range(max(1, wanted - 2), wanted + 3)
    plans = [asdict(plan(number, demand)) for number in around]
    if as_json:
        click.echo(json.dumps({"agents": wanted, "plans": [_finite(one) for one in plans]}))
        return
    click.echo(f"Para {share:g} % em {within:g} s: {wanted} atendentes.")
    click.echo(_HEAD)
    for one in plans:
        click.echo(_line(one))


_HEAD = (
    f"{'atendentes':>10}{'ocupação':>10}{'esperam':>9}{'no prazo':>10}"
    f"{'espera média':>14}{'desistem':>10}"
)


def _line(one: dict[str, Any]) -> str:
    wait_s, abandons = one["mean_wait_s"], one["abandons"]
    wait = "cresce" if wait_s == float("inf") else f"{wait_s:.1f} s"
    leave = "–" if abandons is None else f"{100 * abandons:.1f} %"
    shares = [100 * one[name] for name in ("occupancy", "waits", "answered_within")]
    return (
        f"{one['agents']:>10}{shares[0]:>8.1f} %{shares[1]:>7.1f} %{shares[2]:>8.1f} %"
        f"{wait:>14}{leave:>10}"
    )


def _finite(one: dict[str, Any]) -> dict[str, Any]:
    """JSON knows no infinity: a wait that grows for ever is null."""
    return {name: None if value == float("inf") else value for name, value in one.items()}


@staffing.command()
@click.option(
    "--erlangs", required=True, type=click.FloatRange(0), help="Tráfego em erlang."
)
@click.option(
    "--blocked", default=1.0, type=_PERCENT, show_default=True,
    help="% das chamadas que podem achar todas as linhas ocupadas.",
)  # fmt: skip
@_JSON
def lines(erlangs: float, blocked: float, as_json: bool) -> None:
    """Quantas linhas de tronco para um tráfego."""
    from dialer.pacing.erlang import erlang_b
    from dialer.pacing.staffing import NotAttainable, lines_for

    try:
        wanted = lines_for(erlangs, blocked / 100)
    except NotAttainable:
        raise Failure("São mais de 20.000 linhas: divida o tráfego.") from None
    lost = float(erlang_b(wanted, erlangs))
    if as_json:
        click.echo(json.dumps({"lines": wanted, "blocked": lost}))
        return
    click.echo(f"{wanted} linhas; {100 * lost:.3f} % das chamadas não acham linha livre.")


@staffing.command()
@click.option("--agents", required=True, type=click.IntRange(1, 20_000), help="Atendentes.")
@click.option(
    "--ring", default=11.0, type=_POSITIVE, show_default=True,
    help="Segundos entre discar e atenderem, média.",
)  # fmt: skip
@click.option(
    "--service", default=140.0, type=_POSITIVE, show_default=True,
    help="Segundos de conversa e pós-atendimento, média.",
)  # fmt: skip
@click.option(
    "--target", default=3.0, type=_PERCENT, show_default=True,
    help="Meta de abandono, em % das atendidas por pessoas.",
)  # fmt: skip
@_JSON
def outbound(
    agents: int, ring: float, service: float, target: float, as_json: bool
) -> None:
    """Qual ocupação se pode esperar de uma campanha preditiva."""
    from dialer.pacing.staffing import best_occupancy, open_loop_occupancy

    best = best_occupancy(agents, ring, service, target / 100)
    blind = open_loop_occupancy(agents, target / 100)
    talks_per_hour = 3600 * best * agents / service
    if as_json:
        answer = {"occupancy": best, "blind": blind, "talks_per_hour": talks_per_hour}
        click.echo(json.dumps(answer))
        return
    click.echo(
        f"Até {100 * best:.1f} % de ocupação, {talks_per_hour:.0f} conversas por hora "
        f"(discando sem olhar quem está livre: {100 * blind:.1f} %)."
    )
    if agents < 10:
        click.echo("Com menos de dez atendentes a regra é só aproximada.")
