"""What a conversation needs of the telephone call it holds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ura.dialogue.understanding import Speech

RATE_HZ = 8_000
FRAME_BYTES = 320  # 20 ms of 16-bit sound
Samples = NDArray[np.float64]  # -1..1, 8 kHz, mono


class CallOver(RuntimeError):
    """The caller hung up, or the switch is gone: there is nobody to talk to."""


class CallControl(Protocol):
    """One answered call, led by commands. Each has a deadline; all raise CallOver."""

    async def play(self, prompt: str) -> bool:
        """Play one of the product's prompts to its end; False when it cannot be played."""
        ...

    async def set_variable(self, name: str, value: str) -> None:
        """Leave a value with the call, for the dialplan."""
        ...


@dataclass(frozen=True, slots=True)
class Sound:
    """20 ms that the caller said: 16 bit, little endian."""

    pcm: bytes


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key of the caller: 0 to 9, * or #."""

    key: str


class VoiceChannel(Protocol):
    """Sound of one call, both ways at once."""

    def heard(self) -> AsyncIterator[Sound | Pressed]:
        """What the caller says and presses, until he or the switch hangs up.

        Nothing comes while the line carries nothing. To be iterated once.
        """
        ...

    async def send(self, frame: bytes) -> None:
        """Say one frame of FRAME_BYTES, heard at once. Raises CallOver."""
        ...

    async def drop(self) -> None:
        """Take back what was sent and is not heard yet, where that can be done."""
        ...

    async def leave(self) -> None:
        """End the sound; the switch goes on with the call."""
        ...


class Recogniser(Protocol):
    """Words of what was said."""

    async def speech(
        self, sound: Samples, phrases: Sequence[str], *, free: bool
    ) -> Speech | None:
        """Score the phrases, and write down what was said where `free`.

        None: nobody has time for it, or no recogniser is here. Bounded in time.
        """
        ...


class Voice(Protocol):
    """Says texts."""

    async def say(self, text: str, *, last: bool) -> Samples:
        """Return a text spoken; `last`: a sentence ends with it. Raises VoiceFailed."""
        ...


class Steps(Protocol):
    """What a flow can have done."""

    async def run(
        self, step: str, slots: Mapping[str, object]
    ) -> tuple[str, Mapping[str, object]]:
        """Do it; return its result and the slots that it fills. Raises StepFailed."""
        ...


class VoiceFailed(RuntimeError):
    """A text could not be spoken; the message says in pt-BR what lacks."""


class StepFailed(RuntimeError):
    """What a step needs is away: database, bank or network. Nothing was half done."""
