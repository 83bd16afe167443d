"""`acordo demo`: what makes the demonstration."""

from __future__ import annotations

import asyncio

import click
from sqlalchemy.exc import SQLAlchemyError

from foundation.cli import Failure
from foundation.settings import ProcessSettings
from sim.demo import DEBTORS, SEED


@click.group()
def demo() -> None:
    """Demonstração: devedores e telefones simulados."""


@demo.command()
@click.option(
    "--debtors",
    type=click.IntRange(1, 200_000),
    default=DEBTORS,
    show_default=True,
    help="Quantos devedores.",
)
@click.option(
    "--seed", default=SEED, show_default=True, help="Outra semente, outros devedores."
)
def load(debtors: int, seed: int) -> None:
    """Cria devedores de demonstração; repetir não muda nada."""
    from sim import demo as demonstration

    settings = ProcessSettings()
    if not settings.trunk.simulated:
        raise Failure("A demonstração só vale em rota simulada (ACORDO_TRUNK__SIMULATED).")
    try:
        report = asyncio.run(demonstration.load(settings, debtors=debtors, seed=seed))
    except OSError as error:
        raise Failure("Banco de dados fora do ar; inicie com: acordo up") from error
    except SQLAlchemyError as error:
        raise Failure(f"O banco de dados recusou: {error.__cause__ or error}") from error
    counts = report.counts
    click.echo(
        f"{counts.new} parcelas novas, {counts.changed} alteradas, {counts.same} iguais; "
        f"{counts.new_debtors} devedores e {counts.new_points} telefones novos."
    )
