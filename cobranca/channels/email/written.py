"""An e-mail as it goes out: headers, plain text and page, and where bounces come back.

Pure. The envelope's sender names the message, so that a bounce needs no reading of what it
quotes (VERP); it is signed by nothing, and a bounce of an unknown message is let go. The
`Message-ID` is the message's own, whoever sends it how often.
"""

from __future__ import annotations

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from uuid import UUID

from cobranca.channels.message import Outgoing

_RETURN = re.compile(r"retorno\+([0-9a-f]{32})@.+", re.ASCII)


def written(
    message: Outgoing, *, sender: str, name: str, domain: str, at: datetime
) -> EmailMessage:
    """Return the e-mail; raises ValueError for an address that none can have."""
    mail = EmailMessage(policy=SMTP.clone(max_line_length=78))
    mail["Subject"] = message.rendered.subject
    mail["From"] = Address(name, addr_spec=sender)
    mail["To"] = Address(addr_spec=message.to)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{message_id(message.id, domain)}>"
    mail["Auto-Submitted"] = "auto-generated"
    if message.unsubscribe:
        mail["List-Unsubscribe"] = f"<{message.unsubscribe}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    mail.set_content(message.rendered.text, charset="utf-8")
    if message.rendered.html:
        mail.add_alternative(message.rendered.html, subtype="html", charset="utf-8")
    return mail


def message_id(name: UUID, domain: str) -> str:
    """Return what a message is called everywhere, without its angle brackets."""
    return f"{name.hex}@{domain}"


def return_path(name: UUID, domain: str) -> str:
    """Return the envelope's sender of a message.

    >>> return_path(UUID(int=7), "retorno.example")
    'retorno+00000000000000000000000000000007@retorno.example'
    """
    return f"retorno+{name.hex}@{domain}"


def message_of(recipient: str) -> UUID | None:
    """Return which message a bounce to that address is about."""
    found = _RETURN.fullmatch(recipient.strip().lower())
    return UUID(hex=found[1]) if found else None
