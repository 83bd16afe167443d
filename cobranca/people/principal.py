"""Who asks: a logged-in person, or a program with a person's token. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from cobranca.people.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Known by session or by token; never made from what the asker says of himself."""

    user_id: UUID
    login: str
    name: str
    role: Role
    seat: str | None  # SIP endpoint, e.g. "web003"; None: takes no calls
    agent_id: UUID | None  # of the seat
    token: str | None = None  # name of the bearer token; None: a session
    scopes: frozenset[str] = frozenset()  # of a token; a session has all of its role

    def allowed(self, roles: frozenset[Role], scope: str) -> bool:
        """Whether the role is let in and, for a token, the scope was given to it."""
        return self.role in roles and (self.token is None or scope in self.scopes)
