"""`acordo phones`: seat simulated agents."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click


@click.command()
@click.option("--agents", type=click.IntRange(1, 999), help="Quantos agentes.")
@click.option("--first", type=click.IntRange(1, 999), help="Número do primeiro.")
@click.option(
    "--scenario",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Cenário cuja parte [agents] diz como trabalham.",
)
def phones(agents: int | None, first: int | None, scenario: Path | None) -> None:
    """Senta agentes simulados: fones registrados no Asterisk e mãos no sistema."""
    from foundation.process import read_settings, run
    from sim.phones import app
    from sim.phones.settings import PhonesSettings

    settings = read_settings(PhonesSettings)
    given = {"agents": agents, "first": first, "scenario": scenario}
    chosen = {name: value for name, value in given.items() if value is not None}
    section = settings.phones.model_copy(update=chosen)
    settings = settings.model_copy(update={"phones": section})
    run("phones", settings, section, partial(app.run, settings=settings))
