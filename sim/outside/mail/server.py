"""The simulated provider of e-mail: an SMTP server with STARTTLS, and its mailboxes.

A mailbox that is full is found out after the mail was taken: then a delivery status
notification goes to the envelope's sender, as RFC 3464 has it.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import aiosmtplib
import numpy as np
from aiosmtpd.smtp import SMTP, Envelope, Session

from sim.outside.habits import FULL, REFUSED, SLOW, MessageHabits
from sim.outside.inbox import Arrived, Inbox
from sim.outside.under_way import UnderWay

LOOPBACK = "127.0.0.1"
_NAME = "correio.example"


class MailDesk:
    """The handler of the SMTP server."""

    def __init__(
        self,
        inbox: Inbox,
        habits: MessageHabits,
        random: np.random.Generator,
        bounces: tuple[str, int],
    ) -> None:
        self.inbox = inbox
        self._habits = habits
        self._random = random
        self._bounces = bounces
        self._seen_slow: set[str] = set()
        self._under_way = UnderWay()

    async def handle_RCPT(  # noqa: N802 - the library calls it so
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if address.startswith(REFUSED):
            return "550 5.1.1 mailbox does not exist"
        slow = address.startswith(SLOW) and address not in self._seen_slow
        if slow or self._random.random() < self._habits.busy_share:
            self._seen_slow.add(address)
            return "451 4.7.1 try again later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        if not isinstance(content, bytes):
            return "554 5.6.0 not bytes"
        for address in envelope.rcpt_tos:
            delay_s = float(self._random.uniform(*self._habits.delay_s))
            unlucky = self._random.random() < self._habits.undelivered_share
            full = address.startswith(FULL) or unlucky
            work = self._arrive(address, envelope.mail_from or "", content, delay_s, full)
            self._under_way.begin(work)
        return "250 2.0.0 taken"

    async def settle(self) -> None:
        await self._under_way.settle()

    async def close(self) -> None:
        await self._under_way.close()

    async def _arrive(
        self, address: str, sender: str, content: bytes, delay_s: float, full: bool
    ) -> None:
        await asyncio.sleep(delay_s)
        if full:
            await self._bounce(address, sender)
            return
        mail = message_from_bytes(content, policy=policy.default)
        self.inbox.put(
            Arrived(
                kind="email",
                to=address,
                sender=str(mail["From"]),
                subject=str(mail["Subject"]),
                text=_part(mail, "plain"),
                html=_part(mail, "html"),
                at=datetime.now(UTC),
            )
        )

    async def _bounce(self, address: str, sender: str) -> None:
        host, port = self._bounces
        try:
            await aiosmtplib.send(
                notification(address, sender),
                sender="",
                recipients=[sender],
                hostname=host,
                port=port,
                start_tls=False,
                timeout=5.0,
            )
        except (aiosmtplib.SMTPException, OSError):
            return  # nobody listens: real bounces are lost as well


def notification(address: str, sender: str, status: str = "5.2.2") -> EmailMessage:
    """Return a bounce as a mail server writes it."""
    mail = EmailMessage()
    mail["From"] = f"Mail Delivery Subsystem <mailer-daemon@{_NAME}>"
    mail["To"] = sender
    mail["Subject"] = "Undelivered Mail Returned to Sender"
    mail.set_content("Your message could not be delivered.\n")
    report = EmailMessage()
    report["Reporting-MTA"] = f"dns; {_NAME}"
    per = EmailMessage()
    per["Final-Recipient"] = f"rfc822; {address}"
    per["Action"] = "failed"
    per["Status"] = status
    status_part = EmailMessage()
    status_part["Content-Type"] = "message/delivery-status"
    status_part.set_payload([report, per])
    mail.make_mixed()
    mail.attach(status_part)
    mail.replace_header("Content-Type", "multipart/report; report-type=delivery-status")
    return mail


def _part(mail: Any, kind: str) -> str:
    body = mail.get_body(preferencelist=(kind,))
    return "" if body is None else str(body.get_content())


@asynccontextmanager
async def running_mail(
    port: int, desk: MailDesk, context: ssl.SSLContext | None, host: str = LOOPBACK
) -> AsyncIterator[int]:
    """Serve until the block ends; yields the port."""
    loop = asyncio.get_running_loop()

    def serve() -> SMTP:
        return SMTP(
            desk,
            hostname=_NAME,
            tls_context=context,
            require_starttls=context is not None,
            loop=loop,
            ident="correio simulado",
        )

    server = await loop.create_server(serve, host, port)
    try:
        async with server:
            yield int(server.sockets[0].getsockname()[1])
    finally:
        await desk.close()
