"""The life of an agreement: which state follows which, and when it is broken.

Pure. The debt is not replaced by its agreement: it goes on in its own ledger, where each
payment counts on its day. So an agreement that breaks leaves the debt as law and contract
have it, with what was paid imputed; one that is kept forgives what is then left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from cobranca.debts.charges import Position, Setting, late_since


class State(StrEnum):
    PROPOSED = "proposed"  #: Offered; nobody is bound yet.
    ACCEPTED = "accepted"  #: The debtor said yes; nothing is paid yet.
    ACTIVE = "active"  #: The first payment came.
    KEPT = "kept"  #: All is paid.
    BROKEN = "broken"  #: An instalment stayed unpaid beyond grace.
    RENEGOTIATED = "renegotiated"  #: Another agreement took its place.
    CANCELLED = "cancelled"  #: Ended without breach: expired, undone, withdrawn.


LIVING = frozenset({State.PROPOSED, State.ACCEPTED, State.ACTIVE})
BINDING = frozenset({State.ACCEPTED, State.ACTIVE})  # at most one of a debt


class ImpossibleTransition(ValueError):
    """O acordo não pode passar por isto no estado em que está."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why we say that the debtor accepted. Exactly one of the three, whole.

    A place in a recording (the call and the second), a message, or a click with its
    time and address. Raises ValueError.
    """

    recording: UUID | None = None
    second: float | None = None
    message: str | None = None
    clicked_at: datetime | None = None
    address: str | None = None

    def __post_init__(self) -> None:
        spoken = self.recording is not None and self.second is not None and self.second >= 0
        clicked = self.clicked_at is not None and bool(self.address)
        kinds = (spoken, bool(self.message), clicked)
        loose = (self.recording is None) != (self.second is None)
        loose = loose or (self.clicked_at is None) != (self.address is None)
        if sum(kinds) != 1 or loose:
            raise ValueError("a prova do aceite é uma só, e completa")


@dataclass(frozen=True, slots=True)
class Accepted:
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class PaymentCame:
    """`open` is what all instalments still owe after it."""

    open: Decimal


@dataclass(frozen=True, slots=True)
class PaymentWentBack:
    """`paid` is what stands of all payments."""

    paid: Decimal


@dataclass(frozen=True, slots=True)
class Lapsed:
    """An instalment is beyond grace."""

    number: int


@dataclass(frozen=True, slots=True)
class Replaced:
    by: UUID


@dataclass(frozen=True, slots=True)
class Withdrawn:
    reason: str


Event = Accepted | PaymentCame | PaymentWentBack | Lapsed | Replaced | Withdrawn


def next_state(state: State, event: Event) -> State:
    """Return what follows. Raises ImpossibleTransition.

    >>> next_state(State.ACTIVE, Lapsed(2))
    <State.BROKEN: 'broken'>
    """
    match state, event:
        case State.PROPOSED, Accepted():
            return State.ACCEPTED
        case State.ACCEPTED | State.ACTIVE, PaymentCame(open=left):
            return State.KEPT if left == 0 else State.ACTIVE
        case (
            State.BROKEN | State.RENEGOTIATED | State.CANCELLED | State.KEPT,
            PaymentCame(),
        ):
            return state  # it counts for the debt alone
        case State.KEPT | State.ACTIVE, PaymentWentBack(paid=paid):
            return State.ACTIVE if paid else State.ACCEPTED
        case State.BROKEN | State.RENEGOTIATED | State.CANCELLED, PaymentWentBack():
            return state
        case State.ACCEPTED | State.ACTIVE, Lapsed():
            return State.BROKEN
        case State.ACCEPTED | State.ACTIVE | State.BROKEN, Replaced():
            return State.RENEGOTIATED
        case State.PROPOSED | State.ACCEPTED, Withdrawn():
            return State.CANCELLED
        case _:
            raise ImpossibleTransition(f"{state}, {type(event).__name__}")


def lapsed(
    positions: Iterable[Position],
    on: date,
    setting: Setting,
    *,
    grace_days: int,
    tolerance: Decimal,
) -> int | None:
    """Return the number of the oldest instalment that breaks the agreement on that day.

    Grace counts from the bank day on which the instalment could last be paid.
    """
    for position in sorted(positions, key=lambda part: part.due_on):
        last = late_since(position.due_on, setting) + timedelta(days=grace_days)
        if position.total > tolerance and on > last:
            return position.number
    return None


def shares(owed: Mapping[UUID, Decimal], amount: Decimal) -> dict[UUID, Decimal]:
    """Split a payment over the debts of an agreement by what each owed, to the cent.

    The cents that do not divide go to those with the largest remainders.

    >>> owed = {UUID(int=1): Decimal("2.00"), UUID(int=2): Decimal("1.00")}
    >>> [str(part) for part in shares(owed, Decimal("0.05")).values()]
    ['0.03', '0.02']
    """
    whole = sum(int(part * 100) for part in owed.values())
    count = int(amount * 100)
    exact = {debt: divmod(int(part * 100) * count, whole) for debt, part in owed.items()}
    left = count - sum(quotient for quotient, _ in exact.values())
    first = sorted(exact, key=lambda debt: (-exact[debt][1], debt))[:left]
    return {
        debt: Decimal(quotient + (debt in first)).scaleb(-2)
        for debt, (quotient, _) in exact.items()
    }
