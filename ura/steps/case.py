"""What the steps of one call know together, and what each of them is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.agreements.simulation import Wishes
from cobranca.inbound.opening_hours import OpeningHours
from cobranca.payments.charging import PixCharge
from cobranca.payments.owing import Owing
from cobranca.portal.overview import DebtSeen
from foundation.clock import SAO_PAULO, Clock
from foundation.crypto import Keys

ORIGIN = "ura"  # in ledgers and offers: who it was heard by

Slots = Mapping[str, object]
Result = tuple[str, Slots]


class PixCodes(Protocol):
    """Gets codes from a bank."""

    async def code(self, owing: Owing) -> PixCharge:
        """Return a code for what is owed; raises BankFailure, PaymentRefused."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Code:
    """What can be paid with, and be read out; never to be printed."""

    kind: Literal["boleto", "pix"]
    charge: UUID
    debt: UUID
    text: str
    amount: Decimal
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What the steps of every call are done with. `pix` None: there is no bank.

    `owe` keeps a call-back (call, caller's number, debtor) without a database; OSError.
    """

    engine: AsyncEngine
    keys: Keys
    contact_clock: Callable[[], Clock]
    opening: OpeningHours
    pix: PixCodes | None = None
    owe: Callable[[UUID, str, UUID | None], None] | None = None


@dataclass(slots=True, kw_only=True)
class Case:
    """One call, as far as its steps have come. `caller` empty: nobody knows the number.

    `creditor`: for whom alone the number that was called answers, if for one.
    """

    means: Means
    call: UUID
    caller: str
    begun: datetime
    creditor: UUID | None = None
    expected: UUID | None = None  # whom we called
    agentless: bool = False  # no agent may have this call
    to_pay: UUID | None = None  # agreement or debt for which an agent sent him here
    debtor: UUID | None = None
    in_hand: UUID | None = None  # creditor of the matter that is spoken of
    debts: tuple[DebtSeen, ...] = ()  # in hand: of one creditor, in no agreement
    owed: Decimal = Decimal(0)  # of them
    wishes: Wishes = field(default_factory=Wishes)
    offer: UUID | None = None  # that was read out last
    agreement: UUID | None = None
    tries: int = 0  # of the identification
    wants_link: bool = False  # he asked for it before it was known who he is
    topics_told: bool = False  # where to begin was found out
    code: Code | None = None  # that was made last
    parts: list[str] = field(default_factory=list)  # of it, not read out yet

    @property
    def speaks_for(self) -> UUID | None:
        """The creditor whose recordings are heard: of the matter, else of the number."""
        return self.in_hand or self.creditor

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    @property
    def today(self) -> date:
        """The caller's day; money counts by real days."""
        return datetime.now(SAO_PAULO).date()

    @property
    def contact_now(self) -> datetime:
        """On the compliance clock."""
        return self.means.contact_clock().now()

    @property
    def second(self) -> float:
        """How far into the recording this is."""
        return max(0.0, round((self.now - self.begun).total_seconds(), 1))

    def known_debtor(self) -> UUID:
        """Who was identified: no flow leads to steps of the debt before."""
        if self.debtor is None:
            raise AssertionError("a step of the debt before the identification")
        return self.debtor
