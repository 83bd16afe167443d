"""`acordo secrets`: the passwords that servers in containers share with our processes.

One value a file, in a folder that only its owner enters. The files are readable to one
group besides, under which the containers run: they are not their owner, and must read them.
"""

from __future__ import annotations

import os
import secrets as random
from collections.abc import Mapping
from pathlib import Path

import click

from foundation.cli import Failure

FOLDER = Path("secrets")
ENVIRONMENT = Path(".env")
GROUP = 10001  # of the images; given to the files when root makes them
GROUP_SETTING = "ACORDO_SECRETS_GID"
_BYTES = 24  # a switch keeps 63 letters of a database's password


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
        raise Failure(f"{error.filename or folder}: {error.strerror}") from None
    click.echo(f"{folder}: {', '.join(made) if made else 'nada faltava'}")


def create(folder: Path) -> list[str]:
    """Make what is missing; returns the names. Addresses follow the passwords in them."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    made = []
    for name in ("postgres_password", "switch_password", "valkey_password"):
        made += _write(folder, name, random.token_hex(_BYTES))
    made += _write(folder, "ami_secret", random.token_hex(_BYTES))
    made += _write(folder, "turn_secret", random.token_hex(_BYTES))
    kept = {
        path.name: path.read_text().strip()
        for path in folder.iterdir()
        if path.name.endswith("_password")
    }
    for name, value in _following(kept).items():
        made += _write(folder, name, value)
    return made


def _following(password: Mapping[str, str]) -> dict[str, str]:
    """What holds a password of another file."""
    postgres, switch = password["postgres_password"], password["switch_password"]
    valkey = password["valkey_password"]
    return {
        "database_url": f"postgresql://acordo:{postgres}@postgres/acordo",
        "asterisk_database_url": f"postgresql://acordo_switch:{switch}@postgres/acordo",
        "redis_url": f"redis://acordo:{valkey}@valkey",
        "valkey_acl": f"user default off\nuser acordo on >{valkey} ~* &* +@all",
    }


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
