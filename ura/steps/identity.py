"""Who is on the line: a CPF says who he claims to be, a birth date proves it.

A CPF that nobody has is answered as a wrong birth date is, so that nobody can find out
who is on file. Whoever tries one person's birth dates call after call gets no further.
"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.contacts import robot_calls
from cobranca.contacts.identification import (
    Hearing,
    NotAskedNow,
    heard_answer,
    heard_who,
    known_of,
)
from cobranca.contacts.identity import Claimed, Fact, Level
from cobranca.debtors.service import debtor_with_document
from cobranca.debtors.store import DebtorRow
from foundation.brasil.document import InvalidDocument, parse_document
from ura.steps.case import Case, Result, Slots
from ura.steps.paying import put_link

CONFIRMED, WRONG, FAILED = "confirmed", "wrong", "failed"
_START = 3  # digits of a CPF that prove nothing by themselves
MOST_TRIES = 2
MOST_WRONG = 6  # answers for one CPF in WITHIN, over all calls
WITHIN = timedelta(hours=24)


async def identify(case: Case, slots: Slots) -> Result:
    """Judge what was keyed or said; two wrong answers end it for this call."""
    cpf, birth = str(slots["cpf"]), slots["birth"]
    case.tries += 1
    async with case.means.engine.begin() as connection:
        debtor = await _claimed(connection, case, cpf)
        level = Level.CLAIMED
        if debtor is not None and isinstance(birth, date):
            level = await _judged(connection, case, debtor, cpf, birth)
        if debtor is not None and level is Level.CONFIRMED:
            name = await connection.scalar(
                select(DebtorRow.name).where(DebtorRow.id == debtor)
            )
            await _known(connection, case, debtor)
            return CONFIRMED, {"name": str(name)}
    failed = level is Level.FAILED or case.tries >= MOST_TRIES
    return FAILED if failed else WRONG, {}


async def identify_called(case: Case, slots: Slots) -> Result:
    """The same for whom we called: he proves it by how his CPF begins and his birth."""
    birth, debtor = slots["birth"], case.expected
    if debtor is None or not isinstance(birth, date):
        raise AssertionError("nobody was called, or no date")
    case.tries += 1
    async with case.means.engine.begin() as connection:
        start = str(slots["document_start"])
        level = await _judged(connection, case, debtor, start, birth)
        if level is Level.CONFIRMED:
            await _known(connection, case, debtor)
            return CONFIRMED, {}
    failed = level is Level.FAILED or case.tries >= MOST_TRIES
    return FAILED if failed else WRONG, {}


async def _known(connection: AsyncConnection, case: Case, debtor: UUID) -> None:
    await robot_calls.identified(connection, case.call, debtor)
    case.debtor = debtor
    if case.wants_link:
        await put_link(connection, case)


async def _claimed(connection: AsyncConnection, case: Case, cpf: str) -> UUID | None:
    try:
        document = parse_document(cpf)
    except InvalidDocument:
        return None
    return await debtor_with_document(connection, case.means.keys, document)


async def _judged(
    connection: AsyncConnection, case: Case, debtor: UUID, cpf: str, birth: date
) -> Level:
    await robot_calls.claimed(connection, case.call, debtor)
    wrong = await robot_calls.wrong_answers(connection, debtor, case.now - WITHIN)
    if wrong >= MOST_WRONG:
        return Level.FAILED
    hearing = Hearing(attempt=case.call, debtor=debtor, agent=None, at=case.now)
    known = await known_of(connection, case.means.keys, debtor)
    if case.tries == 1:
        await heard_who(connection, hearing, Claimed())
        await heard_answer(connection, hearing, known, Fact.DOCUMENT_START, cpf[:_START])
    try:
        now = await heard_answer(
            connection, hearing, known, Fact.BIRTH_DATE, f"{birth:%d%m%Y}"
        )
    except NotAskedNow:  # no birth date is on file
        return Level.FAILED
    return now.level
