"""`acordo doctor`: every check, each told in a line, and what to do about it."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import click

from foundation.cli import Failure
from foundation.doctor import machine
from foundation.doctor.findings import Finding, as_rows, healthy, lines
from foundation.home import Home
from foundation.plan import UpSettings
from foundation.settings_reading import read_settings


@click.command()
@click.option("--site", metavar="NOME[:PORTA]", help="Confere o TLS do console em https.")
@click.option(
    "--ca", type=click.Path(dir_okay=False, path_type=Path),
    help="Autoridade própria que assina o certificado de --site.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Resposta para programas.")
def doctor(site: str | None, ca: Path | None, as_json: bool) -> None:
    """Confere a instalação e diz o que fazer; termina com 1 se algo está errado."""
    settings = read_settings(UpSettings)
    if ca is not None and not ca.is_file():
        raise Failure(f"{ca} não existe")
    found, contained = asyncio.run(_examine(settings, site, ca)), machine.contained()
    good = healthy(found)
    if as_json:
        rows = as_rows(found, contained=contained)
        click.echo(json.dumps({"healthy": good, "findings": rows}))
    else:
        click.echo("\n".join(lines(found, contained=contained)))
    if not good:
        wrong = sum(one.level == "bad" for one in found)
        raise Failure(f"{wrong} de {len(found)} conferências falharam")


async def _examine(
    settings: UpSettings, site: str | None, ca: Path | None
) -> list[Finding]:
    from foundation import preflight
    from foundation.doctor import servers, sip, web
    from foundation.routes import read_routes

    home = Home(settings.home)
    runs, contained = preflight.holder(home) is not None, machine.contained()
    # the way of calls begins where the switch is
    elsewhere = contained and not (settings.cache / "asterisk").exists()
    found = [*machine.programs(settings.cache, elsewhere=elsewhere)]
    found += [*machine.rights(home), *machine.disk(home)]
    if settings.database_url is None:  # in containers, each has ports of its own
        found += machine.ports(settings, home)
    found += [one async for one in servers.database(settings, runs=runs)]
    if contained and settings.redis_url is None:
        found.append(Finding("Valkey", "bus_elsewhere", "ok"))
    else:
        found.append(await servers.bus(settings, runs=runs))
    if not elsewhere:
        for route in read_routes(settings):
            if not route.simulated or runs:
                authorities = settings.asterisk.tls_ca_file
                found.append(await asyncio.to_thread(sip.trunk, route, authorities))
        found += sip.rtp_loop(settings.asterisk)
    if site is None:
        found.append(web.unasked(settings.console.host, contained=contained))
    else:
        found.append(await asyncio.to_thread(web.site, site, ca, datetime.now(UTC)))
    return found
