"""`acordo carrier`: run the simulated telephone network."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click


@click.command()
@click.option(
    "--trace",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="O que a rede faz com cada chamada (CSV ou Parquet). Sem ele: "
    "ACORDO_CARRIER__TRACE, ou o da demonstração; sem nenhum valem os dígitos OO.",
)
@click.option("--sipp", is_flag=True, help="SIPp no lugar do Asterisk (carga pura).")
def carrier(trace: Path | None, sipp: bool) -> None:
    """Roda a rede telefônica simulada, que atende na rota padrão."""
    from foundation.process import read_settings, run
    from sim.carrier import app
    from sim.carrier.settings import CarrierSettings
    from sim.carrier.sipp import runner

    settings = read_settings(CarrierSettings)
    serve = runner.run if sipp or settings.carrier.engine == "sipp" else app.run
    trace = trace or settings.carrier.trace or _demonstration(settings.home)
    run(
        "carrier",
        settings,
        settings.carrier,
        partial(serve, settings=settings, trace=trace),
    )


def _demonstration(home: Path) -> Path | None:
    from foundation.home import Home

    path = Home(home).demo_trace
    return path if path.exists() else None
