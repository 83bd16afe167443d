"""What imports say and are told over the API. Amounts and dates of examples are texts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from cobranca.debtors.imports import tasks
from cobranca.debtors.imports.columns import missing_fields, repeated_fields
from cobranca.debtors.imports.states import RUNNING, Action, Status, may_ask, may_discard

STALLED_AFTER = timedelta(seconds=15)  # without a sign of life of the worker
LONGEST_NAME = 120
FieldCode = Annotated[str, Field(max_length=40)]


class _In(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class SentQuery(_In):
    """Beside the file itself, which is the body."""

    file_name: str = Field(min_length=1, max_length=255)
    creditor: str = Field(min_length=1, max_length=LONGEST_NAME)
    portfolio: str = Field(min_length=1, max_length=LONGEST_NAME)


class SheetForm(_In):
    sheet: str = Field(min_length=1, max_length=255)


class MappingForm(_In):
    """A code of a field for each column, in the file's order; null: not read."""

    fields: list[FieldCode | None] = Field(max_length=2000)
    save_as: str | None = Field(None, max_length=80)


class ApplyForm(_In):
    fingerprint: str = Field(min_length=64, max_length=64)


class ColumnOut(BaseModel):
    header: str
    field: str | None
    confidence: float
    samples: list[str]


class PossibleOut(BaseModel):
    check: bool
    apply: bool
    undo: bool
    retry: bool
    discard: bool


class LineOut(BaseModel):
    """An import in the list."""

    id: UUID
    status: str
    origin: str
    created_by: str
    created_at: datetime
    creditor: str
    portfolio: str
    file_name: str
    file_bytes: int
    counts: dict[str, Any] | None
    progress: dict[str, Any] | None
    queued: bool
    stalled: bool
    trouble: str | None
    has_errors_file: bool
    applied_at: datetime | None
    applied_by: str | None
    undone_at: datetime | None
    undone_by: str | None
    possible: PossibleOut

    @classmethod
    def values(cls, row: Any) -> dict[str, Any]:
        """What both forms of an import say."""
        known = {
            name: getattr(row, name) for name in cls.model_fields if hasattr(row, name)
        }
        running = row.status in RUNNING
        sign = row.beat_at or row.asked_at
        late = running and sign is not None and datetime.now(UTC) - sign > STALLED_AFTER
        return known | {
            "queued": running and row.started_at is None,
            "stalled": late,
            "possible": _possible(row),
        }

    @classmethod
    def of(cls, row: Any) -> LineOut:
        return cls.model_validate(cls.values(row))


class ImportOut(LineOut):
    """An import with all that its page shows."""

    form: str | None
    sheet: str | None
    sheets: list[str]
    columns: list[ColumnOut]
    missing: list[str]
    repeated: list[str]
    saved_mapping: str | None
    action: str | None
    diff: dict[str, Any] | None
    notes: list[str]
    fingerprint: str | None
    base_changed: bool

    @classmethod
    def of(cls, row: Any) -> ImportOut:
        targets = tasks.targets_of(row)
        return cls.model_validate(
            cls.values(row)
            | {
                "missing": [field.name.lower() for field in missing_fields(targets)],
                "repeated": [field.name.lower() for field in repeated_fields(targets)],
            }
        )


class ImportsOut(BaseModel):
    imports: list[LineOut]


class CreditorOut(BaseModel):
    name: str
    portfolios: list[str]


class OptionsOut(BaseModel):
    """What the form needs to know before a file is sent."""

    creditors: list[CreditorOut]
    largest_bytes: int

    @classmethod
    def of(cls, rows: Sequence[tuple[str, str | None]], largest_bytes: int) -> OptionsOut:
        creditors: dict[str, list[str]] = {}
        for creditor, portfolio in rows:
            creditors.setdefault(creditor, []).extend([portfolio] if portfolio else [])
        listed = [CreditorOut(name=name, portfolios=own) for name, own in creditors.items()]
        return cls(creditors=listed, largest_bytes=largest_bytes)


def _possible(row: Any) -> PossibleOut:
    status, last = Status(row.status), tasks.last_action(row)
    accepted = bool(row.counts and row.counts.get("accepted"))
    interrupted = status is Status.INTERRUPTED
    return PossibleOut(
        check=may_ask(Action.CHECK, status, last),
        apply=status is Status.CHECKED and accepted,
        undo=status is Status.DONE,
        retry=interrupted,
        discard=may_discard(status, last),
    )
