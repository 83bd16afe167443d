"""What a person may be here. No ladder: each endpoint names those it lets in. Pure."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The duty of a user."""

    AGENT = "agent"  # atende: takes calls, sees the debtor of the call
    SUPERVISOR = "supervisor"  # conduz o salão: campaigns, recordings, imports
    ADMIN = "admin"  # cuida dos acessos: users, tokens, the audit trail


EVERY_ROLE = frozenset(Role)
TAKES_CALLS = frozenset({Role.AGENT})  # who gets a seat
