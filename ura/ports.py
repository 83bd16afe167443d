"""What a conversation needs of the telephone call it holds."""

from __future__ import annotations

from typing import Protocol


class CallOver(RuntimeError):
    """The caller hung up, or the switch is gone: there is nobody to talk to."""


class VoiceChannel(Protocol):
    """One answered call. Each method has a deadline; all raise CallOver."""

    async def play(self, prompt: str) -> bool:
        """Play one of the product's prompts to its end; False when it cannot be played."""
        ...

    async def set_variable(self, name: str, value: str) -> None:
        """Leave a value with the call, for the dialplan."""
        ...
