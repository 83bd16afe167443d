"""`acordo ura`."""

from __future__ import annotations

import click


@click.command()
def ura() -> None:
    """Atende as ligações recebidas: saudação, horário, fila de atendentes."""
    from foundation import process
    from ura.app import main
    from ura.settings import UraSettings

    settings = process.read_settings(UraSettings)
    process.run("ura", settings, settings.ura, lambda own: main(own, settings))
