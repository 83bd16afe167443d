"""The `acordo` command. Each package registers its sub-commands by entry point.

Exit status: 0 done, 1 failed, 2 wrong usage. A `Failure` is printed as one line.
"""

from __future__ import annotations

from importlib.metadata import entry_points

import click

from foundation.command_words import COMMAND, OPTIONS, name_parts, speak_portuguese

COMMANDS = "acordo.commands"

speak_portuguese()  # before any command is made: some texts are taken then


class Failure(click.ClickException):
    """Ends the command with one clear line and exit status 1."""

    exit_code = 1

    def show(self, file: object = None) -> None:
        click.echo(f"acordo: {self.format_message()}", err=True)


class CannotRun(RuntimeError):
    """An expected reason why a process cannot run; its text is for the operator (pt-BR)."""


class _Commands(click.Group):
    """Loads a sub-command only when it is asked for, so that `acordo` starts quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(point.name for point in entry_points(group=COMMANDS))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        for point in entry_points(group=COMMANDS, name=cmd_name):
            command = point.load()
            if not isinstance(command, click.Command):
                raise TypeError(f"entry point {cmd_name} is no command")
            return name_parts(command)
        return None


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    options_metavar=OPTIONS,
    subcommand_metavar=COMMAND,
)
@click.version_option(package_name="acordo", prog_name="acordo")
def main() -> None:
    """Acordo: central de cobrança com discador preditivo, URA e atendentes."""
