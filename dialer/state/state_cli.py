"""`acordo state`: check the floor, build its projections anew, see it as it was."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, date, datetime
from datetime import time as clock_time
from typing import Any

import click
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.state.checking import Checked, LoginRefused, SwitchUnreachable, check
from dialer.state.history import Happened
from dialer.state.invariants import Violation
from dialer.state.rebuild import Rebuilt, rebuild_attempts, rebuild_board
from dialer.state.replay import floor_at
from dialer.state.telling import then_json, then_text
from dialer.state.words import subject, words
from foundation.bus import LOST, Bus
from foundation.bus import connect as connect_bus
from foundation.cli import Failure
from foundation.clock import SAO_PAULO
from foundation.db.engine import connect
from foundation.db.use import with_database
from foundation.embedded.valkey import redis_url
from foundation.settings import ProcessSettings

NO_DATABASE = "Banco de dados fora do ar; inicie com: acordo up"


@click.group()
def state() -> None:
    """Estado da operação: conferir, refazer, ver como estava."""


@state.command(name="check")
@click.option("--json", "as_json", is_flag=True, help="Para ser lido por um programa.")
def check_command(as_json: bool) -> None:
    """Confere o que nunca pode acontecer: banco, central e painel lado a lado, duas vezes.

    Sai com 0 se tudo concorda e com 1 se algo não concorda.
    """
    try:
        checked = asyncio.run(check(ProcessSettings()))
    except SwitchUnreachable as error:
        raise Failure(f"A central (Asterisk) não respondeu: {error}") from error
    except LoginRefused as error:
        raise Failure("A central recusou usuário ou senha do AMI.") from error
    except (SQLAlchemyError, OSError) as error:
        raise Failure(NO_DATABASE) from error
    click.echo(_json(checked) if as_json else _text(checked))
    if checked.violations:
        sys.exit(1)


@state.command(name="rebuild")
@click.option("--dry-run", is_flag=True, help="Só compara; não muda nada.")
@click.option("--json", "as_json", is_flag=True, help="Para ser lido por um programa.")
def rebuild_command(dry_run: bool, as_json: bool) -> None:
    """Refaz, a partir dos eventos, o que é só consequência deles.

    São as colunas das chamadas (resultado, horários, abandono) e o painel no Valkey. Diz o
    que diferia. Com --dry-run sai com 1 se algo diferir.
    """
    rebuilt = asyncio.run(_rebuild(ProcessSettings(), write=not dry_run))
    click.echo(_rebuilt_json(rebuilt) if as_json else _rebuilt_text(rebuilt, dry_run))
    if dry_run and rebuilt.changed:
        sys.exit(1)


async def _rebuild(settings: ProcessSettings, *, write: bool) -> Rebuilt:
    engine, client = connect(settings, pool_size=1), connect_bus(redis_url(settings))
    try:
        rebuilt = await rebuild_attempts(engine, write=write)
        if write:
            rebuilt.agents = await _board(engine, Bus(client))
        return rebuilt
    except (SQLAlchemyError, OSError) as error:
        raise Failure(NO_DATABASE) from error
    finally:
        await client.aclose()
        await engine.dispose()


async def _board(engine: AsyncEngine, bus: Bus) -> int:
    try:
        return await rebuild_board(engine, bus)
    except LOST as error:
        raise Failure("O Valkey não respondeu: o painel não foi refeito.") from error


def _rebuilt_json(rebuilt: Rebuilt) -> str:
    changed = {
        str(attempt): {
            name: [None if v is None else str(v) for v in pair]
            for name, pair in differs.items()
        }
        for attempt, differs in rebuilt.changed.items()
    }
    answer = {
        "attempts": rebuilt.attempts,
        "untold": rebuilt.untold,
        "agents": rebuilt.agents,
        "changed": changed,
    }
    return json.dumps(answer, ensure_ascii=False)


def _rebuilt_text(rebuilt: Rebuilt, dry_run: bool) -> str:
    lines = [f"{rebuilt.attempts} chamadas comparadas com os seus eventos."]
    if rebuilt.untold:
        lines.append(
            f"{rebuilt.untold} são de antes dos eventos completos e ficam como estão."
        )
    done = "diferem" if dry_run else "diferiam e foram corrigidas"
    lines.append(f"{len(rebuilt.changed)} {done}.")
    for attempt, differs in rebuilt.changed.items():
        told = ", ".join(f"{name}: {was} -> {now}" for name, (was, now) in differs.items())
        lines.append(f"  {attempt}: {told}")
    if not dry_run:
        lines.append(f"Painel refeito com {rebuilt.agents} atendentes.")
    return "\n".join(lines)


@state.command(name="at")
@click.argument("time")
@click.option("--day", help="Dia, como 2026-03-10; sem ele, hoje (São Paulo).")
@click.option("--json", "as_json", is_flag=True, help="Para ser lido por um programa.")
def at_command(time: str, day: str | None, as_json: bool) -> None:
    """Mostra a operação como estava em TIME (hora de São Paulo, como 14:03:20)."""
    at = instant(time, day)
    told = with_database(ProcessSettings(), lambda connection: floor_at(connection, at))
    click.echo(then_json(told) if as_json else then_text(told))


def instant(time: str, day: str | None) -> datetime:
    """Read a time of day in São Paulo; raises UsageError."""
    try:
        wanted = clock_time.fromisoformat(time)
        on = date.fromisoformat(day) if day else datetime.now(SAO_PAULO).date()
    except ValueError as error:
        raise click.UsageError("Escreva como 14:03:20 e --day 2026-03-10.") from error
    if wanted.tzinfo is not None or not 2000 <= on.year < 2100:
        raise click.UsageError("TIME é hora de São Paulo, sem fuso; --day é deste século.")
    return datetime.combine(on, wanted, SAO_PAULO).astimezone(UTC)


def _json(checked: Checked) -> str:
    answer = {
        "ok": not checked.violations,
        "calls": checked.calls,
        "agents": checked.agents,
        "channels": checked.channels,
        "board": checked.board,
        "violations": [as_json(one, history) for one, history in checked.violations],
    }
    return json.dumps(answer, ensure_ascii=False)


def as_json(one: Violation, history: list[Happened]) -> dict[str, Any]:
    return {
        "code": one.code.value,
        "kind": one.kind,
        "subject": one.subject,
        "detail": dict(one.detail),
        "history": [
            {
                "at": happened.at.isoformat(),
                "kind": happened.kind,
                "attempt": str(happened.attempt) if happened.attempt else None,
                "data": happened.data,
            }
            for happened in history
        ],
    }


def _text(checked: Checked) -> str:
    board = "" if checked.board else "; o Valkey não respondeu, o painel não foi conferido"
    lines = [
        f"{checked.calls} chamadas abertas, {checked.agents} atendentes na operação, "
        f"{checked.channels} canais na central{board}."
    ]
    if not checked.violations:
        lines.append("Tudo concorda.")
    for one, history in checked.violations:
        detail = ", ".join(f"{name}={value}" for name, value in one.detail.items())
        what = words()["broken"][one.code]
        lines.append(f"{what}: {subject(one.kind, one.subject)} ({detail})")
        for happened in history[-10:]:
            at = happened.at.astimezone(SAO_PAULO)
            lines.append(f"    {at:%d/%m %H:%M:%S.%f} {happened.kind}")
    return "\n".join(lines)
