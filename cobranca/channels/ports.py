"""The port to whoever carries messages."""

from __future__ import annotations

from typing import Protocol

from cobranca.channels.message import Outgoing, Taken


class Channel(Protocol):
    """One way to reach people: a provider of e-mail, of SMS."""

    @property
    def repeatable(self) -> bool:
        """Whether the same message told twice to the provider arrives once."""

    async def send(self, message: Outgoing) -> Taken:
        """Hand a message to the provider. Raises NotTaken; never waits for ever."""

    async def close(self) -> None:
        """Let go of connections. What is being sent ends first, or is not taken."""
