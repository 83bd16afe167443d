"""Rows of users and agents. An agent is a seat with a SIP endpoint; users log in to it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db.engine import Row
from foundation.ids import uuid7


class UserRow(Row):
    __tablename__ = "user_account"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]  # agent | supervisor | admin
    password_hash: Mapped[str | None]  # argon2id; null: cannot log in
    created_at: Mapped[datetime]


class AgentRow(Row):
    __tablename__ = "agent"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey(UserRow.id), unique=True)
    name: Mapped[str]
    endpoint: Mapped[str] = mapped_column(unique=True)  # SIP endpoint, e.g. agent001
    active: Mapped[bool]
