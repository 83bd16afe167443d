"""`acordo ura`: the process itself, and what can be asked of its flows."""

from __future__ import annotations

import click

from foundation.cli import Failure
from ura.scripts.flows import SHIPPED


@click.group(invoke_without_command=True)
@click.pass_context
def ura(context: click.Context) -> None:
    """Atende as ligações recebidas: saudação, horário, fila de atendentes."""
    if context.invoked_subcommand is not None:
        return
    from foundation import process
    from ura.app import main
    from ura.settings import UraSettings

    settings = process.read_settings(UraSettings)
    process.run("ura", settings, settings.ura, lambda own: main(own, settings))


@ura.command()
@click.argument("flow", metavar="FLUXO", type=click.Choice(SHIPPED))
@click.option("--whole", is_flag=True, help="Também o que vale em qualquer pergunta.")
def draw(flow: str, whole: bool) -> None:
    """Escreve o diagrama de um FLUXO, em Mermaid.

    Tracejado: ainda não se sabe quem ouve. Cole o texto numa página que desenhe Mermaid.
    """
    from ura.flow.drawing import drawing
    from ura.flow.reading import BadFlow
    from ura.scripts.flows import shipped

    try:
        click.echo(drawing(shipped(flow), whole=whole), nl=False)
    except BadFlow as error:
        raise Failure(str(error)) from error
