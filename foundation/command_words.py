"""The command line in Portuguese: what click itself says, and how it names what it takes.

Click takes its texts from gettext, which goes by the machine's language; the product
speaks Portuguese on every machine, so its catalogue stands in gettext's place in each of
click's modules. Changes nothing but words.
"""

from __future__ import annotations

import gettext
import sys
import tomllib
from importlib.resources import files
from typing import Any

import click

_FILE = "command_pt_BR.toml"
_CATALOGUE: dict[str, dict[str, Any]] = tomllib.loads(
    files("foundation").joinpath(_FILE).read_text("utf-8")
)
OPTIONS, COMMAND = "[OPÇÕES]", "COMANDO [ARGUMENTOS]..."


def text(english: str) -> str:
    """What click says, in Portuguese; as it is when the catalogue lacks it.

    >>> text("Usage:")
    'Uso:'
    """
    found: str = _CATALOGUE["texts"].get(english, english)
    return found


def counted(one: str, more: str, count: int) -> str:
    """The same for what depends on a count."""
    found: list[str] = _CATALOGUE["counted"].get(one, [one, more])
    return found[0] if count == 1 else found[1]


def speak_portuguese() -> None:
    """Have click say the catalogue's texts from now on."""
    theirs = {gettext.gettext: text, gettext.ngettext: counted}
    modules = [module for name, module in sys.modules.items() if name.startswith("click.")]
    for module in modules:
        for name in ("_", "ngettext"):
            ours = theirs.get(getattr(module, name, None))  # type: ignore[arg-type]
            if ours is not None:
                setattr(module, name, ours)


def name_parts(command: click.Command) -> click.Command:
    """Name in Portuguese what the command, and each one below it, takes."""
    command.options_metavar = OPTIONS if command.options_metavar else None
    for parameter in command.params:
        if parameter.metavar is None:
            parameter.metavar = _metavar(parameter)
    if isinstance(command, click.Group):
        command.subcommand_metavar = COMMAND
        for below in command.commands.values():
            name_parts(below)
    return command


def _metavar(parameter: click.Parameter) -> str | None:
    """None: click makes a good one, as for a choice."""
    if isinstance(parameter.type, click.Choice) or parameter.nargs != 1:
        return None
    if isinstance(parameter, click.Argument):
        named: str | None = _CATALOGUE["arguments"].get(parameter.name)
        return f"[{named}]" if named and not parameter.required else named
    if getattr(parameter, "is_flag", False):
        return None
    kind: str | None = _CATALOGUE["kinds"].get(parameter.type.name)
    return kind
