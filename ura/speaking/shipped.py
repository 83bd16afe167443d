"""Where the recordings are that ship with the product, and in which voice."""

from __future__ import annotations

from pathlib import Path

VOICE = "pf_dora"
PIECES = Path(__file__).parents[1] / "prompts" / "pt_BR" / "pieces"
