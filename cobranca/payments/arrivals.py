"""What banks say, as arrivals of money: one translation for each way of hearing.

Pure. An arrival names its charge by our own identifier where the bank sends it back, else
by the bank and its nosso número. `Priced` is what the bank says was due on the day; it
counts only when it began from the amount that we had asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from cobranca.payments.api_pix.answers import Notice, Pix
from cobranca.payments.cnab.retorno import Answer, Retorno
from cobranca.payments.pix.txid import charge_of
from cobranca.payments.reconciling import Arrival
from foundation.clock import SAO_PAULO


@dataclass(frozen=True, slots=True)
class Priced:
    """The bank's own sum: the amount registered, and what was due on the day."""

    original: Decimal
    due: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An arrival and the charge that it names, in whichever way."""

    arrival: Arrival
    charge_id: UUID | None = None
    bank: str | None = None
    nosso_numero: str | None = None
    priced: Priced | None = None


def pix_heard(notice: Notice) -> Iterator[Heard]:
    """Yield every Pix of a webhook, those of recurring charges too."""
    for pix in notice.payments:
        yield heard_of_pix(pix)
    for charge in notice.recurring:
        for pix in charge.payments:
            yield heard_of_pix(pix)


def heard_of_pix(pix: Pix) -> Heard:
    """One Pix; the day of paying is the one in Brasília."""
    refunded = sum(
        (each.amount for each in pix.refunds if each.state == "DEVOLVIDO"), Decimal(0)
    )
    parts = pix.parts
    return Heard(
        arrival=Arrival(
            reference=pix.end_to_end,
            means="pix",
            amount=pix.amount,
            paid_on=pix.at.astimezone(SAO_PAULO).date(),
            refunded=refunded,
        ),
        charge_id=None if pix.txid is None else charge_of(pix.txid),
        priced=None if parts is None else Priced(parts.original.amount, parts.due),
    )


def retorno_heard(told: Retorno) -> Iterator[Heard]:
    """Yield the paid titles of a retorno; the other occurrences move no money."""
    for answer in told.answers:
        if answer.occurrence.kind == "paid" and answer.paid > 0:
            yield _heard_of_title(told.bank, answer)


def _heard_of_title(bank: str, answer: Answer) -> Heard:
    """A bank has no number for a payment: title, day and amount are its reference.

    Two equal payments of one title on one day would look like one; banks settle a
    registered title once, and a second payment comes with occurrence 17 and another day.
    """
    paid_on = answer.occurred_on or answer.credited_on
    if paid_on is None:
        raise ValueError("paid title without a date")
    reference = f"{bank}:{answer.nosso_numero}:{paid_on:%Y%m%d}:{answer.occurrence.code}"
    return Heard(
        arrival=Arrival(
            reference=reference, means="boleto", amount=answer.paid, paid_on=paid_on
        ),
        charge_id=answer.charge_id,
        bank=bank,
        nosso_numero=answer.nosso_numero,
        priced=Priced(answer.amount, answer.amount + answer.interest - answer.discount),
    )
