"""`acordo faults`: do faults to a running centre, and judge what is left."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

import click

from foundation.cli import Failure
from sim.faults.kinds import NAMES, Kind, planned

Answer = TypeVar("Answer")


@click.command()
@click.option(
    "--times",
    type=click.IntRange(1, 1000),
    help="Quantas mortes do dialer; de cada outra falha, uma a cada dez. Sem isso, 30. "
    "Com --only, quantas vezes cada falha escolhida.",
)
@click.option(
    "--only", type=click.Choice(NAMES), multiple=True, help="Só esta falha; pode repetir."
)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="Sorteio dos momentos."
)
@click.option(
    "--within",
    "within_min",
    type=click.FloatRange(min=1),
    metavar="MIN",
    help="Depois de tantos minutos não começa outra falha; o que foi feito é julgado.",
)
@click.option("--keep", is_flag=True, help="Deixa a pasta de estado para exame.")
@click.option("--json", "as_json", is_flag=True, help="Para ser lido por um programa.")
def faults(
    times: int | None,
    only: tuple[str, ...],
    seed: int,
    within_min: float | None,
    keep: bool,
    as_json: bool,
) -> None:
    """Derruba cada parte durante uma campanha de verdade e confere cada tentativa."""
    chosen = planned(only, times)
    _mounts_of_our_own(chosen)
    from foundation.embedded.errors import ServerProblem
    from foundation.health import CannotRun
    from sim.faults import suite, table
    from sim.faults.judgement import judge

    within_s = float("inf") if within_min is None else within_min * 60
    order = suite.Order(planned=chosen, seed=seed, within_s=within_s, keep=keep)
    try:
        outcome = asyncio.run(_interruptible(suite.run(order, _say)))
    except (CannotRun, ServerProblem) as error:
        raise Failure(str(error)) from error
    except asyncio.CancelledError:
        raise Failure("interrompido") from None
    judged = judge(outcome.evidence)
    if as_json:
        click.echo(json.dumps(table.as_json(judged, outcome.not_done), ensure_ascii=False))
    else:
        click.echo("\n".join(table.markdown(judged, outcome.not_done)))
    sys.exit(0 if judged.good and not outcome.not_done else 1)


def _mounts_of_our_own(chosen: Sequence[tuple[Kind, int]]) -> None:
    """Before anything is imported that starts threads: they would be left outside."""
    from foundation.health import CannotRun
    from sim.faults import disk

    if any(kind.needs == "disk" for kind, _ in chosen):
        try:
            disk.alone()
        except CannotRun as error:
            raise Failure(str(error)) from error


async def _interruptible(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Let SIGTERM end the work as Ctrl-C does: everything it started is stopped."""
    task = asyncio.ensure_future(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task


def _say(line: str) -> None:
    click.echo(f"faults: {line}", err=True)
