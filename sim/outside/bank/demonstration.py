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
from sim.outside.bank.notices import Habits
from sim.outside.bank.server import Bank, running_bank
from sim.outside.settings import OutsideSettings

KEY = "123e4567-e12b-12d1-a456-426655440000"  # random: nobody's
RECEIVER = Receiver(name="Acordo Demonstracao", city="SAO PAULO")
CLIENT = "acordo"
SECRET = "simulated_bank"  # noqa: S105 - the name of the file that holds it
_SEED = 20260310


def folder(home: Path) -> Path:
    """Where its certificates are; keys in it are 0600."""
    return home / "outside" / "bank"


def environment(settings: UpSettings) -> Mapping[str, str]:
    """The settings by which the processes of a demonstration find the simulated bank."""
    if settings.bank.api_url is not None:
        return {}
    own = folder(settings.home)
    base = f"https://localhost:{settings.outside.bank_port}"
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
        "WEBHOOK_URL": f"https://localhost:{settings.bank.webhook_port}",
        "WEBHOOK_AUTHORITIES": str(own / "authority.pem"),
    }
    return {f"ACORDO_BANK__{name}": value for name, value in values.items()}


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
    ) as bank:
        yield bank
