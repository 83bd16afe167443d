"""`acordo backup`, `acordo restore`, `acordo keys`: copies, and what opens them."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from foundation.cli import CannotRun, Failure
from foundation.home import Home, StateFromNewerVersion
from foundation.keeping.operator_key import LEAST_PASSPHRASE, KeptKeys
from foundation.settings import ProcessSettings
from foundation.settings_reading import read_settings
from foundation.system_reasons import reason

KEPT = ("data_key", "index_key", "sip", "door", "sms_report")
"""Secrets without which data means nothing, or which telephones, links and others hold."""

_FILE = click.Path(dir_okay=False, path_type=Path)
_passphrase_file = click.option(
    "--passphrase-file", type=_FILE, help="Arquivo com a senha; sem ele, ela é perguntada."
)
_as_json = click.option("--json", "as_json", is_flag=True, help="Resposta para programas.")


@click.command()
@click.argument("target", metavar="ARQUIVO", type=_FILE)
@_as_json
def backup(target: Path, as_json: bool) -> None:
    """Copia o banco e as gravações, cifrados, para ARQUIVO; com tudo no ar.

    O arquivo só aparece quando está inteiro. Ele só abre com o arquivo de chaves feito
    por «acordo keys export», que se guarda em outro lugar.
    """
    settings = read_settings(ProcessSettings)
    with _clear_refusals():
        from foundation.keeping.backup import back_up
        from foundation.keeping.copy_file import remove_drafts

        _require_new(target)
        remove_drafts(target.absolute().parent)
        report = asyncio.run(back_up(settings, target.absolute(), _progress))
    if as_json:
        click.echo(json.dumps(asdict(report)))
    else:
        click.echo(
            f"{target}: {report.bytes / 1e6:.1f} MB, {report.agreements} acordos, "
            f"{report.recordings} gravações"
        )
    if report.missing:
        raise Failure(
            f"a cópia está feita, mas {report.missing} gravações do índice não têm arquivo"
        )


@click.command()
@click.argument("source", metavar="ARQUIVO", type=_FILE)
@click.option("--keys", "keys_file", type=_FILE, help="Arquivo de «acordo keys export».")
@_passphrase_file
@_as_json
def restore(
    source: Path, keys_file: Path | None, passphrase_file: Path | None, as_json: bool
) -> None:
    """Restaura uma cópia em uma instalação vazia, que não está no ar."""
    settings = read_settings(ProcessSettings)
    if keys_file is None:
        raise Failure("falta o arquivo de chaves (--keys); sem ele a cópia não abre")
    with _clear_refusals():
        from foundation import preflight
        from foundation.keeping.restore import inspect
        from foundation.keeping.restore import restore as fill

        keys = _read_keys(keys_file, _passphrase(passphrase_file, new=False))
        inside = inspect(source, keys, _progress)
        home = Home(settings.home)
        home.prepare()
        with preflight.only_one(home):
            done = fill(settings, source, keys, _progress)
    if as_json:
        click.echo(json.dumps({"made_at": inside.made_at, **asdict(done)}))
    else:
        click.echo(
            f"restaurado, como estava em {inside.made_at}: {done.agreements} acordos, "
            f"{done.recordings} gravações"
        )
    wrong = done.agreements != inside.agreements or done.recordings != inside.recordings
    if wrong or done.missing:
        raise Failure(
            f"a cópia dizia {inside.agreements} acordos e {inside.recordings} gravações; "
            f"{done.missing} gravações não têm arquivo"
        )


@click.group()
def keys() -> None:
    """As chaves que abrem os dados e as cópias."""


@keys.command()
@click.argument("target", metavar="ARQUIVO", type=_FILE)
@_passphrase_file
def export(target: Path, passphrase_file: Path | None) -> None:
    """Grava em ARQUIVO, sob senha, o que abre os dados e as cópias feitas daqui em diante.

    A chave que abre cópias não fica na instalação: guarde o arquivo fora dela, e a senha
    fora do arquivo. Cópias antigas continuam abrindo com o arquivo de chaves da época.
    """
    from foundation.keeping.backup import PUBLIC
    from foundation.keeping.operator_key import new_pair, written

    settings = read_settings(ProcessSettings)
    with _clear_refusals():
        home = Home(settings.home)
        home.prepare()
        _require_new(target)
        passphrase = _passphrase(passphrase_file, new=True)
        made = new_pair({name: home.secret(name) for name in KEPT})
        content = written(made, passphrase, datetime.now(UTC))
        with os.fdopen(
            os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w"
        ) as f:
            f.write(content)
            f.flush()
            os.fsync(f.fileno())
        home.replace_secret(PUBLIC, made.public.hex())
    click.echo(f"{target}: guarde-o fora desta máquina, com a senha em outro lugar")


def _read_keys(path: Path, passphrase: str) -> KeptKeys:
    from foundation.keeping.operator_key import read

    return read(path.read_text("utf-8", errors="replace"), passphrase)


def _passphrase(file: Path | None, *, new: bool) -> str:
    if file is not None:
        given = file.read_text("utf-8").strip("\r\n")
    else:
        given = click.prompt(
            "Senha do arquivo de chaves", hide_input=True, confirmation_prompt=new
        )
    if new and len(given) < LEAST_PASSPHRASE:
        raise Failure(f"a senha precisa de pelo menos {LEAST_PASSPHRASE} letras")
    return given


def _require_new(target: Path) -> None:
    if target.exists():
        raise Failure(f"{target} já existe; escolha outro nome")
    if not target.absolute().parent.is_dir():
        raise Failure(f"a pasta {target.absolute().parent} não existe")


def _progress(line: str) -> None:
    """On the error output, so that the answer can be read by a program."""
    click.echo(line, err=True)


@contextmanager
def _clear_refusals() -> Iterator[None]:
    """Every expected refusal as one line."""
    from foundation.embedded.errors import ServerProblem
    from foundation.keeping import copy_file, operator_key
    from foundation.keeping.members import CopyMalformed

    told = (
        copy_file.NotACopy, copy_file.CopyCut, copy_file.OtherKeys, copy_file.CopyBroken,
        operator_key.NotAKeysFile, operator_key.WrongPassphrase, CopyMalformed,
        StateFromNewerVersion,
    )  # fmt: skip
    try:
        yield
    except (CannotRun, ServerProblem) as error:
        raise Failure(str(error)) from None
    except told as error:
        detail = f" ({error})" if str(error) else ""
        raise Failure(f"{type(error).__doc__}{detail}") from None
    except OSError as error:
        raise Failure(f"{error.filename or 'arquivo'}: {reason(error)}") from None
