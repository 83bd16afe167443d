"""Another copy of what is to be paid, written or read out.

The slip that is good still is sent again; else a new one is issued, and where the creditor
has no account for slips it is a Pix code. It goes to the debtor's addresses on file only.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.channels.message import Means, NewMessage
from cobranca.channels.pointing import candidates
from cobranca.channels.queue import put
from cobranca.payments.boletos import issue, standing_slip
from cobranca.payments.owing import NothingOwed, Owing, next_of_agreement, of_debt
from cobranca.payments.refusal import PaymentRefused
from cobranca.payments.store import ChargeRow
from cobranca.people import audit
from foundation.observability import get_logger
from ura.steps.case import ORIGIN, Case, Code, Result, Slots
from ura.steps.paying import pix_of, send_link

SLIP_DAYS = 3  # a slip that is issued now can be paid so long
_PART = 8  # characters of a Pix code that are read at a time

log = get_logger(__name__)


async def which_copy(case: Case, slots: Slots) -> Result:
    """A slip is of one debt: who has several in hand says which."""
    return ("several" if case.agreement is None and len(case.debts) > 1 else "one"), {}


async def copy_by_sms(case: Case, slots: Slots) -> Result:
    return await _send(case, slots, "sms")


async def copy_by_email(case: Case, slots: Slots) -> Result:
    return await _send(case, slots, "email")


async def copy_to_read(case: Case, slots: Slots) -> Result:
    """Have the code ready to be read out, and read its first part."""
    case.code = await _code(case)
    if case.code is None:
        await send_link(case, slots)
        return "nothing", {}
    return await find_code(case, slots)


async def find_code(case: Case, slots: Slots) -> Result:
    """Begin to read the code that was made in this call."""
    if case.code is None:
        return "nothing", {}
    case.parts = parts_of(case.code.text)
    return "read", {"part": case.parts.pop(0)}


async def next_part(case: Case, slots: Slots) -> Result:
    return ("read", {"part": case.parts.pop(0)}) if case.parts else ("over", {})


def parts_of(code: str) -> list[str]:
    """Cut a code as it is noted down: a slip's line in its fields, Pix in eights.

    >>> parts_of("00190.50095 40144.816069 06809.350314 3 33370000000100")
    ['0019050095', '40144816069', '06809350314', '3', '33370000000100']
    """
    fields = code.split(" ")
    if all(re.fullmatch(r"[0-9.]+", field) for field in fields):
        return [field.replace(".", "") for field in fields]
    return [code[at : at + _PART] for at in range(0, len(code), _PART)]


async def _send(case: Case, slots: Slots, means: Means) -> Result:
    debtor = case.known_debtor()
    async with case.means.engine.connect() as connection:
        if not await candidates(connection, debtor, means, None):
            return "no_address", {}
    code = case.code = await _code(case)
    if code is None:
        await send_link(case, slots)
        return "nothing", {}
    message = NewMessage(
        debtor=debtor,
        debt=code.debt,
        template=code.kind,
        key=f"{code.kind}:{code.charge}:{means}:{case.call}",
        means=means,
        purpose="service",
        asked_for=True,
        secret=code.text,
    )
    async with case.means.engine.begin() as connection:
        await put(connection, message, case.means.keys)
        await audit.record_debtor(
            connection, debtor, action="ura.second_copy", where=ORIGIN
        )
    return "sent", {"copy_amount": code.amount, "copy_due": code.due_on}


async def _code(case: Case) -> Code | None:
    """A code for what is in hand; None when there is nothing to pay, or no way now."""
    async with case.means.engine.connect() as connection:
        owing = await _owing(connection, case)
    if owing is None:
        return None
    return await _slip(case, owing) or await pix_of(case, owing)


async def _owing(connection: AsyncConnection, case: Case) -> Owing | None:
    if case.agreement is not None:
        return await next_of_agreement(connection, case.agreement, case.today)
    try:
        return (
            await of_debt(connection, case.debts[0].id, case.today) if case.debts else None
        )
    except NothingOwed:
        return None


async def _slip(case: Case, owing: Owing) -> Code | None:
    async with case.means.engine.begin() as connection:
        charge = await standing_slip(connection, owing, case.today)
        try:
            if charge is None:
                due = _due(owing, case.today)
                charge = await issue(connection, owing, due)
        except PaymentRefused as error:
            log.info("slip_not_issued", why=type(error).__name__)
            return None
        return await _slip_of(connection, charge, owing)


def _due(owing: Owing, today: date) -> date:
    """The instalment's own day while it is to come."""
    return max(owing.due_on, today + timedelta(days=SLIP_DAYS))


async def _slip_of(connection: AsyncConnection, charge: UUID, owing: Owing) -> Code:
    query = select(ChargeRow.code, ChargeRow.amount, ChargeRow.due_on)
    row = (await connection.execute(query.where(ChargeRow.id == charge))).one()
    return Code(
        kind="boleto", charge=charge, debt=owing.debt, text=row.code,
        amount=row.amount, due_on=row.due_on,
    )  # fmt: skip
