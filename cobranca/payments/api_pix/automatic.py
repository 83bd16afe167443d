"""Pix Automático: one authorisation by the payer, then a charge for each instalment.

The bank gives the recurrence its id, so creating one is not safe to repeat; charges carry
our txid and are. The payer may cancel until 23:59 of the day before a charge is due.
"""

from __future__ import annotations

from cobranca.payments.api_pix import answers
from cobranca.payments.api_pix.client import exists, read
from cobranca.payments.api_pix.connection import BankConnection
from cobranca.payments.api_pix.errors import AnswerNotUnderstood, BankRefused, ChargeDiffers
from cobranca.payments.api_pix.orders import Recurrence, RecurringCharge


class PixAutomatico:
    """One receiver's recurrences; every method raises BankFailure of some kind."""

    def __init__(self, connection: BankConnection) -> None:
        self._ask = connection.ask
        self._connection = connection

    async def create_recurrence(self, order: Recurrence) -> answers.Recurrence:
        """Create an authorisation to be approved by the payer. Not safe to repeat."""
        body = order.body()
        location = await self._ask("POST", "/locrec")
        if not isinstance(location, dict) or "id" not in location:
            raise AnswerNotUnderstood("locrec")
        made = await self._ask("POST", "/rec", body=body | {"loc": int(location["id"])})
        return read(answers.Recurrence, made)

    async def recurrence(self, recurrence_id: str) -> answers.Recurrence:
        return read(answers.Recurrence, await self._ask("GET", f"/rec/{recurrence_id}"))

    async def cancel_recurrence(self, recurrence_id: str) -> answers.Recurrence:
        cancelled = {"status": "CANCELADA"}
        told = await self._ask("PATCH", f"/rec/{recurrence_id}", body=cancelled)
        return read(answers.Recurrence, told)

    async def create_recurring(
        self, txid: str, order: RecurringCharge
    ) -> answers.RecurringCharge:
        """Create the charge of one instalment, or return the equal one made before."""
        try:
            told = await self._ask("PUT", f"/cobr/{txid}", body=order.body())
            charge = read(answers.RecurringCharge, told)
        except BankRefused as error:
            if error.status not in (400, 409) or not await exists(
                self._connection, "cobr", txid
            ):
                raise
            charge = await self.recurring(txid)
        if charge.amount != order.amount:
            raise ChargeDiffers(txid)
        return charge

    async def recurring(self, txid: str) -> answers.RecurringCharge:
        return read(answers.RecurringCharge, await self._ask("GET", f"/cobr/{txid}"))

    async def cancel_recurring(self, txid: str) -> answers.RecurringCharge:
        told = await self._ask("PATCH", f"/cobr/{txid}", body={"status": "CANCELADA"})
        return read(answers.RecurringCharge, told)
