"""Why somebody is entered in the suppression ledger, and what an entry must name.

Pure. The reasons are rules of `rules.toml`; here is what they ask of an entry.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from cobranca.compliance.model import Means

Of = Literal["person", "number", "number_of_person"]
#: what an entry has not: a debtor, a telephone, a proof, an end that is still to come
Lack = Literal["debtor", "number", "proof", "until"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """`point_becomes`: the status that the debtor's telephone takes."""

    code: str
    title: str  # pt-BR
    of: Of
    lasts_days: int | None = None
    per_creditor: bool = False
    proof: bool = False
    point_becomes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Who must not be contacted, by what is named here; `until` None is for ever.

    Instants are on the compliance clock. `by`: the user who says so.
    """

    reason: str
    origin: str
    since: datetime
    debtor: UUID | None = None
    number: str | None = None
    creditor: UUID | None = None
    debt: UUID | None = None
    means: Means | None = None
    until: datetime | None = None
    proof: str | None = None
    by: UUID | None = None


def entry(reason: Reason, told: Entry) -> Entry | Lack:
    """Return what is entered of what was told, or what it lacks."""
    debtor = None if reason.of == "number" else told.debtor
    number = None if reason.of == "person" else told.number
    if reason.of != "number" and debtor is None:
        return "debtor"
    if reason.of != "person" and number is None:
        return "number"
    if reason.proof and not (told.proof or "").strip():
        return "proof"
    until = told.until
    if until is None and reason.lasts_days is not None:
        until = told.since + timedelta(days=reason.lasts_days)
    if until is not None and until <= told.since:
        return "until"
    return replace(told, reason=reason.code, debtor=debtor, number=number, until=until)
