"""What a message is, what becomes of it, and what proves it.

Pure values: no clock, no I/O. A message is queued with its template and ids; what it says
is worked out when it goes, so that an amount is never older than the message.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from cobranca.compliance.model import Purpose

Means = Literal["email", "sms"]


class State(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"  #: Asked, allowed and counted; the provider is being told.
    SENT = "sent"  #: The provider took it.
    DELIVERED = "delivered"  #: It reached the person's provider or telephone.
    READ = "read"  #: The person did what only a reader does.
    FAILED = "failed"  #: It will not arrive.
    UNSURE = "unsure"  #: We stopped while the provider was told: not sent a second time.
    REFUSED = "refused"  #: The policy said no, and waiting would not help.
    CANCELLED = "cancelled"  #: No longer wanted, such as after a payment.


class Happened(StrEnum):
    """What evidence tells."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


_NEVER_LEFT = frozenset({State.QUEUED, State.REFUSED, State.CANCELLED})
_ARRIVED = (State.DELIVERED, State.READ)


def after(state: State, happened: Happened) -> State:
    """Return the state that follows; evidence may come late, twice or out of order.

    What arrived did not fail afterwards, and a failure that turns out to have arrived did
    arrive. What never left stays as it is.

    >>> after(State.SENT, Happened.DELIVERED), after(State.READ, Happened.SENT)
    (<State.DELIVERED: 'delivered'>, <State.READ: 'read'>)
    """
    told = State(happened.value)
    match told:
        case _ if state in _NEVER_LEFT or state is State.READ:
            return state
        case State.READ:
            return told
        case State.DELIVERED:
            return told
        case State.FAILED:
            return state if state in _ARRIVED else told
        case _:
            return told if state in (State.SENDING, State.UNSURE) else state


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A message as it is read. An SMS has only the text."""

    text: str
    subject: str = ""
    html: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message on its way. `unsubscribe`: an address of ours, or empty."""

    id: UUID
    to: str  # E.164 or an e-mail address
    rendered: Rendered
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The provider took it. `parts`: what an SMS was cut into, and is paid by."""

    provider: str
    provider_id: str
    parts: int = 1


class NotTaken(Exception):
    """O provedor não aceitou a mensagem."""

    def __init__(self, code: str, *, transient: bool, unsure: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.transient = transient  # worth another try
        self.unsure = unsure  # it may have been taken all the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a provider tells of a message afterwards. `code` holds nothing personal."""

    provider: str
    provider_id: str
    happened: Happened
    at: datetime  # the provider's time
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message to be queued.

    `key`: the same fact twice is one message. `facts` are ids and other plain values that
    its template needs; `secret` is what must not lie in the clear (a code).
    """

    debtor: UUID
    template: str
    key: str
    means: Means | None = None  # None: by whatever reaches him, the e-mail first
    purpose: Purpose = "collection"
    creditor: UUID | None = None
    debt: UUID | None = None
    point: UUID | None = None  # None: the best when it goes
    due_at: datetime | None = None  # None: now
    asked_for: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)
    secret: str = ""
