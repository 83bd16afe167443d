"""Commands for whoever changes a prompt: fetch the voice model, render the lines again.

Nobody needs these to run the product; the sounds are committed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from foundation.cli import Failure
from foundation.system_reasons import reason
from ura.adapters.kokoro_voice import KokoroVoice, VoiceUnavailable
from ura.models import (
    DEFAULT_CACHE,
    Asking,
    ModelError,
    ModelFile,
    fetch,
    load_catalogue,
    set_named,
    state,
)
from ura.speaking.pieces import Piece
from ura.voice_lines import BadLines, Clip, Collection, load_lines, stale
from ura.voice_pieces import lacking, left_over, path_of, record
from ura.voice_rendering import render

ROOT = Path(__file__).resolve().parent.parent
VOICE_SET = "kokoro"

# The simulation's folder is only a place to write to here; nothing of it is imported.
COLLECTIONS = (
    Collection("prompts", ROOT / "ura/prompts/lines.toml", ROOT / "ura/prompts/pt_BR"),
    Collection("personas", ROOT / "sim/personas/lines.toml", ROOT / "sim/personas/audio"),
)

cache_option = click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_CACHE,
    show_default=True,
    envvar="ACORDO_MODELS_CACHE",
    help="Pasta onde os modelos ficam guardados.",
)


@click.group()
def models() -> None:
    """Modelos de voz: o que há, e buscar o que falta."""


@models.command("list")
@cache_option
def list_models(cache: Path) -> None:
    """Mostra cada arquivo, o tamanho e se já está na pasta."""
    for file in load_catalogue():
        size = f"{file.size / 1e6:.1f} MB".replace(".", ",")
        click.echo(f"{file.set:10} {file.name:26} {size:>9}  {state(file, cache)}")


@models.command("fetch")
@click.argument("name", metavar="CONJUNTO", default=VOICE_SET)
@cache_option
def fetch_models(name: str, cache: Path) -> None:
    """Busca os arquivos de um CONJUNTO (sem nome: as vozes) e confere cada um."""
    failed: set[str] = set()
    try:
        for file in set_named(name, load_catalogue()):
            _fetch_shown(file, cache, failed)
            click.echo(f"{file.name}: {state(file, cache)}")
    except ModelError as error:
        raise Failure(str(error)) from error
    except OSError as error:
        raise Failure(f"não consegui gravar em {cache}: {reason(error)}") from error


@click.group()
def voices() -> None:
    """Falas do produto e da simulação."""


@voices.command("render")
@click.option("--only", metavar="ID", help="Só esta fala, mesmo que não tenha mudado.")
@cache_option
def render_voices(only: str | None, cache: Path) -> None:
    """Grava de novo as falas cujo texto, voz ou velocidade mudou."""
    try:
        work = _work(only)
        pieces = [] if only else lacking()
        spoken = pieces or any(clip.text for _, clip in work)
        voice = _voice(cache) if spoken else None
        for number, (collection, clip) in enumerate(work, start=1):
            seconds = render(clip, collection, voice)
            _tell(f"[{number}/{len(work)}] {collection.name}/{clip.file}", seconds)
        _conversation(pieces, voice)
    except (ModelError, VoiceUnavailable, BadLines) as error:
        raise Failure(str(error)) from error
    except OSError as error:
        raise Failure(f"não consegui gravar {error.filename}: {reason(error)}") from error
    count = len(work) + len(pieces)
    click.echo(f"{count} falas gravadas." if count else "Nada mudou.")


def _conversation(pieces: Sequence[Piece], voice: KokoroVoice | None) -> None:
    """Record what the automatic conversation lacks, and drop what it says no more."""
    for number, piece in enumerate(pieces, start=1):
        if voice is not None:
            _tell(f"[{number}/{len(pieces)}] {path_of(piece).name}", record(piece, voice))
    for path in left_over():
        path.unlink()
        click.echo(f"{path.name}: nada mais diz isto")


def _tell(what: str, seconds: float) -> None:
    told = f"{seconds:.1f} s".replace(".", ",")
    click.echo(f"{what}  {told}")


def _work(only: str | None) -> list[tuple[Collection, Clip]]:
    """Return what must be rendered; raises a usage error for an id that no file has."""
    work: list[tuple[Collection, Clip]] = []
    for collection in COLLECTIONS:
        clips = load_lines(collection.lines)
        chosen = (
            tuple(clip for clip in clips if clip.id == only)
            if only
            else stale(clips, collection)
        )
        work += [(collection, clip) for clip in chosen]
    if only and not work:
        raise click.BadParameter(f"nenhuma fala tem o id “{only}”", param_hint="--only")
    return work


def _voice(cache: Path) -> KokoroVoice:
    files = set_named(VOICE_SET, load_catalogue())
    failed: set[str] = set()
    for file in files:
        _fetch_shown(file, cache, failed)
    return KokoroVoice(files[0].path_in(cache).parent)


def _fetch_shown(file: ModelFile, cache: Path, failed: set[str]) -> None:
    if state(file, cache) == "pronto":
        return
    with click.progressbar(length=file.size, label=file.name) as bar:

        def progress(done: int, total: int) -> None:
            bar.update(done - bar.pos)

        def asked(asking: Asking) -> None:
            bar.label = f"{file.name} (fonte {asking.number}: {asking.source.label})"
            bar.update(-bar.pos)

        fetch(file, cache, failed=failed, on_source=asked, on_progress=progress)
        bar.update(file.size - bar.pos)
