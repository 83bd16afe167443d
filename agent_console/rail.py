"""The bank that the console asks for Pix codes, as long as the application runs.

None without a bank: then pages say that a code cannot be had, and all else works.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from aiohttp import web

from agent_console.portal.asking import KEYS
from agent_console.problems import Problem
from agent_console.services import DATABASE, SETTINGS
from cobranca.agreements.receiving import NoSuchInstalment
from cobranca.payments.api_pix.client import ApiPix
from cobranca.payments.api_pix.connection import BankConnection
from cobranca.payments.api_pix.errors import BankFailure
from cobranca.payments.bolepix import add_pix
from cobranca.payments.charging import PixCharge, pix_charge
from cobranca.payments.owing import NothingOwed, of_instalment
from cobranca.payments.pix.key import PixKey
from cobranca.payments.refusal import PaymentRefused
from foundation.observability import get_logger

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Rail:
    """An open connection to the bank, and the key that gets the money."""

    connection: BankConnection
    key: PixKey

    @property
    def api(self) -> ApiPix:
        return ApiPix(self.connection)


RAIL = web.AppKey[Rail | None]("rail")


async def open_rail(app: web.Application) -> AsyncIterator[None]:
    """Runs as long as the application, once whoever asks for it; may raise
    BankMisconfigured."""
    bank = app[SETTINGS].bank
    if RAIL in app or not bank.in_use:
        app.setdefault(RAIL, None)
        yield
        return
    async with BankConnection(bank.access()) as connection:
        app[RAIL] = Rail(connection, bank.key)
        yield


async def slip_pix(app: web.Application, charge: UUID) -> None:
    """Give a slip its Pix, if the bank is there; without it the slip is good as it is."""
    rail = app[RAIL]
    if rail is None:
        return
    try:
        await add_pix(app[DATABASE], rail.api, rail.key, app[KEYS], charge)
    except (BankFailure, PaymentRefused) as error:
        log.warning("slip_without_pix", why=type(error).__name__)


async def instalment_pix(app: web.Application, instalment: UUID, today: date) -> PixCharge:
    """Return a code for what an instalment owes today; raises Problem."""
    rail = app[RAIL]
    if rail is None:
        raise Problem("no_bank", 503)
    async with app[DATABASE].connect() as connection:
        try:
            owing = await of_instalment(connection, instalment, today)
        except NoSuchInstalment:
            raise Problem("no_instalment", 404) from None
        except NothingOwed:
            raise Problem("nothing_owed", 409) from None
    try:
        return await pix_charge(app[DATABASE], rail.api, rail.key, owing)
    except BankFailure as error:
        log.warning("pix_not_charged", why=type(error).__name__)
        raise Problem("bank_away", 503) from None
