"""Contract terms as data: what lateness costs, and in which order a payment counts.

Pure. Terms are read from JSON or TOML; what the law forbids is refused here, with the text
that a person reads. Rates are fractions (0.01 is 1 %), days are calendar days.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from cobranca.debts.accounts import OWED, Account
from foundation.brasil.bank_days import TownCalendar, town_calendar
from foundation.refused import Refused

FINE_MAX = Decimal("0.02")  # CDC art. 52 § 1
_REVOLVING_CAP = Decimal("1.00")  # Lei 14.690/2023 art. 28: charges <= the principal
_LEGAL_BEFORE = Decimal("0.01")  # a month: CC art. 406 as it was, with CTN art. 161 § 1

DayCount = Literal["30", "365", "month"]
_EACH_MONTH = (
    r"((0[13-9]|1[0-2])-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8])"
    r"|(0[13578]|1[02])-31)"
)
Holiday = Annotated[  # `01-25` of every year, `2026-07-09` of one
    str, Field(json_schema_extra={"pattern": f"^((19|20)[0-9]{{2}}-)?{_EACH_MONTH}$"})
]
Share = Annotated[Decimal, Field(max_digits=18, decimal_places=15)]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NoInterest(_Data):
    kind: Literal["none"] = "none"


class MonthlyInterest(_Data):
    """Simple, by month, in proportion to the days.

    `day_count`: a month of 30 days, a twelfth of a year of 365, or whole months from the
    due day and the rest over the days of the month that runs.
    """

    kind: Literal["monthly"] = "monthly"
    rate: Share = Field(ge=0, le=Decimal("0.20"))
    day_count: DayCount = "30"


class DailyInterest(_Data):
    """Simple, by day."""

    kind: Literal["daily"] = "daily"
    rate: Share = Field(ge=0, le=Decimal("0.01"))


class LegalInterest(_Data):
    """The legal rate of Lei 14.905/2024 (Resolução CMN 5.171/2024), from its table.

    The law holds since 30/8/2024; days before it bear `before`, a simple rate a month.
    """

    kind: Literal["legal"] = "legal"
    before: Share = Field(default=_LEGAL_BEFORE, ge=0, le=Decimal("0.02"))


Interest = Annotated[
    NoInterest | MonthlyInterest | DailyInterest | LegalInterest,
    Field(discriminator="kind"),
]


class Terms(_Data):
    """What a contract says of lateness. By default nothing is added to what is owed."""

    fine: Share = Field(default=Decimal(0), ge=0)  # once, of the corrected principal
    interest: Interest = NoInterest()
    correction: str | None = Field(default=None, pattern=r"^[a-z0-9_]+$")  # an index
    grace_days: int = Field(default=0, ge=0, le=90)  # late no longer than this is not late
    bank_days: bool = True  # a due date without bank moves to the next one with
    holidays: tuple[Holiday, ...] = Field(default=(), max_length=60)  # the town's
    cap: Share | None = Field(default=None, ge=0)  # all charges, of the principal
    revolving: bool = False  # revolving credit: the law's cap holds
    order: tuple[Account, ...] = (  # CC art. 354: interest before principal
        Account.FEES,
        Account.FINE,
        Account.INTEREST,
        Account.CORRECTION,
        Account.PRINCIPAL,
    )
    impute_by: Literal["instalment", "account"] = "instalment"  # the oldest, or all of one
    source: str = Field(default="", max_length=400)  # where it is written: clause, page

    @field_validator("fine")
    @classmethod
    def _within_the_law(cls, fine: Decimal) -> Decimal:
        if fine > FINE_MAX:
            raise Refused("multa acima de 2 % (CDC, art. 52, § 1º)")
        return fine

    @field_validator("holidays")
    @classmethod
    def _days(cls, holidays: tuple[str, ...]) -> tuple[str, ...]:
        town_calendar(holidays)
        return holidays

    @field_validator("order")
    @classmethod
    def _each_once(cls, order: tuple[Account, ...]) -> tuple[Account, ...]:
        if sorted(order) != sorted(OWED):
            raise Refused("a ordem de imputação precisa ter cada conta uma vez")
        return order

    @model_validator(mode="after")
    def _revolving_cap(self) -> Self:
        if self.revolving and self.cap is not None and self.cap > _REVOLVING_CAP:
            raise Refused(
                "encargos do rotativo acima de 100 % do principal (Lei 14.690/2023)"
            )
        return self

    @cached_property
    def town(self) -> TownCalendar:
        """The holidays of the town in which the contract is paid."""
        return town_calendar(self.holidays)

    @property
    def cap_share(self) -> Fraction | None:
        """What all charges may come to, as a share of the principal; None: no cap."""
        if self.revolving and self.cap is None:
            return Fraction(_REVOLVING_CAP)
        return None if self.cap is None else Fraction(self.cap)


def usual() -> Terms:
    """What most contracts say: 2 % once, 1 % a month by days.

    >>> usual().fine
    Decimal('0.02')
    """
    return Terms(fine=FINE_MAX, interest=MonthlyInterest(rate=Decimal("0.01")))
