"""`acordo ura`: the process itself, and what can be asked of its flows."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

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
def script() -> None:
    """Atende uma ligação como script AGI do próprio Asterisk, sem o processo da URA.

    É para quem tem o seu dialplan: AGI(/caminho/.venv/bin/acordo,ura,script). Saúda, e
    deixa em ACORDO_NEXT o que vem depois: agent ou closed, pelo horário de atendimento.
    """
    from ura.scripts import standalone

    standalone.run()


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


@ura.command()
@click.argument(
    "sound", metavar="ARQUIVO", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--state", required=True, metavar="NOME", help="A pergunta respondida.")
@click.option("--flow", type=click.Choice(SHIPPED), default=SHIPPED[0], show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Para ser lido por um programa.")
def recognise(sound: Path, state: str, flow: str, as_json: bool) -> None:
    """Diz o que se entende de um ARQUIVO de som como resposta a uma pergunta do fluxo."""
    from foundation.settings import ProcessSettings
    from ura.adapters.whisper import RecogniserMissing
    from ura.ports import VoiceFailed
    from ura.recognising import NoSuchQuestion, recognised

    models = ProcessSettings().cache / "models" / "whisper"
    try:
        found = recognised(sound, flow, state, models)
    except (RecogniserMissing, VoiceFailed, NoSuchQuestion) as error:
        raise Failure(str(error)) from error
    if as_json:
        click.echo(json.dumps(asdict(found), default=str, ensure_ascii=False))
        return
    click.echo(f"entendido: {found.outcome or 'nada'}")
    if found.value is not None:
        click.echo(f"valor: {found.value}")
    click.echo(f"texto: {found.text or '-'}")
    for phrase, score in found.scores[:5]:
        click.echo(f"  {score:6.2f}  {phrase}".replace(".", ",", 1))
    if not found.outcome:
        raise SystemExit(1)
