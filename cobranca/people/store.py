"""Rows of users, agents, tokens, audit trail. An agent is a seat with a SIP endpoint."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db.engine import Row
from foundation.ids import uuid7


class UserRow(Row):
    """Never deleted: what somebody did stays his. `active` ends his access."""

    __tablename__ = "user_account"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    login: Mapped[str] = mapped_column(unique=True)  # lower case
    name: Mapped[str]
    role: Mapped[str]  # agent | supervisor | admin
    password_hash: Mapped[str | None]  # argon2id; null: cannot log in
    created_at: Mapped[datetime]
    active: Mapped[bool]
    # grows with password, role and deactivation: a session knows the one it began under
    epoch: Mapped[int] = mapped_column(BigInteger)
    must_change: Mapped[bool]  # somebody else knows the password


class AgentRow(Row):
    """Who takes calls, for ever; where he sits may pass to another (`seats`)."""

    __tablename__ = "agent"
    __table_args__ = (CheckConstraint("endpoint IS NOT NULL OR NOT active", "has_seat"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey(UserRow.id), unique=True)
    name: Mapped[str]
    # SIP endpoint, e.g. agent001, web001; null: it was given to another
    endpoint: Mapped[str | None] = mapped_column(unique=True)
    active: Mapped[bool]


class ApiTokenRow(Row):
    """A program's key, on behalf of a user. Only its digest is kept."""

    __tablename__ = "api_token"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(UserRow.id), index=True)
    name: Mapped[str] = mapped_column(unique=True)
    digest: Mapped[bytes] = mapped_column(unique=True)  # SHA-256 of 256 random bits
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class AuditRow(Row):
    """Who did what to what. Rows are only ever added; the database refuses the rest."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_subject", "subject_kind", "subject_id"),
        Index("ix_audit_user_id_id", "user_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey(UserRow.id))
    who: Mapped[str]  # login then; for a command, "cli:" and the system's user
    token: Mapped[str | None]  # name of the token, when a program asked
    action: Mapped[str]  # e.g. "recording.listen"
    subject_kind: Mapped[str | None]
    subject_id: Mapped[str | None]
    detail: Mapped[dict[str, Any]]  # no secrets, no personal data of debtors


class RequestKeyRow(Row):
    """A request that was done, by the key that its sender gave it, with its answer."""

    __tablename__ = "request_key"

    user_id: Mapped[UUID] = mapped_column(ForeignKey(UserRow.id), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[bytes]
    answer: Mapped[dict[str, Any] | None]
    at: Mapped[datetime]
