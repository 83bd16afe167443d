"""A Pix code to the debtor while he is on the line.

It goes to the mobile line or the e-mail on file, never to whatever number calls. The code
is asked for before it is queued; where the bank is away, a link goes instead.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.channels.message import Means, NewMessage
from cobranca.channels.pointing import candidates
from cobranca.channels.queue import put
from cobranca.payments.api_pix.errors import BankFailure
from cobranca.payments.owing import Owing, next_of_agreement
from cobranca.payments.refusal import PaymentRefused
from foundation.observability import get_logger
from ura.steps.case import Case, Code, Result, Slots

_WAYS: tuple[Means, ...] = ("sms", "email")  # in the order of trying

log = get_logger(__name__)


async def send_payment(case: Case, slots: Slots) -> Result:
    """Send the code of the next instalment: by SMS, or else by e-mail."""
    engine, debtor = case.means.engine, case.known_debtor()
    if case.means.pix is None or case.agreement is None:
        return await _later(case)
    async with engine.connect() as connection:
        owing = await next_of_agreement(connection, case.agreement, case.today)
        reached = [
            means for means in _WAYS if await candidates(connection, debtor, means, None)
        ]
    code = await pix_of(case, owing) if owing is not None and reached else None
    if code is None:
        return await _later(case)
    case.code = code
    async with engine.begin() as connection:
        await put(connection, _message(case, code, reached[0]), case.means.keys)
    return ("sent" if reached[0] == "sms" else "emailed"), {}


async def pix_of(case: Case, owing: Owing) -> Code | None:
    """A Pix code from the bank; None without a bank, or while it is away."""
    if case.means.pix is None:
        return None
    try:
        charge = await case.means.pix.code(owing)
    except (BankFailure, PaymentRefused) as error:
        log.warning("pix_not_charged", why=type(error).__name__)
        return None
    return Code(
        kind="pix", charge=charge.charge_id, debt=charge.owing.debt, text=charge.code,
        amount=charge.owing.amount, due_on=charge.owing.on,
    )  # fmt: skip


async def _later(case: Case) -> Result:
    await send_link(case, {})
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


def _message(case: Case, code: Code, means: Means) -> NewMessage:
    return NewMessage(
        debtor=case.known_debtor(),
        debt=code.debt,
        template="pix",
        key=f"pix:{code.charge}:{case.call}",
        means=means,
        purpose="service",
        asked_for=True,
        secret=code.text,
    )
