"""Takes bounces in: an SMTP server of ours for the domain that envelopes name.

The domain's mail is sent on to it (an MX record, or a line in the mail server before it).
It takes nothing but mail to addresses that name a message of ours; nothing is kept of it
but what it says of the delivery.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from aiosmtpd.smtp import SMTP, Envelope, Session

from cobranca.channels.email.bounces import read_notification
from cobranca.channels.email.smtp import PROVIDER
from cobranca.channels.email.written import message_id, message_of
from cobranca.channels.message import Report
from foundation.health import bind_failure
from foundation.observability import get_logger

LARGEST = 2**20  # bytes of a bounce
_LISTENER = "avisos de devolução de e-mail"

log = get_logger(__name__)

Keep = Callable[[Report], Awaitable[None]]


class _Bounces:
    """The handler of the SMTP server."""

    def __init__(self, domain: str, keep: Keep) -> None:
        self._domain = domain
        self._keep = keep

    async def handle_RCPT(  # noqa: N802 - the library calls it so
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if message_of(address) is None:
            return "550 5.1.1 no such address"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        told = read_notification(content) if isinstance(content, bytes) else None
        if told is None:
            log.info("mail_that_is_no_bounce")
            return "250 2.0.0 OK"
        for address in envelope.rcpt_tos:
            name = message_of(address)
            if name is not None:
                await self._keep(
                    Report(
                        provider=PROVIDER,
                        provider_id=message_id(name, self._domain),
                        happened=told[0],
                        at=datetime.now(UTC),
                        code=told[1],
                    )
                )
        return "250 2.0.0 OK"


@asynccontextmanager
async def listening(host: str, port: int, domain: str, keep: Keep) -> AsyncIterator[int]:
    """Listen while the block runs; yields the port. Raises PortBusy, AddressUnusable.

    `keep` commits a report or raises; the sender of the bounce is told to come again then.
    """
    loop = asyncio.get_running_loop()
    handler = _Bounces(domain, keep)

    def serve() -> SMTP:
        return SMTP(
            handler, hostname=domain, data_size_limit=LARGEST, loop=loop, ident="acordo"
        )

    try:
        server = await loop.create_server(serve, host, port)
    except OSError as error:
        raise bind_failure(error, host, port, _LISTENER) from error
    async with server:
        yield int(server.sockets[0].getsockname()[1])
