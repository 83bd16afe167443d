"""One call by Asterisk's own AGI: commands on standard output, answers on standard input.

With pyst2, which waits in every command: a process of its own holds each call, and nothing
else runs in it. `ura.adapters.fastagi` is what the product's own dialplan uses.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any, TextIO

from ura.adapters.agi_protocol import quoted
from ura.ports import CallOver

PROMPTS = Path(__file__).parents[1] / "prompts" / "pt_BR"


class ScriptMissing(RuntimeError):
    """falta o pacote pyst2: pip install 'acordo[script]'"""


class ScriptChannel:
    """`CallControl` of the call whose process this is.

    Reads the call's description at once. Raises ScriptMissing.
    """

    def __init__(self, answers: TextIO, commands: TextIO) -> None:
        try:
            self._pyst2: ModuleType = importlib.import_module("asterisk.agi")
        except ModuleNotFoundError as error:
            raise ScriptMissing(ScriptMissing.__doc__) from error
        self._agi: Any = self._pyst2.AGI(answers, commands, _Nowhere())

    async def play(self, prompt: str) -> bool:
        try:
            self._command("STREAM FILE", quoted(str(PROMPTS / prompt)), '""')
        except self._pyst2.AGIAppError:
            self._command("NOOP")  # is he gone, or is the sound?
            return False
        return True

    async def set_variable(self, name: str, value: str) -> None:
        self._command("SET VARIABLE", name, quoted(value))

    def _command(self, *words: str) -> None:
        """Raises CallOver, and pyst2's AGIAppError for a result of -1."""
        # unknown: 511 on a dead channel; ValueError: no number, so no answer
        unknown = (self._pyst2.AGIUnknownError, ValueError, OSError)
        try:
            self._agi.execute(*words)
        except (self._pyst2.AGIHangup, *unknown) as error:
            raise CallOver from error


class _Nowhere:
    """pyst2 tells all that it reads, the caller's number too: nobody is to keep that."""

    def write(self, _text: str) -> int:
        return 0
