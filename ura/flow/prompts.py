"""What may be said: the catalogue of prompts, and the slots that each one has.

Pure. A slot is written `{amount:money}`: its name, and the form in which it is spoken.
Prompts of the debt stand in a file of their own (`negotiation.toml`), so that a flow can
be held to saying none of them before it is sure who listens.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

Form = Literal[
    "digits", "money", "date", "time", "month_day", "number", "spelled", "spelled_slowly",
    "text",
]  # fmt: skip
FORMS: tuple[str, ...] = get_args(Form)
BEFORE, AFTER = "before_identity.toml", "negotiation.toml"
_SLOT = re.compile(r"\{([a-z_]+):([a-z_]+)\}")


class BadPrompt(ValueError):
    """O catálogo de falas tem um erro; a mensagem diz a fala."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a text for a value."""

    name: str
    form: Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A text in parts: what is always the same, and slots."""

    id: str
    parts: tuple[str | Slot, ...]
    of_debt: bool

    @property
    def slots(self) -> frozenset[str]:
        return frozenset(part.name for part in self.parts if isinstance(part, Slot))

    @property
    def text(self) -> str:
        """As its catalogue has it."""
        written = (
            f"{{{part.name}:{part.form}}}" if isinstance(part, Slot) else part
            for part in self.parts
        )
        return "".join(written)


def parse_prompts(text: str, *, of_debt: bool) -> dict[str, Prompt]:
    """Read one catalogue; raises BadPrompt."""
    tables = tomllib.loads(text)["prompt"]
    found = {}
    for name, said in tables.items():
        if not isinstance(said, str) or not said.strip():
            raise BadPrompt(f"{name}: o texto está vazio")
        found[name] = Prompt(id=name, parts=parts_of(name, said), of_debt=of_debt)
    return found


def parts_of(name: str, text: str) -> tuple[str | Slot, ...]:
    """Cut a text at its slots; raises BadPrompt.

    >>> parts_of("x", "Seu protocolo é {protocol:digits}.")
    ('Seu protocolo é ', Slot(name='protocol', form='digits'), '.')
    """
    parts: list[str | Slot] = []
    at = 0
    for found in _SLOT.finditer(text):
        if found[2] not in FORMS:
            raise BadPrompt(f"{name}: não sei falar {{{found[1]}:{found[2]}}}")
        parts += [text[at : found.start()], Slot(found[1], found[2])]  # type: ignore[arg-type]
        at = found.end()
    parts.append(text[at:])
    if any("{" in part or "}" in part for part in parts if isinstance(part, str)):
        raise BadPrompt(f"{name}: chave solta no texto")
    return tuple(part for part in parts if part != "")


@cache
def prompts() -> Mapping[str, Prompt]:
    """All prompts that ship with the product."""
    folder = files("ura.prompts")
    before = parse_prompts(folder.joinpath(BEFORE).read_text("utf-8"), of_debt=False)
    after = parse_prompts(folder.joinpath(AFTER).read_text("utf-8"), of_debt=True)
    twice = before.keys() & after.keys()
    if twice:
        raise BadPrompt(f"{min(twice)}: está nos dois catálogos")
    return before | after
