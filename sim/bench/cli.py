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
from sim.bench.figures import Figure, missed, table

Bench = Callable[[bool], list[Figure]]
#: name -> module with `measure(quick) -> list[Figure]`
BENCHES: Mapping[str, str] = {
    "bridge": "sim.bench.bridge",
    "calls": "sim.bench.calls",
    "desk": "sim.bench.desk",
    "import": "sim.bench.imports",
    "start": "sim.bench.start",
    "supervision": "sim.bench.supervision",
}


@click.command()
@click.argument("name", required=False, type=click.Choice(sorted(BENCHES)))
@click.option("--quick", is_flag=True, help="Forma curta; sem NOME é sempre a curta.")
@click.option("--json", "as_json", is_flag=True, help="Para ser lido por um programa.")
def bench(name: str | None, quick: bool, as_json: bool) -> None:
    """Mede e compara; sai com 1 se uma meta não foi atingida."""
    figures: list[Figure] = []
    for each in [name] if name else sorted(BENCHES):
        if not as_json:
            click.echo(f"-- {each}")
        measured = measure(each, quick=quick or name is None)
        figures += measured
        if not as_json:
            click.echo(table(measured))
    if as_json:
        click.echo(json.dumps([figure.as_dict() for figure in figures]))
    if missed(figures):
        raise SystemExit(1)


def measure(name: str, *, quick: bool) -> list[Figure]:
    """Run one bench and keep its figures in the state folder, under `bench/NAME.json`."""
    run: Bench = import_module(BENCHES[name]).measure
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
