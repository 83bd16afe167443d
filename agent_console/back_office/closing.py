"""Handlers that close a creditor or a portfolio, or open it again."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from agent_console.api.endpoint import Asked
from agent_console.back_office import creditors
from agent_console.back_office.contracts import CreditorOut
from agent_console.negotiation.contracts import Form
from agent_console.problems import Problem
from agent_console.services import DATABASE
from cobranca.debts.closed import Closed
from cobranca.debts.closing import creditor_of, set_closed
from cobranca.people import audit


class StateForm(Form):
    closed: bool


async def set_creditor(asked: Asked[StateForm, None]) -> CreditorOut:
    return await _set(asked, Closed.CREDITOR)


async def set_portfolio(asked: Asked[StateForm, None]) -> CreditorOut:
    return await _set(asked, Closed.PORTFOLIO)


async def _set(asked: Asked[StateForm, None], kind: Closed) -> CreditorOut:
    """Asked again it is as it was; only what changes is on the trail."""
    name, shut = UUID(asked.path["id"]), asked.body.closed
    at = datetime.now(UTC) if shut else None
    async with asked.request.app[DATABASE].begin() as connection:
        changed = await set_closed(connection, kind, name, at)
        if changed is None:
            raise Problem(f"no_{kind}", 404)
        if changed:
            action = f"{kind}.{'closed' if shut else 'reopened'}"
            await audit.record(connection, asked.who, action=action, subject=(kind, name))
        creditor = await creditor_of(connection, kind, name)
        return (await creditors.listed(connection, creditor)).creditors[0]
