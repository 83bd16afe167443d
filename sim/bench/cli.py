"""`acordo bench`: measure, print beside what it is compared with, keep as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib import import_module

import click

from foundation.settings import ProcessSettings
from sim.bench.figures import Figure, NotMeasured, missed, table

Bench = Callable[[bool], list[Figure]]
#: name -> module with `measure(quick) -> list[Figure]`
BENCHES: Mapping[str, str] = {
    "audio": "sim.bench.audio",
    "barge-in": "sim.bench.barge_in",
    "bridge": "sim.bench.bridge",
    "calls": "sim.bench.calls",
    "charges": "sim.bench.charges",
    "desk": "sim.bench.desk",
    "frontier": "sim.bench.pacing.frontier",
    "import": "sim.bench.imports",
    "lines": "sim.bench.robot.lines",
    "machines": "sim.bench.listening.measure",
    "pacing": "sim.bench.pacing.measure",
    "payments": "sim.bench.payments",
    "policy": "sim.bench.policy",
    "start": "sim.bench.start",
    "supervision": "sim.bench.supervision",
    "turns": "sim.bench.robot.turns",
    "understanding": "sim.bench.understanding",
    "webhook": "sim.bench.webhook",
}
#: packages that `make run` does not install
OF_DEVELOPMENT = ("playwright", "playwright.async_api")


@click.command()
@click.argument("name", required=False, type=click.Choice(sorted(BENCHES)))
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
        run: Bench = import_module(BENCHES[name]).measure
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
