"""What is said to debtors, as a creditor may record it.

The texts are the product's own that debtors hear (`cobranca.language.shipped`): those of
the automatic conversation, whose name begins with `prompt.`, and of the clips that the
switch plays those that `announcements_pt_BR.toml` names.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cobranca.language.shipped import shipped
from cobranca.language.texts import Said

_OURS = "prompt."


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A prompt. With `values` in its text it is always said in our own voice, for what
    is not known before the call cannot be recorded. `title`: what people call an
    announcement of the switch; a prompt of the conversation has none."""

    name: str
    text: str
    before_identity: bool
    title: str = ""

    @property
    def values(self) -> bool:
        return "{" in self.text


@cache
def spoken() -> Mapping[str, Spoken]:
    """All prompts by name: announcements, as they are heard first, then the conversation.

    In the order of their catalogues. Raises TextUnreadable.
    """
    texts = {one.key: one for one in shipped()}
    conversation = {
        key.removeprefix(_OURS): _spoken(key.removeprefix(_OURS), one)
        for key, one in texts.items()
        if key.startswith(_OURS)
    }
    announced = {
        name: _spoken(name, texts[f"clip.{name}.text"], title)
        for name, title in announcements().items()
    }
    return announced | conversation


def _spoken(name: str, said: Said, title: str = "") -> Spoken:
    return Spoken(
        name=name, text=said.text, before_identity=said.before_identity, title=title
    )


@cache
def announcements() -> Mapping[str, str]:
    """What people call each announcement of the switch that may be recorded."""
    catalogue = files("cobranca.voices").joinpath("announcements_pt_BR.toml")
    found: Mapping[str, str] = tomllib.loads(catalogue.read_text("utf-8"))["announcements"]
    return found
