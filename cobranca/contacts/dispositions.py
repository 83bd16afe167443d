"""The dispositions that an agent may choose, and what each leads to.

Pure: the catalogue is data (`dispositions.toml`), read once. A disposition without
`again_min` ends the debtor's turn in the campaign.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Ask = Literal["note", "call_back", "promise"]


class Disposition(BaseModel):
    """One choice. Whatever it does is done in the transaction that records it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(pattern=r"[a-z_]+")
    label: str
    group: str
    key: str = Field(pattern=r"[0-9a-z]")  # pressed while the list has the focus
    right_party: bool | None = None  # whether it was the debtor; None: nobody knows
    asks: tuple[Ask, ...] = ()  # what must come with it
    note_hint: str = ""  # what a note of it should say; empty: nothing of its own
    number: Literal["active", "wrong_party"] = "active"  # what becomes of the telephone
    suppresses: str | None = None  # enters this reason in the suppression ledger
    again_min: float | None = None  # minutes until the campaign may try again


class Catalogue(BaseModel):
    """All dispositions by group. Codes and keys are each given once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    groups: Mapping[str, str]  # code -> what a person reads
    dispositions: tuple[Disposition, ...]

    @model_validator(mode="after")
    def _no_two_alike(self) -> Catalogue:
        for field in ("code", "key", "label"):
            given = Counter(getattr(entry, field) for entry in self.dispositions)
            twice = [value for value, count in given.items() if count > 1]
            if twice:
                raise ValueError(f"{field} given twice: {twice}")
        unknown = {entry.group for entry in self.dispositions} - set(self.groups)
        if unknown:
            raise ValueError(f"groups without a name: {sorted(unknown)}")
        return self

    def named(self, code: str) -> Disposition | None:
        """Return the disposition of that code, if there is one."""
        return next((entry for entry in self.dispositions if entry.code == code), None)


def parse_catalogue(text: str) -> Catalogue:
    """Read a catalogue written in TOML; raises ValueError when it is malformed."""
    return Catalogue.model_validate(tomllib.loads(text))


@cache
def catalogue() -> Catalogue:
    """Return the catalogue that ships with the product."""
    text = files("cobranca.contacts").joinpath("dispositions.toml").read_text("utf-8")
    return parse_catalogue(text)
