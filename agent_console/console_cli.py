"""`acordo console`."""

from __future__ import annotations

import click


@click.command()
def console() -> None:
    """Serve a página da operação: campanhas, chamadas e atendentes."""
    from agent_console.app import main
    from agent_console.settings import ConsoleSettings
    from foundation import process

    settings = process.read_settings(ConsoleSettings)
    process.run("console", settings, settings.console, lambda own: main(own, settings))
