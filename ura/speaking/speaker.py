"""Says a prompt: the creditor's own recording if there is one, else its pieces joined."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ura.flow.prompts import Prompt
from ura.ports import Samples, Voice
from ura.speaking.joining import joined
from ura.speaking.pieces import pieces_of
from ura.speaking.recordings import read_wav


class Speaker:
    """Of one call. `creditor` is a folder of `NAME.wav`, one for each of its prompts."""

    def __init__(
        self, prompts: Mapping[str, Prompt], voice: Voice, creditor: Path | None = None
    ) -> None:
        self._prompts = prompts
        self._voice = voice
        self._creditor = creditor

    async def sound(self, prompt: str, slots: Mapping[str, object]) -> Samples:
        """Return the prompt spoken. Raises VoiceFailed, NotSpoken."""
        written = self._prompts[prompt]
        if self._creditor is not None and not written.slots:
            own = read_wav(self._creditor / f"{prompt}.wav")
            if own is not None:
                return own
        pieces = pieces_of(written, slots)
        sounds = [await self._voice.say(p.text, last=p.last) for p in pieces]
        pauses = [piece.pause_s for piece in pieces]
        return joined(list(zip(sounds, pauses, strict=True)))
