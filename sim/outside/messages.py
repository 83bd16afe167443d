"""The simulated providers of e-mail and SMS, run together, with one inbox."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from aiohttp import web

from cobranca.channels.outlets import REPORT_SECRET
from cobranca.channels.sms.listener import PATH
from foundation.health import listen
from foundation.home import Home
from foundation.plan import UpSettings
from foundation.settings import Outside
from sim.outside.bank.certificates import Certificates, make_certificates
from sim.outside.habits import DEMONSTRATION, MessageHabits
from sim.outside.inbox import Inbox
from sim.outside.mail.server import MailDesk, running_mail
from sim.outside.pages import pages
from sim.outside.sms.desk import SmsDesk
from sim.outside.sms.http_door import HttpDoor
from sim.outside.sms.smsc import Smsc, running_smsc

SYSTEM_ID = "acordo"
TOKEN = "simulated_sms"  # noqa: S105 - names of secrets in the state folder
SMPP_SECRET = "simulated_smsc"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Messages:
    """The running services."""

    inbox: Inbox
    mail: MailDesk
    sms: SmsDesk


def folder_of(home: Home) -> Path:
    """Where certificates are, and what arrived; keys in it are 0600."""
    return home.root / "outside" / "messages"


def inbox_file(home: Home) -> Path:
    return folder_of(home) / "inbox.jsonl"


def smpp_password(home: Home) -> str:
    """SMPP has room for eight characters."""
    return home.derived_secret(SMPP_SECRET, "smpp")[:8]


def environment(settings: UpSettings) -> Mapping[str, str]:
    """The settings by which a demonstration's worker finds these providers.

    None of a kind for which the address of a real one is set.
    """
    home, ports = Home(settings.home), settings.outside
    values: dict[str, str] = {}
    if settings.mail.host is None:
        values |= {
            "MAIL__HOST": ports.name,
            "MAIL__PORT": str(ports.mail_port),
            "MAIL__AUTHORITIES": str(folder_of(home) / "authority.pem"),
            "MAIL__BOUNCE_PORT": str(ports.bounces_port),
        }
    if settings.sms.url is None and settings.sms.host is None:
        values |= {
            "SMS__WAY": "http",
            "SMS__URL": f"http://{ports.name}:{ports.sms_port}/messages",
            "SMS__TOKEN_FILE": str(home.secret_path(TOKEN)),
            "SMS__REPORT_PORT": str(ports.reports_port),
        }
    return {f"ACORDO_{name}": value for name, value in values.items()}


@asynccontextmanager
async def running_messages(
    home: Home,
    ports: Outside,
    *,
    habits: MessageHabits = DEMONSTRATION,
    seed: int = 1,
) -> AsyncIterator[Messages]:
    """Run them until the block ends. Raises PortBusy, AddressUnusable."""
    random = np.random.default_rng(seed)
    context = _listening(make_certificates(folder_of(home), (ports.name,)))
    inbox = Inbox(inbox_file(home))
    mail = MailDesk(inbox, habits, random, (ports.worker, ports.bounces_port))
    sms = SmsDesk(inbox, habits, random)
    door = HttpDoor(
        sms,
        home.secret(TOKEN),
        f"http://{ports.worker}:{ports.reports_port}{PATH}",
        home.secret(REPORT_SECRET).encode(),
    )
    smsc = Smsc(sms, SYSTEM_ID, smpp_password(home))
    posting, reading = web.Application(), web.Application()
    posting.add_routes(door.routes())
    reading.add_routes(pages(inbox))
    try:
        async with (
            running_mail(ports.mail_port, mail, context, ports.host),
            running_smsc(ports.smpp_port, smsc, ports.host),
            listen(posting, ports.host, ports.sms_port, "SMS simulado"),
            listen(reading, ports.host, ports.pages_port, "mensagens simuladas"),
        ):
            yield Messages(inbox, mail, sms)
    finally:
        await sms.close()


def _listening(certificates: Certificates) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    own = certificates.bank  # its name is localhost, which is what clients verify
    context.load_cert_chain(own.certificate, own.private_key)
    return context
