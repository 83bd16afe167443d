"""Pix codes by the bank's API, for the steps of a conversation."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.payments.api_pix.client import ApiPix
from cobranca.payments.api_pix.connection import BankConnection
from cobranca.payments.charging import PixCharge, pix_charge
from cobranca.payments.owing import Owing
from cobranca.payments.pix.key import PixKey


class BankPix:
    """As `steps.case.PixCodes`."""

    def __init__(self, engine: AsyncEngine, bank: BankConnection, key: PixKey) -> None:
        self._engine = engine
        self._bank = bank
        self._key = key

    async def code(self, owing: Owing) -> PixCharge:
        return await pix_charge(self._engine, ApiPix(self._bank), self._key, owing)
