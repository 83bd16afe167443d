"""The JSON of campaigns: what a form sends, what a page shows."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from dialer.answering.answer import Mode
from dialer.campaigns.counting import Count
from dialer.campaigns.editing import Campaign, Terms
from dialer.campaigns.filling import FILLING
from dialer.campaigns.filter import DebtorFilter

STALLED_AFTER = timedelta(seconds=15)  # without a sign of life of the worker


class Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TermsForm(Form):
    """Durations in seconds; `target` a share 0..1. `machines` null: as it is."""

    name: str = Field(min_length=1, max_length=80, pattern=r"^\S(.*\S)?$")
    mode: Literal[
        "predictive", "progressive", "ratio", "erlang", "agentless", "preview", "manual"
    ] = "predictive"
    target: float = Field(0.025, ge=0, le=1)
    max_attempts: int = Field(5, ge=1, le=100)
    ring_timeout_s: float = Field(30, ge=5, le=120)
    threshold_s: float = Field(2, ge=0.5, le=10)
    wrap_up_s: float = Field(30, ge=0, le=3600)
    machines: Mode | None = None

    def terms(self) -> Terms:
        return Terms(**self.model_dump())

    @classmethod
    def of(cls, terms: Terms) -> TermsForm:
        """Without checks: what is stored is shown as it is."""
        return cls.model_construct(**asdict(terms))


class CampaignForm(Form):
    terms: TermsForm
    filter: DebtorFilter


class NewCampaignForm(CampaignForm):
    """The same `key` sent twice makes one campaign; whoever changes the form takes
    another."""

    key: str | None = Field(None, min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")


class EditForm(CampaignForm):
    """`version` is that of the campaign from which the form was made."""

    version: int = Field(ge=1, le=2**31 - 1)


class CountOut(Form):
    """`debtors` null: it takes too long. Not `exact`: about so many, from a sample."""

    debtors: int | None
    exact: bool

    @classmethod
    def of(cls, count: Count) -> CountOut:
        return cls(debtors=count.debtors, exact=count.exact)


class ProgressOut(Form):
    """Of a list that is being filled; `total` null: they are being looked for.

    `stalled`: the worker has given no sign of life for a while.
    """

    debtors: int
    total: int | None
    stalled: bool

    @classmethod
    def of(cls, seen: Campaign) -> ProgressOut | None:
        if seen.status != FILLING:
            return None
        told: dict[str, Any] = seen.progress or {}
        at = datetime.fromisoformat(told["at"]) if told else seen.changed_at
        late = at is None or datetime.now(UTC) - at > STALLED_AFTER
        done, total = told.get("done", 0), told.get("total")
        return cls(debtors=done, total=total, stalled=late)


class CampaignOut(Form):
    """`trouble` says, for people, why there is no list; `size` is 0 then."""

    id: UUID
    status: str
    creditor: str
    terms: TermsForm
    filter: DebtorFilter
    size: int
    progress: ProgressOut | None
    trouble: str | None
    version: int
    changed_at: datetime | None
    changed_by: str | None

    @classmethod
    def of(cls, seen: Campaign) -> CampaignOut:
        return cls(
            id=seen.id,
            status=seen.status,
            creditor=seen.creditor,
            terms=TermsForm.of(seen.terms),
            filter=seen.filter,
            size=seen.size,
            progress=ProgressOut.of(seen),
            trouble=seen.trouble,
            version=seen.version,
            changed_at=seen.changed_at,
            changed_by=seen.changed_by,
        )


class CampaignsOut(Form):
    campaigns: list[CampaignOut]


class PortfolioOut(Form):
    id: UUID
    name: str


class CreditorOut(Form):
    id: UUID
    name: str
    portfolios: list[PortfolioOut]
    products: list[str]


class OptionsOut(Form):
    """What a filter may name."""

    creditors: list[CreditorOut]
