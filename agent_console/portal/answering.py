"""The one question of whoever comes in by a link, judged alike behind every door."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from agent_console.portal.asking import KEYS, PACES, require_pace, too_often
from agent_console.portal.paces import ANSWERS_PER_DEBTOR
from agent_console.services import DATABASE
from cobranca.contacts.identification import known_of
from cobranca.portal.identity import UnreadableAnswer, is_right


async def judged(request: web.Request, debtor: UUID, said: str) -> bool | None:
    """Whether the answer is right; None: it cannot be read, and is no try.

    Raises the problem of too many requests: of this address, or of answers for the debtor.
    """
    await require_pace(request)
    if not await request.app[PACES].take(ANSWERS_PER_DEBTOR, str(debtor)):
        raise too_often()
    async with request.app[DATABASE].connect() as connection:
        known = await known_of(connection, request.app[KEYS], debtor)
    try:
        return is_right(known, said)
    except UnreadableAnswer:
        return None
