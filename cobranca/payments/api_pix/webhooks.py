"""Where a bank is told to send its notices: of Pix, of recurrences and of their charges."""

from __future__ import annotations

from urllib.parse import quote

from cobranca.payments.api_pix.connection import BankConnection
from cobranca.payments.pix.key import PixKey


async def set_pix_webhook(connection: BankConnection, key: PixKey, url: str) -> None:
    """Ask for notices of Pix to one key at `url`, to which the bank adds `/pix`."""
    path = f"/webhook/{quote(key.text, safe='')}"
    await connection.ask("PUT", path, body={"webhookUrl": url})


async def set_automatic_webhooks(connection: BankConnection, url: str) -> None:
    """Ask for notices of recurrences and their charges; the bank adds `/rec`, `/cobr`."""
    await connection.ask("PUT", "/webhookrec", body={"webhookUrl": url})
    await connection.ask("PUT", "/webhookcobr", body={"webhookUrl": url})
