"""`acordo switch`: the telephone switch alone, in the foreground, as containers want it.

Fills the configuration from the settings and becomes Asterisk: signals reach it directly.
With `--reload` it fills it anew and tells the one that runs to read what holds passwords.
"""

from __future__ import annotations

import os

import click

from foundation.cli import Failure
from foundation.home import Home, StateFromNewerVersion
from foundation.settings import ProcessSettings
from foundation.settings_reading import read_settings
from foundation.system_reasons import reason


@click.command()
@click.option(
    "--reload", "anew", is_flag=True,
    help="A que está no ar relê as senhas; nenhuma chamada termina.",
)  # fmt: skip
def switch(anew: bool) -> None:
    """Roda a central telefônica (Asterisk) em primeiro plano, configurada daqui."""
    from foundation.embedded import asterisk
    from foundation.embedded.errors import ServerProblem
    from foundation.embedded.switch import main_instance, read_anew
    from foundation.plan import switch_ports
    from foundation.preflight import require_ports, require_writable

    settings = read_settings(ProcessSettings)
    try:
        if anew:
            read_anew(settings)
            return
        require_writable(Home(settings.home))
        Home(settings.home).prepare()
        require_ports(switch_ports(settings))
        prefix = asterisk.unpacked(settings, lambda line: click.echo(line, err=True))
        program = main_instance(settings, prefix).program()
    except ServerProblem as error:
        raise Failure(str(error)) from None
    except StateFromNewerVersion as error:
        raise Failure(f"{type(error).__doc__} ({error})") from None
    except OSError as error:
        raise Failure(f"{error.filename or settings.home}: {reason(error)}") from None
    os.execv(program.argv[0], program.argv)  # noqa: S606 - our own arguments, no shell
