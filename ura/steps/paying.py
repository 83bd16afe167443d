"""A Pix code to the debtor's telephone while he is on the line.

It goes to the mobile line on file, never to whatever number calls. The code is asked for
before it is queued; where the bank is away, a link goes instead.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.channels.message import NewMessage
from cobranca.channels.pointing import candidates
from cobranca.channels.queue import put
from cobranca.payments.api_pix.errors import BankFailure
from cobranca.payments.charging import PixCharge
from cobranca.payments.owing import next_of_agreement
from cobranca.payments.refusal import PaymentRefused
from foundation.observability import get_logger
from ura.steps.case import Case, Result, Slots

log = get_logger(__name__)


async def send_payment(case: Case, slots: Slots) -> Result:
    """Send the code of the next instalment."""
    engine, debtor = case.means.engine, case.known_debtor()
    if case.means.pix is None or case.agreement is None:
        return await _later(case)
    async with engine.connect() as connection:
        owing = await next_of_agreement(connection, case.agreement, case.today)
        reached = await candidates(connection, debtor, "sms", None)
    if owing is None or not reached:
        return await _later(case)
    try:
        charge = await case.means.pix.code(owing)
    except (BankFailure, PaymentRefused) as error:
        log.warning("pix_not_charged", why=type(error).__name__)
        return await _later(case)
    async with engine.begin() as connection:
        await put(connection, _message(case, charge), case.means.keys)
    return "sent", {}


async def _later(case: Case) -> Result:
    """A link to where he can pay goes instead."""
    async with case.means.engine.begin() as connection:
        await put_link(connection, case)
    return "later", {}


async def send_link(case: Case, slots: Slots) -> Result:
    """For who does not hear or speak well: where all can be done in writing.

    It goes to the debtor on file, so to nobody before he is known: then it is kept in mind.
    """
    if case.debtor is None:
        case.wants_link = True
        return "unknown", {}
    async with case.means.engine.begin() as connection:
        await put_link(connection, case)
    return "sent", {}


async def put_link(connection: AsyncConnection, case: Case) -> None:
    """Queue the link to the portal, once a call."""
    link = NewMessage(
        debtor=case.known_debtor(),
        template="portal_link",
        key=f"portal_link:{case.call}",
        purpose="service",
        asked_for=True,
    )
    await put(connection, link)


def _message(case: Case, charge: PixCharge) -> NewMessage:
    return NewMessage(
        debtor=case.known_debtor(),
        debt=charge.owing.debt,
        template="pix",
        key=f"pix:{charge.charge_id}:{case.call}",
        means="sms",
        purpose="service",
        asked_for=True,
        secret=charge.code,
    )
