"""The simulated bank as the demonstration's bank: where it is, and how it is reached.

A real bank is other settings, and none of these are given to a process when the address of
one is set.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from cobranca.payments.pix.brcode import Receiver
from foundation.home import Home
from foundation.plan import UpSettings
from sim.outside.bank.card_desk import CardDesk
from sim.outside.bank.notices import Habits
from sim.outside.bank.server import Bank, running_bank
from sim.outside.settings import OutsideSettings

KEY = "123e4567-e12b-12d1-a456-426655440000"  # random: nobody's
RECEIVER = Receiver(name="Acordo Demonstracao", city="SAO PAULO")
CLIENT = "acordo"
SECRET = "simulated_bank"  # noqa: S105 - the name of the file that holds it
CARD_SECRET, CARD_SIGNING = "simulated_card", "simulated_card_webhooks"
ACCOUNT = {
    "BANK": "999",
    "BRANCH": "1",
    "ACCOUNT": "12345",
    "HOLDER": "Acordo Demonstracao",
    "DOCUMENT": "11222333000181",
}
_SEED = 20260310


def folder(home: Path) -> Path:
    """Where its certificates are; keys in it are 0600."""
    return home / "outside" / "bank"


def environment(settings: UpSettings) -> Mapping[str, str]:
    """The settings by which the processes of a demonstration find the simulated bank."""
    return {**_card(settings), **_account(settings), **_bank(settings)}


def _card(settings: UpSettings) -> Mapping[str, str]:
    """The simulated provider of cards, on the page of the payers, if it is on this machine:
    it speaks plain HTTP, which is believed of nobody farther away."""
    if settings.card.url is not None or settings.outside.name != "localhost":
        return {}
    home = Home(settings.home)
    return {
        "ACORDO_CARD__URL": f"http://localhost:{settings.outside.payer_port}",
        "ACORDO_CARD__SECRET_FILE": str(home.secret_path(CARD_SECRET)),
        "ACORDO_CARD__SIGNING_SECRET_FILE": str(home.secret_path(CARD_SIGNING)),
    }


def _account(settings: UpSettings) -> Mapping[str, str]:
    if settings.transfer.bank is not None:
        return {}
    return {f"ACORDO_TRANSFER__{name}": value for name, value in ACCOUNT.items()}


def _bank(settings: UpSettings) -> Mapping[str, str]:
    if settings.bank.api_url is not None:
        return {}
    own = folder(settings.home)
    base = f"https://{settings.outside.name}:{settings.outside.bank_port}"
    values = {
        "API_URL": base,
        "TOKEN_URL": f"{base}/oauth/token",
        "CLIENT_ID": CLIENT,
        "CLIENT_SECRET_FILE": str(Home(settings.home).secret_path(SECRET)),
        "CERTIFICATE": str(own / "client.pem"),
        "PRIVATE_KEY": str(own / "client.key"),
        "AUTHORITIES": str(own / "authority.pem"),
        "PIX_KEY": KEY,
        "RECEIVER_NAME": RECEIVER.name,
        "RECEIVER_CITY": RECEIVER.city,
        "BRANCH": "1",
        "ACCOUNT_NUMBER": "12345",
        "WEBHOOK_URL": f"https://{settings.outside.worker}:{settings.bank.webhook_port}",
        "WEBHOOK_AUTHORITIES": str(own / "authority.pem"),
    }
    return {f"ACORDO_BANK__{name}": value for name, value in values.items()}


def demonstration_cards(settings: OutsideSettings) -> CardDesk:
    """The provider of cards: its page is for browsers here, its notices for the console."""
    home, console = Home(settings.home), settings.console
    return CardDesk(
        f"http://localhost:{settings.outside.payer_port}",
        home.secret(CARD_SECRET),
        home.secret(CARD_SIGNING).encode(),
        webhook_url=f"http://{console.host}:{console.port}/webhooks/card",
    )


@asynccontextmanager
async def demonstration_bank(settings: OutsideSettings) -> AsyncIterator[Bank]:
    """Run it until the block ends."""
    own = settings.outside
    habits = Habits(
        delay_s=(0.0, own.notice_delay_s),
        duplicate_share=own.notice_twice,
        lost_share=own.notice_lost,
    )
    async with running_bank(
        folder(settings.home),
        own.bank_port,
        key=KEY,
        receiver=RECEIVER,
        client_id=CLIENT,
        client_secret=Home(settings.home).secret(SECRET),
        habits=habits,
        seed=_SEED,
        host=own.host,
        names=(own.name, own.worker),
    ) as bank:
        yield bank
