"""What the policy's interface takes and gives. Instants are on the compliance clock."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cobranca.compliance.model import Means, Purpose

Code = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
Text = Annotated[str, Field(max_length=400)]


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ExplainQuery(Model):
    """`at` without a zone is São Paulo's time; without `at`, now."""

    means: Means = "voice"
    purpose: Purpose = "collection"
    debt: UUID | None = None  # about this one alone
    at: dt.datetime | None = None


class ExplainIn(ExplainQuery):
    document: Annotated[str, Field(min_length=11, max_length=18)]  # CPF or CNPJ


class RuleOut(Model):
    rule: str
    title: str
    source: str
    until: dt.datetime | None  # None: not by waiting


class SeenOut(Model):
    allowed: bool
    rule: str
    source: str
    until: dt.datetime | None  # refused: when it would be allowed
    open_until: dt.datetime | None  # allowed: when it no longer is
    closed_by: RuleOut | None
    objections: list[RuleOut]


class ForCreditorOut(SeenOut):
    creditor_id: UUID | None
    creditor: str | None


class PointOut(SeenOut):
    contact_point_id: UUID
    telephone: str  # masked
    line: str
    attempts_today: int
    attempts_max: int | None
    creditors: list[ForCreditorOut]


class ExplainedOut(Model):
    """`telephones` or, for e-mail and letter, `points`."""

    at: dt.datetime
    means: Means
    purpose: Purpose
    telephones: list[PointOut] = []
    points: list[PointOut] = []


class SuppressionIn(Model):
    """Who must not be contacted; what `reason` needs is in the ledger's reasons.

    The debtor by his id or, without it, by his document.
    """

    reason: Code
    debtor: UUID | None = None
    document: Annotated[str, Field(max_length=18)] | None = None  # CPF or CNPJ
    number: Annotated[str, Field(max_length=30)] | None = None
    creditor: UUID | None = None
    debt: UUID | None = None
    means: Means | None = None
    until: dt.datetime | None = None
    proof: Text = ""


class EnteredOut(Model):
    id: UUID
    again: bool  # it stood already


class LineOut(Model):
    id: UUID
    reason: str
    title: str
    debtor: UUID | None
    whom: str | None  # name of the debtor
    telephone: str | None  # masked
    creditor: str | None
    debt: UUID | None
    means: str | None
    origin: str
    by: str | None
    proof: str | None
    since: dt.datetime
    until: dt.datetime | None
    stands: bool


class LedgerOut(Model):
    lines: list[LineOut]


class LedgerSearchIn(Model):
    """What is left out asks nothing.

    `whom`: a CPF or CNPJ, a telephone, or the begin of a debtor's name.
    """

    reason: Code | None = None
    state: Literal["standing", "over"] | None = None
    whom: (
        Annotated[
            str, StringConstraints(strip_whitespace=True, min_length=3, max_length=80)
        ]
        | None
    ) = None
    before: UUID | None = None


class LedgerPageOut(LedgerOut):
    """`more`: give the last line's id as `before` to read on."""

    more: bool


class LiftIn(Model):
    why: Annotated[str, Field(min_length=1, max_length=400)]


class ContactIn(Model):
    """A contact that a program wants to make."""

    contact_point: UUID
    means: Means
    purpose: Literal["collection", "offer", "conciliation"] = "collection"
    creditor: UUID
    debt: UUID | None = None


class AnswerOut(Model):
    """`contact`: allowed and counted; end it. None: it must not be made."""

    allowed: bool
    rule: str
    source: str
    until: dt.datetime | None
    contact: UUID | None


class EndIn(Model):
    """`sent` False: nobody was disturbed, so it does not count."""

    sent: bool = True
    talked: bool = False
    right_party: bool = False


class ListOut(Model):
    name: str
    numbers: int
    imported_at: dt.datetime | None  # real time
    imported_by: str | None
    file: str | None


class ListsOut(Model):
    lists: list[ListOut]
