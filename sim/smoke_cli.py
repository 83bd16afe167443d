"""`acordo smoke`: a minute of real calls, and both sides' stories compared."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import click

from foundation.cli import Failure

Answer = TypeVar("Answer")


@click.command()
@click.option(
    "--scenario",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Cenário; sem ele, sim/scenarios/smoke.toml.",
)
@click.option(
    "--carrier",
    type=click.Choice(["asterisk", "sipp"]),
    default="asterisk",
    show_default=True,
    help="Quem faz a rede telefônica.",
)
@click.option("--agents", type=click.IntRange(1, 200), default=40, show_default=True)
@click.option("--debtors", type=click.IntRange(1, 100_000), default=1000, show_default=True)
@click.option("--seconds", type=click.FloatRange(1, 3600), default=60, show_default=True)
@click.option(
    "--self-test", is_flag=True, help="Altera uma linha da verdade; deve sair com 1."
)
@click.option("--keep", is_flag=True, help="Deixa a pasta de estado para exame.")
@click.option("--json", "as_json", is_flag=True, help="Para ser lido por um programa.")
def smoke(
    scenario: Path | None,
    carrier: str,
    agents: int,
    debtors: int,
    seconds: float,
    self_test: bool,
    keep: bool,
    as_json: bool,
) -> None:
    """Disca de verdade por um minuto e compara discador e operadora, linha a linha."""
    from foundation.embedded.errors import ServerProblem
    from foundation.health import CannotRun
    from sim import report, runner, scenarios
    from sim.world.scenario import BadScenario

    rehearsal = runner.Rehearsal(
        scenario=scenario or scenarios.FOLDER / "smoke.toml",
        engine=carrier,
        agents=agents,
        debtors=debtors,
        seconds=seconds,
        keep=keep,
    )
    try:
        stories = asyncio.run(_interruptible(runner.run(rehearsal, _say)))
    except (CannotRun, ServerProblem, BadScenario) as error:
        raise Failure(str(error)) from error
    except asyncio.CancelledError:
        raise Failure("ensaio interrompido") from None
    carrier_rows = report.altered(stories.carrier) if self_test else stories.carrier
    verdict = report.judge(stories.dialer, carrier_rows)
    if as_json:
        click.echo(json.dumps(report.as_json(verdict, {"campaign": stories.campaign})))
    else:
        for line in report.lines(verdict):
            click.echo(line)
    sys.exit(0 if verdict.good else 1)


async def _interruptible(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Let SIGTERM end the work as Ctrl-C does: everything it started is stopped."""
    task = asyncio.ensure_future(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task


def _say(line: str) -> None:
    click.echo(f"smoke: {line}", err=True)
