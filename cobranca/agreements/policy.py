"""Negotiation policy: what may be offered to whom, by whom, until when. Versioned data.

Pure. A policy is never changed: a new version is published beside it, and each offer names
the version that allowed it. Shares and monthly rates are fractions (0.30 is 30 %).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cobranca.debts.terms import Terms
from foundation.refused import Refused

INSTALMENTS_MAX = 120
Amount = Annotated[Decimal, Field(max_digits=12, decimal_places=2)]
Share = Annotated[Decimal, Field(max_digits=16, decimal_places=15)]
Word = Annotated[str, Field(max_length=120)]


def _twice_is_once(schema: dict[str, Any]) -> None:
    """A value named twice in a set is refused by nobody, so the schema must not say so."""
    schema.pop("uniqueItems", None)


TwiceIsOnce = Field(json_schema_extra=_twice_is_once)


class Authority(StrEnum):
    """Who offers. Each may give what those before it may."""

    ROBOT = "robot"  #: URA, chat robot, portal.
    AGENT = "agent"
    SUPERVISOR = "supervisor"


class Channel(StrEnum):
    URA = "ura"
    DESK = "desk"  #: An agent types it in a call.
    CHAT = "chat"
    PORTAL = "portal"
    API = "api"


_UNATTENDED = frozenset({Channel.URA, Channel.CHAT, Channel.PORTAL})


def authority_of(channel: Channel) -> Authority:
    """Who speaks by a channel where nobody says more: nobody, or a person's program.

    >>> authority_of(Channel.CHAT), authority_of(Channel.API)
    (<Authority.ROBOT: 'robot'>, <Authority.SUPERVISOR: 'supervisor'>)
    """
    return Authority.ROBOT if channel in _UNATTENDED else Authority.SUPERVISOR


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Condition(_Data):
    """One way to pay, for the debts that it fits. What is left out sets no limit."""

    name: str = Field(min_length=1, max_length=80)  # people read it
    days_late: tuple[int, int] = (0, 36_500)  # of the oldest instalment, both included
    amount: tuple[Amount, Amount] = (Decimal(0), Decimal("1000000000.00"))
    segments: Annotated[frozenset[Word], TwiceIsOnce] = Field(
        default=frozenset(), max_length=200
    )
    channels: Annotated[frozenset[Channel], TwiceIsOnce] = frozenset()
    instalments: tuple[int, int] = (1, 1)  # how many payments, the first one included
    discount: Mapping[Authority, Share] = {}  # the most; none for who is left out
    discount_of_charges: bool = False  # of the charges alone, not of all that is owed
    min_instalment: Amount = Field(default=Decimal("0.01"), gt=0)
    first_payment: Share = Field(default=Decimal(0), ge=0, lt=1)  # least share at first
    monthly_rate: Share = Field(default=Decimal(0), ge=0, le=Decimal("0.20"))
    first_within_days: int = Field(default=5, ge=0, le=60)
    due_days: Annotated[frozenset[int], TwiceIsOnce] = Field(
        default=frozenset(), max_length=31
    )  # of the month, for all but the first payment

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        for low, high in (self.days_late, self.amount, self.instalments):
            if not 0 <= low <= high:
                raise Refused(f"{self.name}: faixa de {low} a {high} não existe")
        if not 1 <= self.instalments[0] <= self.instalments[1] <= INSTALMENTS_MAX:
            raise Refused(f"{self.name}: de 1 a {INSTALMENTS_MAX} parcelas")
        limits = [self.limit(authority) for authority in Authority]
        if any(not 0 <= limit <= 1 for limit in limits):
            raise Refused(f"{self.name}: desconto de 0 a 100 %")
        if limits != sorted(limits):
            raise Refused(
                f"{self.name}: robô não pode dar mais desconto que atendente,"
                " nem atendente mais que supervisor"
            )
        if any(not 1 <= day <= 31 for day in self.due_days):
            raise Refused(f"{self.name}: dia de vencimento de 1 a 31")
        return self

    def limit(self, authority: Authority) -> Decimal:
        """Return the most that this authority may forgive, as a share."""
        return self.discount.get(authority, Decimal(0))


class Policy(_Data):
    """A version of a negotiation policy, with the days on which it may be used."""

    code: str = Field(pattern=r"^[a-z0-9_-]{1,40}$")
    version: int = Field(ge=1)
    valid_from: date
    valid_until: date | None = None  # a campaign's last day
    creditors: Annotated[frozenset[Word], TwiceIsOnce] = Field(
        default=frozenset(), max_length=200
    )  # their CNPJ or name; empty: any
    offer_days: int = Field(default=5, ge=0, le=60)  # an offer may be accepted this long
    grace_days: int = Field(default=10, ge=0, le=90)  # an instalment later than this breaks
    tolerance: Amount = Field(default=Decimal(0), ge=0, le=10)  # may be missing, unharmed
    late: Terms = Terms()  # what a late instalment of the agreement costs
    conditions: tuple[Condition, ...] = Field(min_length=1, max_length=100)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise Refused("a política termina antes de começar")
        names = [condition.name for condition in self.conditions]
        if len(set(names)) != len(names):
            raise Refused("duas condições com o mesmo nome")
        return self

    def in_force(self, on: date) -> bool:
        """Whether an offer may be made by it on that day."""
        return self.valid_from <= on and (
            self.valid_until is None or on <= self.valid_until
        )
