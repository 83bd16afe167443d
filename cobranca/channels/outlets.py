"""The channels that a worker has open, one set in a process: made at first use.

The settings pick the adapters. Without a provider in them a message waits, and its row says
why: nobody is written to by accident.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from cobranca.channels.email.smtp import SmtpAccess, SmtpChannel
from cobranca.channels.message import Means, NotTaken, Outgoing, Taken
from cobranca.channels.ports import Channel
from cobranca.channels.sms.http import HttpAccess, HttpChannel
from cobranca.channels.sms.smpp import SmppAccess, SmppChannel
from cobranca.settings import WorkerSettings
from foundation.home import Home

NO_PROVIDER = "no_provider"
REPORT_SECRET = "sms_report"  # noqa: S105 - name of a secret in the state folder

_OPEN: WeakKeyDictionary[asyncio.AbstractEventLoop, Outlets] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class NoProvider:
    """In the place of a channel that nobody has set up."""

    repeatable: bool = True

    async def send(self, message: Outgoing) -> Taken:
        raise NotTaken(NO_PROVIDER, transient=True)

    async def close(self) -> None:
        """Nothing is open."""


class Outlets:
    """The channels by means."""

    def __init__(self, settings: WorkerSettings) -> None:
        self.smpp = smpp_of(settings)
        self._channels: dict[Means, Channel] = {
            "email": _mail(settings),
            "sms": self.smpp or _sms(settings),
        }

    def channel(self, means: Means) -> Channel:
        return self._channels[means]

    async def close(self) -> None:
        for channel in self._channels.values():
            await channel.close()


def outlets_of(settings: WorkerSettings) -> Outlets:
    """Return those of the running loop."""
    loop = asyncio.get_running_loop()
    if loop not in _OPEN:
        _OPEN[loop] = Outlets(settings)
    return _OPEN[loop]


async def close_outlets() -> None:
    """Close what is open in the running loop; the next use opens it again."""
    found = _OPEN.pop(asyncio.get_running_loop(), None)
    if found is not None:
        await found.close()


def report_secret(settings: WorkerSettings) -> bytes:
    """What reports of SMS over HTTP are signed with."""
    given = settings.sms.report_secret
    text = given.get_secret_value() if given else Home(settings.home).secret(REPORT_SECRET)
    return text.encode()


def _mail(settings: WorkerSettings) -> Channel:
    mail = settings.mail
    if mail.host is None:
        return NoProvider()
    return SmtpChannel(
        SmtpAccess(
            host=mail.host,
            port=mail.port,
            tls=mail.tls,
            authorities=mail.authorities,
            username=mail.username,
            password=mail.password.get_secret_value() if mail.password else None,
            sender=mail.sender,
            name=settings.portal.name,
            bounce_domain=mail.bounce_domain,
        )
    )


def _sms(settings: WorkerSettings) -> Channel:
    sms = settings.sms
    if sms.way != "http" or sms.url is None:
        return NoProvider()
    token = sms.token.get_secret_value() if sms.token else ""
    return HttpChannel(HttpAccess(url=sms.url, token=token, sender=sms.sender))


def smpp_of(settings: WorkerSettings) -> SmppChannel | None:
    """Return the SMPP session, when SMS go that way."""
    sms = settings.sms
    if sms.way != "smpp" or sms.host is None:
        return None
    password = sms.password.get_secret_value() if sms.password else ""
    return SmppChannel(
        SmppAccess(
            host=sms.host,
            port=sms.port,
            system_id=sms.system_id,
            password=password,
            sender=sms.sender,
        )
    )
