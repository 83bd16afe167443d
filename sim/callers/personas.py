"""Who calls, and what the call's record must hold afterwards: from `personas.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

VERBS = (
    "say", "over", "key", "noise", "quiet", "hang up", "cpf", "birth", "wrong_birth",
    "over_cpf", "over_birth", "say_cpf", "say_birth",
)  # fmt: skip
IDENTIFY = ("say sim", "cpf", "say sim", "birth")
Act = Annotated[str, Field(pattern=rf"^({'|'.join(VERBS)}|identify)( .+)?$")]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Ends(_Strict):
    """What must stand in the database; what is not named must not be there."""

    outcome: str
    state: str
    person: bool = False
    level: str = "nobody"
    parts: int = 0  # payments of the agreement
    agreed: bool = False  # on however many
    offers: bool = False
    promise: bool = False
    suppressed: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()


class Persona(_Strict):
    """One caller. `quick`: one of those that need no model to be heard."""

    name: str
    acts: tuple[Act, ...]
    ends: Ends
    voice: str = "pm_alex"
    speed: float = 1.0
    background: Literal["", "street"] = ""
    quick: bool = False

    @property
    def steps(self) -> tuple[tuple[str, str], ...]:
        """Each act as its verb and what it is about."""
        found: list[str] = []
        for act in self.acts:
            found += IDENTIFY if act == "identify" else (act,)
        return tuple(_parted(act) for act in found)

    @property
    def says(self) -> tuple[str, ...]:
        """The lines that it speaks."""
        return tuple(about for verb, about in self.steps if verb in ("say", "over"))


class _File(_Strict):
    persona: tuple[Persona, ...]


@cache
def personas() -> tuple[Persona, ...]:
    """All of them, in the order of the file."""
    text = files(__package__).joinpath("personas.toml").read_text("utf-8")
    return _File.model_validate(tomllib.loads(text)).persona


def _parted(act: str) -> tuple[str, str]:
    if act in VERBS:
        return act, ""
    verb, _, about = act.partition(" ")
    return verb, about
