"""What the pages say, in pt-BR, from the catalogue beside this file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Texts:
    """Words by the code that the programs use; order is that of the page."""

    agent_states: dict[str, str]
    outcomes: dict[str, str]
    problems: dict[str, str]


TEXTS = Texts(**tomllib.loads((Path(__file__).parent / "pt_BR.toml").read_text("utf-8")))
