"""What a bank's answer (retorno) does beside bringing money, to the slips themselves.

A slip that was rejected is taken back, so that the next asking issues another one. One for
which the bank made a Pix of its own is printed with it from then on: paid by it, the bank
settles the slip itself and tells so as of any other. A Pix that cannot be kept is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Row,
    Text,
    Uuid,
    any_,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.store import CreditorRow
from cobranca.payments.banking_store import BillingAccountRow
from cobranca.payments.cnab.retorno import Answer, IllegibleLine, is_rejected
from cobranca.payments.pix.brcode import Receiver, dynamic_code
from cobranca.payments.refusal import InvalidPixCode
from cobranca.payments.store import ChargeRow

STEP = 200  # payments, or slips, that are seen to at one asking
# a code must name a city; the payer's bank shows what the charge's address tells instead
_ANYWHERE = "Brasil"
_NO_SLIP = "Pix de um boleto que não é nosso ou já foi retirado"
_KEEP = text(
    """
    UPDATE charge c SET pix = told.code
      FROM unnest(CAST(:slips AS uuid[]), CAST(:codes AS text[])) AS told (slip, code)
     WHERE c.id = told.slip
    """
)


@dataclass(slots=True)
class Noted:
    """What answers come to: slips to take back, Pix to keep on which, what was left out.

    A slip that has a Pix keeps the one that it has, and is in none of them.
    """

    rejected: list[UUID] = field(default_factory=list)
    pix: dict[UUID, str] = field(default_factory=dict)  # copia e cola
    left_out: list[IllegibleLine] = field(default_factory=list)


async def note(
    connection: AsyncConnection, bank: str, answers: Sequence[Answer], now: datetime
) -> Noted:
    """See to a step's answers in three statements, however many. Commits not."""
    if not answers:
        return Noted()
    noted = _noted(answers, await _slips(connection, bank, answers))
    if noted.rejected:
        await connection.execute(
            update(ChargeRow)
            .where(ChargeRow.id == any_(_array(noted.rejected)))
            # withdrawn: the bank has it no more, and is not asked to cancel it
            .values(removed_at=now, withdrawn_at=now)
        )
    if noted.pix:
        values = {"slips": list(noted.pix), "codes": list(noted.pix.values())}
        await connection.execute(_KEEP, values)
    return noted


def _noted(answers: Iterable[Answer], slips: Mapping[int, Row[Any]]) -> Noted:
    """Pure. `slips` by the line of their answer."""
    noted = Noted()
    for one in answers:
        slip = slips.get(one.line)
        if is_rejected(one) and slip is not None:
            noted.rejected.append(slip.id)
        if is_rejected(one) or not one.pix:
            continue
        try:
            if slip is None:
                raise InvalidPixCode("pix_no_slip", _NO_SLIP)
            if slip.pix is None:
                receiver = Receiver(name=slip.name, city=_ANYWHERE)
                noted.pix.setdefault(slip.id, dynamic_code(one.pix, receiver))
        except InvalidPixCode as error:
            noted.left_out.append(IllegibleLine(one.line, error.code, error.text))
    return noted


async def _slips(
    connection: AsyncConnection, bank: str, answers: Sequence[Answer]
) -> dict[int, Row[Any]]:
    """The one slip of ours that stands, of each line that is about one; kept from change.

    They are locked in one order, so that two files of the same slips wait for each other.
    """
    query = (
        select(ChargeRow.id, ChargeRow.nosso_numero, ChargeRow.pix, CreditorRow.name)
        .join(BillingAccountRow, BillingAccountRow.id == ChargeRow.billing_account_id)
        .join(CreditorRow, CreditorRow.id == BillingAccountRow.creditor_id)
        .where(
            ChargeRow.means == "boleto",
            ChargeRow.bank == bank,
            ChargeRow.removed_at.is_(None),
            _named(answers),
        )
        .order_by(ChargeRow.id)
        .with_for_update(key_share=True, of=ChargeRow)
    )
    rows: list[Any] = list(await connection.execute(query))
    by_name: defaultdict[UUID | str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        by_name[row.id].append(row)
        by_name[row.nosso_numero].append(row)
    found = ((one.line, by_name[one.charge_id or one.nosso_numero]) for one in answers)
    # two accounts may have the same number
    return {line: same[0] for line, same in found if len(same) == 1}


def _named(answers: Sequence[Answer]) -> ColumnElement[bool]:
    """By our own name where the bank sent it back, else by its number."""
    numbers = [one.nosso_numero for one in answers if one.charge_id is None]
    return or_(
        ChargeRow.id == any_(_array([one.charge_id for one in answers if one.charge_id])),
        ChargeRow.nosso_numero == any_(literal(numbers, ARRAY(Text))),
    )


def _array(names: list[UUID]) -> ColumnElement[Any]:
    return literal(names, ARRAY(Uuid))
