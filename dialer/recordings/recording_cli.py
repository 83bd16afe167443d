"""`acordo recording`: take a recording out, with a trace of who did."""

from __future__ import annotations

import asyncio
import getpass
from pathlib import Path
from uuid import UUID

import click

from foundation.cli import Failure
from foundation.settings import ProcessSettings
from foundation.system_reasons import reason


@click.group()
def recording() -> None:
    """Gravações das chamadas, guardadas cifradas."""


@recording.command()
@click.argument("attempt", metavar="CHAMADA", type=click.UUID)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True,
    help="Arquivo WAV a criar.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Substitui o arquivo, se já existir.")
def export(attempt: UUID, out: Path, force: bool) -> None:
    """Abre a gravação de uma CHAMADA e a grava em WAV; fica registrado quem abriu."""
    if out.exists() and not force:
        raise Failure(f"{out} já existe; use --force para substituir.")
    if not out.absolute().parent.is_dir():
        raise Failure(f"a pasta {out.absolute().parent} não existe.")
    seconds = asyncio.run(_export(attempt, out.absolute()))
    click.echo(f"{out}: {seconds:.1f} s, esquerda = devedor, direita = atendimento.")


async def _export(attempt: UUID, out: Path) -> float:
    from dialer.recordings.opening import (
        NoRecording,
        SealedFileMissing,
        open_recording,
        write_whole,
    )
    from dialer.recordings.raw import FRAME_BYTES, RATE_HZ, WAV_HEADER_BYTES
    from foundation import process
    from foundation.crypto import SealBroken, UnknownKey
    from foundation.db.engine import connect
    from foundation.health import CannotRun
    from foundation.home import Home
    from foundation.reach import reach_database
    from foundation.sealed_files import NotASealedFile, SealedFileTruncated

    settings = process.read_settings(ProcessSettings)
    engine = connect(settings)
    try:
        await reach_database(engine, table="recording", deadline_s=5)
        pieces = await open_recording(
            engine, Home(settings.home), attempt, by=getpass.getuser()
        )
        size = await asyncio.to_thread(write_whole, pieces, out)
    except CannotRun as error:
        raise Failure(str(error)) from None
    except (
        NoRecording, SealedFileMissing, NotASealedFile, SealedFileTruncated, SealBroken,
        UnknownKey,
    ) as error:  # fmt: skip
        raise Failure(f"{type(error).__doc__} ({error})") from None
    except OSError as error:
        raise Failure(f"não foi possível gravar {out}: {reason(error)}") from None
    finally:
        await engine.dispose()
    return (size - WAV_HEADER_BYTES) / FRAME_BYTES / RATE_HZ
