"""E-mail by SMTP (aiosmtplib): one connection a message, encrypted, with time-outs.

What a server answers with 4xx is tried again later, 5xx is final. A connection that breaks
after the text was sent leaves it open whether the server has it: then it is not sent twice.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from pathlib import Path
from typing import Literal

import aiosmtplib

from cobranca.channels.email.bounces import code_of_answer
from cobranca.channels.email.written import message_id, return_path, written
from cobranca.channels.message import NotTaken, Outgoing, Taken

PROVIDER = "email"
TIMEOUT_S = 20.0
_FIRST_PERMANENT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpAccess:
    """What it takes to hand e-mails to a provider."""

    host: str
    port: int
    tls: Literal["starttls", "tls", "none"]
    authorities: Path | None
    username: str | None
    password: str | None
    sender: str
    name: str
    bounce_domain: str

    @property
    def context(self) -> ssl.SSLContext | None:
        if self.tls == "none":
            return None
        return ssl.create_default_context(cafile=self.authorities and str(self.authorities))


class SmtpChannel:
    """Is a Channel."""

    repeatable = False  # few servers look at the Message-ID

    def __init__(self, access: SmtpAccess) -> None:
        self._access = access

    async def send(self, message: Outgoing) -> Taken:
        access = self._access
        try:
            mail = written(
                message,
                sender=access.sender,
                name=access.name,
                domain=access.bounce_domain,
                at=datetime.now(UTC),
            )
            context = access.context
        except (ValueError, MessageError) as error:
            raise NotTaken("no_such_address", transient=False) from error
        except OSError as error:  # the authority's file is not there (yet)
            raise NotTaken("no_authority", transient=True) from error
        client = aiosmtplib.SMTP(
            hostname=access.host,
            port=access.port,
            use_tls=access.tls == "tls",
            start_tls=access.tls == "starttls",
            tls_context=context,
            username=access.username,
            password=access.password,
            timeout=TIMEOUT_S,
        )
        sender = return_path(message.id, access.bounce_domain)
        await _connected(client)
        try:
            await client.send_message(mail, sender=sender, recipients=[message.to])
        except aiosmtplib.SMTPException as error:
            raise _refusal(error) from error
        finally:
            client.close()
        name = message_id(message.id, access.bounce_domain)
        return Taken(provider=PROVIDER, provider_id=name)

    async def close(self) -> None:
        """Nothing stays open between two messages."""


async def _connected(client: aiosmtplib.SMTP) -> None:
    try:
        await client.connect()
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        raise NotTaken("not_reached", transient=True) from error


def _refusal(error: aiosmtplib.SMTPException) -> NotTaken:
    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            return _refusal(error.recipients[0])
        case aiosmtplib.SMTPResponseException():
            code = code_of_answer(error.code, error.message)
            return NotTaken(code, transient=error.code < _FIRST_PERMANENT)
        case _:  # cut off, or silent, perhaps after the text
            return NotTaken("cut_off", transient=False, unsure=True)
