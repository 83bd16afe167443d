"""`acordo creditor-voice`: the prompts and announcements that a creditor speaks itself."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import click
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debts.registering import TermsRefused, named
from cobranca.voices import service
from cobranca.voices.preparing import LARGEST, Prepared, prepared
from cobranca.voices.refusal import RecordingRefused
from cobranca.voices.service import Entry, VoiceError
from foundation.cli import Failure
from foundation.db.use import with_database
from foundation.settings import ProcessSettings

T = TypeVar("T")
_WAV = click.Path(exists=True, dir_okay=False, path_type=Path)
_CREDITOR = click.argument("creditor", metavar="CREDOR")
_PROMPT = click.argument("prompt", metavar="FALA")
_JSON = click.option(
    "--json", "as_json", is_flag=True, help="Para ser lido por um programa."
)
STATES = {
    "recorded": "gravada",
    "changed": "texto mudou",
    "missing": "falta",
    "values": "com valores, na nossa voz",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file. `refused` is empty when it is spoken from now on."""

    prompt: str
    file: str
    refused: str = ""
    seconds: float = 0.0
    notes: tuple[str, ...] = ()


@click.group(name="creditor-voice")
def creditor_voice() -> None:
    """Gravações de um credor para as falas da URA e os avisos da central."""


@creditor_voice.command(name="list")
@_CREDITOR
@click.option("--missing", is_flag=True, help="Só o que falta gravar, ou gravar de novo.")
@_JSON
def list_prompts(creditor: str, missing: bool, as_json: bool) -> None:
    """Lista as falas: o que está gravado, o que falta e o texto a ler."""
    found = _with(creditor, service.entries)
    todo = [one for one in found if one.state in ("missing", "changed")]
    shown = todo if missing else found
    if as_json:
        click.echo(json.dumps([_row(one) for one in shown], ensure_ascii=False))
        return
    for one in shown:
        seconds = f", {one.now.seconds:.1f} s".replace(".", ",") if one.now else ""
        title = f" ({one.prompt.title})" if one.prompt.title else ""
        click.echo(f"{one.prompt.name}{title}: {STATES[one.state]}{seconds}")
        click.echo(f"  {one.prompt.text}")
    recordable = [one for one in found if not one.prompt.values]
    spoken = sum(one.state == "recorded" for one in recordable)
    click.echo(f"{spoken} de {len(recordable)} gravadas; faltam {len(todo)}.")


@creditor_voice.command()
@_CREDITOR
@click.argument("files", metavar="FALA.wav...", type=_WAV, nargs=-1, required=True)
@click.option(
    "--says-the-text", is_flag=True, help="Confirma que cada gravação diz o texto da fala."
)
@_JSON
def add(creditor: str, files: tuple[Path, ...], says_the_text: bool, as_json: bool) -> None:
    """Põe gravações no lugar da nossa voz; o nome do arquivo é o da fala.

    Cada uma é conferida e convertida. As que servem ficam, e as outras são ditas, uma por
    linha, com o que fazer.
    """
    if not says_the_text:
        raise click.UsageError(
            "confirme com --says-the-text que cada gravação diz exatamente o texto da "
            "sua fala (acordo creditor-voice list); disso depende não revelar a dívida"
        )
    done = [_added(creditor, file) for file in files]
    if as_json:
        click.echo(json.dumps([_told(one) for one in done], ensure_ascii=False))
    for one in () if as_json else done:
        said = one.refused or "gravada, " + f"{one.seconds:.1f} s".replace(".", ",")
        click.echo(" ".join((f"{one.file}: {said}", *one.notes)))
    refused = sum(bool(one.refused) for one in done)
    if refused:
        raise Failure(f"{refused} de {len(done)} não serviram.")


@creditor_voice.command()
@_CREDITOR
@_PROMPT
def remove(creditor: str, prompt: str) -> None:
    """Volta a dizer uma fala com a nossa voz."""
    _with(creditor, lambda c, i: service.remove(c, i, prompt, None, datetime.now(UTC)))
    click.echo(f"{prompt}: na nossa voz. Para desfazer: acordo creditor-voice put-back")


@creditor_voice.command(name="put-back")
@_CREDITOR
@_PROMPT
def put_back(creditor: str, prompt: str) -> None:
    """Desfaz a última troca ou retirada de uma gravação."""
    _with(creditor, lambda c, i: service.put_back(c, i, prompt, None, datetime.now(UTC)))
    click.echo(f"{prompt}: de volta a gravação de antes.")


def _added(creditor: str, file: Path) -> Outcome:
    prompt = file.stem
    try:
        sound = prepared(_content(file), service.recordable(prompt).text)
    except (RecordingRefused, VoiceError) as error:
        return Outcome(prompt, file.name, refused=str(error))
    _with(creditor, lambda c, i: _kept(c, i, prompt, sound))
    return Outcome(prompt, file.name, seconds=sound.seconds, notes=sound.notes)


async def _kept(
    connection: AsyncConnection, creditor: UUID, prompt: str, sound: Prepared
) -> None:
    now = datetime.now(UTC)
    await service.keep(connection, creditor, prompt, sound, None, now)


def _content(file: Path) -> bytes:
    """At most one byte more than is taken: what is longer is refused by its length."""
    with file.open("rb") as content:
        return content.read(LARGEST + 1)


def _with(creditor: str, use: Callable[[AsyncConnection, UUID], Awaitable[T]]) -> T:
    """Run it with the creditor of this name; what cannot be is a Failure."""

    async def run(connection: AsyncConnection) -> T:
        return await use(connection, await named(connection, creditor))

    try:
        return with_database(ProcessSettings(), run)
    except (TermsRefused, VoiceError) as error:
        raise Failure(str(error)) from error


def _row(one: Entry) -> dict[str, object]:
    return {
        "prompt": one.prompt.name,
        "title": one.prompt.title,
        "text": one.prompt.text,
        "before_identity": one.prompt.before_identity,
        "state": one.state,
        "seconds": one.now and one.now.seconds,
        "kept_at": one.now and one.now.kept_at.isoformat(),
        "kept_by": one.now and one.now.kept_by,
        "can_put_back": one.before is not None,
    }


def _told(one: Outcome) -> dict[str, object]:
    told: dict[str, object] = {"prompt": one.prompt, "file": one.file}
    if one.refused:
        return told | {"refused": one.refused}
    return told | {"seconds": one.seconds, "notes": list(one.notes)}
