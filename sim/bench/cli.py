"""`acordo bench`: measure, print beside what it is compared with, keep as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib import import_module
from typing import NamedTuple

import click

from foundation.settings import ProcessSettings
from sim.bench.figures import Figure, NotMeasured, missed, table

Bench = Callable[[bool], list[Figure]]


class _Measures(NamedTuple):
    module: str  # with `measure(quick) -> list[Figure]`
    what: str


BENCHES: Mapping[str, _Measures] = {
    "audio": _Measures("sim.bench.audio", "do «alô» de quem atende ao ouvido do atendente"),
    "barge-in": _Measures(
        "sim.bench.barge_in", "quem fala por cima da URA: em quanto ela para"
    ),
    "bridge": _Measures(
        "sim.bench.bridge", "na central, do atender à ponte com o atendente"
    ),
    "calls": _Measures(
        "sim.bench.calls", "chamadas num nó, ao lado de um laço mínimo em AMI"
    ),
    "charges": _Measures("sim.bench.charges", "saldos de um milhão de dívidas num dia"),
    "desk": _Measures("sim.bench.desk", "a página do atendente sobre um banco grande"),
    "frontier": _Measures(
        "sim.bench.pacing.frontier",
        "ocupação contra abandono, de equipes pequenas a grandes",
    ),
    "import": _Measures("sim.bench.imports", "importação: linhas por segundo e memória"),
    "lines": _Measures("sim.bench.robot.lines", "60 conversas da URA: quadros atrasados"),
    "machines": _Measures("sim.bench.listening.measure", "pessoa ou máquina: acertos"),
    "pacing": _Measures(
        "sim.bench.pacing.measure", "ritmos de discagem em todas as situações"
    ),
    "payments": _Measures(
        "sim.bench.payments", "códigos por segundo; arquivos CNAB grandes"
    ),
    "policy": _Measures("sim.bench.policy", "tempo de uma decisão de conformidade"),
    "start": _Measures(
        "sim.bench.start", "do segundo início ao primeiro telefone que toca"
    ),
    "supervision": _Measures(
        "sim.bench.supervision", "as páginas da supervisão sobre um banco grande"
    ),
    "turns": _Measures("sim.bench.robot.turns", "da resposta dada à fala seguinte da URA"),
    "understanding": _Measures("sim.bench.understanding", "o que a URA entende de voz"),
    "webhook": _Measures(
        "sim.bench.webhook", "do aviso do banco ao fim das ligações pela dívida"
    ),
}
#: packages that `make run` does not install
OF_DEVELOPMENT = ("playwright", "playwright.async_api")


def _listed() -> str:
    """The names for people; the mark keeps click from joining the lines."""
    width = max(map(len, BENCHES))
    rows = [f"  {name:<{width}}  {each.what}" for name, each in BENCHES.items()]
    return "\n".join(["\b", "NOME:", *rows])


@click.command(epilog=_listed())
@click.argument(
    "name", metavar="[NOME]", required=False, type=click.Choice(sorted(BENCHES))
)
@click.option("--quick", is_flag=True, help="Forma curta; sem NOME é sempre a curta.")
@click.option("--json", "as_json", is_flag=True, help="Para ser lido por um programa.")
def bench(name: str | None, quick: bool, as_json: bool) -> None:
    """Mede e compara; sai com 1 se uma meta não foi atingida ou algo não foi medido."""
    figures: list[Figure] = []
    left_out = False
    for each in [name] if name else sorted(BENCHES):
        if not as_json:
            click.echo(f"-- {each}")
        try:
            measured = measure(each, quick=quick or name is None)
        except NotMeasured as error:
            left_out = True
            click.echo(f"{each}: não medido: {error}", err=True)
            continue
        figures += measured
        if not as_json:
            click.echo(table(measured))
    if as_json:
        click.echo(json.dumps([figure.as_dict() for figure in figures]))
    if left_out or missed(figures):
        raise SystemExit(1)


def measure(name: str, *, quick: bool) -> list[Figure]:
    """Run one bench and keep its figures in the state folder, under `bench/NAME.json`.

    Raises NotMeasured: something that it needs is not installed.
    """
    try:
        run: Bench = import_module(BENCHES[name].module).measure
    except ModuleNotFoundError as error:
        if error.name not in OF_DEVELOPMENT:
            raise
        raise NotMeasured(f"falta {error.name}: make setup") from None
    figures = run(quick)
    folder = ProcessSettings().home / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(_document(name, quick, figures), "utf-8")
    return figures


def _document(name: str, quick: bool, figures: list[Figure]) -> str:
    return json.dumps(
        {
            "bench": name,
            "quick": quick,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "figures": [figure.as_dict() for figure in figures],
        },
        indent=2,
    )
