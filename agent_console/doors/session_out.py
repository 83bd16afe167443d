"""What a page is told of its own session."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from agent_console.doors.caller import Caller
from cobranca.people.roles import Role


class SessionOut(BaseModel):
    """Who is logged in (nulls: nobody), and the token that unsafe requests send back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    login: str | None = None
    name: str | None = None
    role: Role | None = None
    seat: str | None = None
    must_change: bool = False
    csrf: str


def told(caller: Caller) -> SessionOut:
    who = caller.who
    return SessionOut(
        login=who.login,
        name=who.name,
        role=who.role,
        seat=who.seat,
        must_change=caller.must_change,
        csrf=caller.csrf,
    )
