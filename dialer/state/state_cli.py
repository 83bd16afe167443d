"""`acordo state`: check the floor, build its projections anew, see it as it was."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import click
from sqlalchemy.exc import SQLAlchemyError

from dialer.state.checking import Checked, LoginRefused, SwitchUnreachable, check
from dialer.state.history import Happened
from dialer.state.invariants import Violation
from dialer.state.words import subject, words
from foundation.cli import Failure
from foundation.clock import SAO_PAULO
from foundation.settings import ProcessSettings


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
        raise Failure("Banco de dados fora do ar; inicie com: acordo up") from error
    click.echo(_json(checked) if as_json else _text(checked))
    if checked.violations:
        sys.exit(1)


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
