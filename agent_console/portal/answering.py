"""The one question of whoever comes by a link, asked and judged alike at every door."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from aiohttp import web

from agent_console.portal.asking import KEYS, PACES, require_pace, too_often
from agent_console.portal.paces import ANSWERS_PER_DEBTOR
from agent_console.services import DATABASE
from cobranca.contacts.identification import known_of
from cobranca.contacts.identity import Known
from cobranca.portal.identity import Factor, UnreadableAnswer, factor_of, is_right


class Judged(NamedTuple):
    """What was asked, and whether the answer is right; None: it cannot be read, no try."""

    factor: Factor
    right: bool | None


async def factor_for(request: web.Request, debtor: UUID) -> Factor:
    """Return what this debtor is asked."""
    return factor_of(await _known(request, debtor))


async def judged(request: web.Request, debtor: UUID, said: str) -> Judged:
    """Judge an answer as typed.

    Raises the problem of too many requests: of this address, or of answers for the debtor.
    """
    await require_pace(request)
    if not await request.app[PACES].take(ANSWERS_PER_DEBTOR, str(debtor)):
        raise too_often()
    known = await _known(request, debtor)
    try:
        return Judged(factor_of(known), is_right(known, said))
    except UnreadableAnswer:
        return Judged(factor_of(known), None)


async def _known(request: web.Request, debtor: UUID) -> Known:
    async with request.app[DATABASE].connect() as connection:
        return await known_of(connection, request.app[KEYS], debtor)
