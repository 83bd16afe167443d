"""What a delivery status notification says (RFC 3464), and what an SMTP answer means.

Pure. An enhanced status code (RFC 3463) or a plain answer becomes a code of ours; what is
quoted of the message itself is not read, for it names people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import Message

from cobranca.channels.message import Happened

_STATUS = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})", re.ASCII)
_CODES = {
    "1": "no_such_address",  # addressing
    "2": "mailbox_unavailable",  # the mailbox: full, closed
    "4": "not_reached",  # network and routing
    "7": "refused_by_policy",
}
_OTHER = "not_delivered"
_ACTIONS = {"failed": Happened.FAILED, "delivered": Happened.DELIVERED}


def code_of(status: str) -> str:
    """Return our code of an enhanced status.

    >>> code_of("5.1.1"), code_of("5.2.2"), code_of("5.9.9")
    ('no_such_address', 'mailbox_unavailable', 'not_delivered')
    """
    found = _STATUS.search(status)
    if found is None:
        return _OTHER
    if found[2] == "1" and found[3] not in ("0", "1", "2", "3", "6", "10"):
        return _OTHER  # about the sender's own address
    return _CODES.get(found[2], _OTHER)


def code_of_answer(code: int, text: str) -> str:
    """Return our code of what an SMTP server answered."""
    if _STATUS.search(text):
        return code_of(text)
    return "no_such_address" if code in (550, 551, 553) else _OTHER


def read_notification(content: bytes) -> tuple[Happened, str] | None:
    """Return what a bounce tells; None when it is none, or says that all goes on.

    A delayed message is tried further by who has it; an answer of a person or of a robot
    on holiday is no notification.
    """
    mail = message_from_bytes(content, policy=policy.default)
    for fields in _per_recipient(mail):
        happened = _ACTIONS.get(str(fields.get("Action", "")).strip().lower())
        if happened is Happened.FAILED:
            return happened, code_of(str(fields.get("Status", "")))
        if happened is not None:
            return happened, ""
    return None


def _per_recipient(mail: Message) -> Iterator[Message]:
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            payload = part.get_payload()
            blocks = payload if isinstance(payload, list) else []
            yield from (block for block in blocks if isinstance(block, Message))
