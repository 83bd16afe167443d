"""Says a prompt: the creditor's own recording if there is one, else its pieces joined."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from ura.flow.prompts import Prompt
from ura.ports import Samples, Voice
from ura.speaking.joining import joined
from ura.speaking.pieces import pieces_of


class OwnRecordings(Protocol):
    """What creditors recorded themselves."""

    async def recording(self, creditor: UUID, prompt: str, text: str) -> Samples | None:
        """Return the prompt as this creditor says this text; None: we say it."""
        ...


class Speaker:
    """The voice of all calls. `own` None: creditors have no recordings."""

    def __init__(
        self, prompts: Mapping[str, Prompt], voice: Voice, own: OwnRecordings | None = None
    ) -> None:
        self._prompts = prompts
        self._voice = voice
        self._own = own

    async def sound(
        self, prompt: str, slots: Mapping[str, object], creditor: UUID | None = None
    ) -> Samples:
        """Return the prompt spoken for a creditor. Raises VoiceFailed, NotSpoken."""
        written = self._prompts[prompt]
        if self._own is not None and creditor is not None and not written.slots:
            own = await self._own.recording(creditor, prompt, written.text)
            if own is not None:
                return own
        pieces = pieces_of(written, slots)
        sounds = [await self._voice.say(p.text, last=p.last) for p in pieces]
        pauses = [piece.pause_s for piece in pieces]
        return joined(list(zip(sounds, pauses, strict=True)))
