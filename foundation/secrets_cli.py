"""`acordo secrets`: the passwords that servers in containers share with our processes.

One value a file, in a folder that only its owner enters. The files are readable to one
group besides, under which the containers run: they are not their owner, and must read them.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import click

from foundation.cli import Failure
from foundation.secrets_rotation import ROTATED, following, new_secret, passwords
from foundation.secrets_rotation import rotate as give_another
from foundation.system_reasons import reason

FOLDER = Path("secrets")
ENVIRONMENT = Path(".env")
GROUP = 10001  # of the images; given to the files when root makes them
GROUP_SETTING = "ACORDO_SECRETS_GID"
OWN = (
    "postgres_password",
    "switch_password",
    "valkey_password",
    "ami_secret",
    "turn_secret",
)
COMPOSE_LIMIT_S = 120.0


@click.group()
def secrets() -> None:
    """Segredos que os contêineres leem de arquivos."""


@secrets.command()
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), default=FOLDER,
    show_default=True, help="Onde ficam.",
)  # fmt: skip
def init(folder: Path) -> None:
    """Cria os segredos que faltam; os que existem ficam como estão."""
    try:
        made = create(folder)
        _tell_group(folder.absolute().parent / ENVIRONMENT, _group())
    except OSError as error:
        raise Failure(f"{error.filename or folder}: {reason(error)}") from None
    click.echo(f"{folder}: {', '.join(made) if made else 'nada faltava'}")


@secrets.command()
@click.argument("names", metavar="[NOME]...", nargs=-1, type=click.Choice(list(ROTATED)))
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), default=FOLDER,
    show_default=True, help="Onde ficam.",
)  # fmt: skip
def rotate(names: tuple[str, ...], folder: Path) -> None:
    """Troca segredos dos contêineres no ar; nenhuma chamada termina.

    NOME: ami, postgres, switch (o Asterisk no banco), valkey, turn, tls (certificados já
    trocados em ./certs). Sem NOME, todos.
    """
    for name in names or ROTATED:
        try:
            give_another(folder, name, _compose)
        except FileNotFoundError as error:
            raise Failure(f"falta {error.filename}; rode: acordo secrets init") from None
        except OSError as error:
            raise Failure(f"{error.filename or folder}: {reason(error)}") from None
        except subprocess.SubprocessError as error:
            raise Failure(
                f"{name}: {_why(error)}; o valor novo está em {folder}: conserte e repita"
            ) from None
        click.echo(f"{name}: trocado")


def _compose(*arguments: str) -> None:
    """Raises SubprocessError, Failure."""
    try:
        subprocess.run(
            ["docker", "compose", *arguments], check=True, text=True, capture_output=True,
            stdin=subprocess.DEVNULL, timeout=COMPOSE_LIMIT_S,
        )  # fmt: skip
    except FileNotFoundError:
        raise Failure("docker não está instalado") from None


def _why(error: subprocess.SubprocessError) -> str:
    """The last line of what a command said."""
    said = getattr(error, "stderr", None) or str(error)
    return str(said).strip().splitlines()[-1]


def create(folder: Path) -> list[str]:
    """Make what is missing; returns the names. Addresses follow the passwords in them."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    made = []
    for name in OWN:
        made += _write(folder, name, new_secret())
    for name, value in following(passwords(folder)).items():
        made += _write(folder, name, value)
    return made


def _write(folder: Path, name: str, value: str) -> list[str]:
    """Nothing when it is there already."""
    path = folder / name
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o640)
    except FileExistsError:
        return []
    with os.fdopen(handle, "w") as file:
        os.fchmod(handle, 0o640)
        os.fchown(handle, -1, _group())
        file.write(f"{value}\n")
    return [name]


def _group() -> int:
    return GROUP if os.getuid() == 0 else os.getgid()


def _tell_group(environment: Path, group: int) -> None:
    """Leave the group's number where docker compose reads it."""
    line = f"{GROUP_SETTING}={group}"
    lines = environment.read_text("utf-8").splitlines() if environment.exists() else []
    if line not in lines:
        kept = [each for each in lines if not each.startswith(f"{GROUP_SETTING}=")]
        environment.write_text("\n".join([*kept, line]) + "\n", "utf-8")
