"""`acordo compliance meters`."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import click
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance.meters.model import Lines, Reading
from cobranca.compliance.meters.service import lines_of, read_meters
from cobranca.compliance.meters.telling import sentence, source
from foundation.db.contact_clock import contact_day
from foundation.db.use import with_database
from foundation.routes import read_routes
from foundation.settings import ProcessSettings


@click.command(name="meters")
@click.option("--json", "as_json", is_flag=True, help="Para ser lido por um programa.")
def meters_command(as_json: bool) -> None:
    """Mostra quanto cada número, operadora e CNPJ já usou das linhas do regulador.

    Chamadas curtas e abandono do dia, chamadas do mês; com os freios que já foram puxados.
    """
    settings = ProcessSettings()
    lines = lines_of(settings.meters)

    async def use(connection: AsyncConnection) -> tuple[date, list[Reading]]:
        today = await contact_day(connection)
        return today, await read_meters(connection, read_routes(settings), lines, today)

    today, found = with_database(settings, use)
    click.echo(_json(today, found, lines) if as_json else _text(today, found, lines))


def _json(today: date, found: list[Reading], lines: Lines) -> str:
    return json.dumps(
        {"day": today.isoformat(), "meters": [shown(one, lines) for one in found]},
        ensure_ascii=False,
    )


def shown(reading: Reading, lines: Lines) -> dict[str, Any]:
    """A reading as plain values."""
    return {
        "meter": reading.meter,
        "scope": reading.scope,
        "name": reading.name,
        "used": round(reading.used, 4),
        "share": round(reading.share, 4),
        "calls": reading.calls,
        "alarm": reading.alarm,
        "brake": reading.brake,
        "text": sentence(reading, lines),
        "source": source(reading),
    }


def _text(today: date, found: list[Reading], lines: Lines) -> str:
    told = [f"Em {today:%d/%m/%Y}:"]
    told += [f"  {_mark(one)} {sentence(one, lines)}" for one in found]
    return "\n".join(told if found else [*told, "  nenhuma chamada contada ainda."])


def _mark(reading: Reading) -> str:
    if reading.brake is not None:
        return "FREIO "
    return f"{reading.alarm:.0%}   " if reading.alarm is not None else "      "
