"""The client of API Pix: what can be asked of any bank that follows the standard.

Charges carry our txid, so asking again after a silence finds what the first asking made:
creating is safe to repeat, and a charge that exists with another amount is an error.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from cobranca.payments.api_pix import answers
from cobranca.payments.api_pix.connection import BankConnection
from cobranca.payments.api_pix.errors import (
    AnswerNotUnderstood,
    BankRefused,
    ChargeDiffers,
    NotAtBank,
)
from cobranca.payments.api_pix.orders import DueCharge, ImmediateCharge, written

_M = TypeVar("_M", bound=BaseModel)
ChargeKind = Literal["cob", "cobv"]


class ApiPix:
    """One receiver's API Pix; every method raises BankFailure of some kind."""

    def __init__(self, connection: BankConnection) -> None:
        self._ask = connection.ask
        self._connection = connection

    async def create(self, txid: str, order: ImmediateCharge | DueCharge) -> answers.Charge:
        """Create a charge, or return the equal one that an earlier asking made."""
        kind: ChargeKind = "cob" if isinstance(order, ImmediateCharge) else "cobv"
        try:
            told = await self._ask("PUT", f"/{kind}/{txid}", body=order.body())
            charge = read(answers.Charge, told)
        except BankRefused as error:
            if error.status not in (400, 409) or not await exists(
                self._connection, kind, txid
            ):
                raise
            charge = await self.charge(kind, txid)
        if charge.amount != order.amount:
            raise ChargeDiffers(txid)
        return charge

    async def charge(self, kind: ChargeKind, txid: str) -> answers.Charge:
        return read(answers.Charge, await self._ask("GET", f"/{kind}/{txid}"))

    async def revise(
        self, kind: ChargeKind, txid: str, changes: Mapping[str, Any]
    ) -> answers.Charge:
        """Change fields of an active charge, in the API's own names."""
        return read(
            answers.Charge, await self._ask("PATCH", f"/{kind}/{txid}", body=changes)
        )

    async def remove(self, kind: ChargeKind, txid: str) -> answers.Charge:
        """Take an unpaid charge back, so that nobody can pay it any more."""
        removed = {"status": "REMOVIDA_PELO_USUARIO_RECEBEDOR"}
        return await self.revise(kind, txid, removed)

    async def pix(self, end_to_end: str) -> answers.Pix:
        return read(answers.Pix, await self._ask("GET", f"/pix/{end_to_end}"))

    async def received(
        self, since: datetime, until: datetime
    ) -> AsyncIterator[answers.Pix]:
        """Yield every Pix received in the span: what heals a lost webhook."""
        page = 0
        while True:
            query = {
                "inicio": since.isoformat(),
                "fim": until.isoformat(),
                "paginacao.paginaAtual": str(page),
            }
            told = read(answers.PixList, await self._ask("GET", "/pix", query=query))
            for pix in told.payments:
                yield pix
            page += 1
            if page >= told.page.pages:
                return

    async def refund(
        self, end_to_end: str, refund_id: str, amount: Decimal
    ) -> answers.Refund:
        """Give back part or all of a Pix; `refund_id` is ours, so repeating is safe."""
        path = f"/pix/{end_to_end}/devolucao/{refund_id}"
        told = await self._ask("PUT", path, body={"valor": written(amount)})
        return read(answers.Refund, told)


async def exists(connection: BankConnection, kind: str, txid: str) -> bool:
    """Tell whether the bank has a charge of that kind and txid."""
    try:
        await connection.ask("GET", f"/{kind}/{txid}")
    except NotAtBank:
        return False
    return True


def read(model: type[_M], told: object) -> _M:
    """Read an answer; its content never enters the error, for it may name people."""
    try:
        return model.model_validate(told)
    except ValidationError as error:
        places = sorted({".".join(map(str, each["loc"])) for each in error.errors()})
        raise AnswerNotUnderstood(f"{model.__name__}: {', '.join(places)}") from None
