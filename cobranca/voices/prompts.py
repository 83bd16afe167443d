"""What the automatic conversation says, as a creditor may record it.

The texts are the product's own that debtors hear (`cobranca.language.shipped`): those
whose name begins with `prompt.`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from cobranca.language.shipped import shipped

_OURS = "prompt."


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A prompt. With `values` in its text it is always said in our own voice, for what
    is not known before the call cannot be recorded."""

    name: str
    text: str
    before_identity: bool

    @property
    def values(self) -> bool:
        return "{" in self.text


@cache
def spoken() -> Mapping[str, Spoken]:
    """All prompts by name, in the order of their catalogues; raises TextUnreadable."""
    return {
        one.key.removeprefix(_OURS): Spoken(
            name=one.key.removeprefix(_OURS),
            text=one.text,
            before_identity=one.before_identity,
        )
        for one in shipped()
        if one.key.startswith(_OURS)
    }
