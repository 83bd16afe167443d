"""One turn of a caller: when he interrupts, when he has answered, when he says nothing.

Pure: voice decisions of 20 ms each, keys and instants come in, what to do comes out.
Instants (`_s`) are of whatever clock the call has. Which timer wins:

1. Keys win over speech: with the first key, what was said before in the turn is void.
2. While keys come, the inter-digit timer alone counts, from the last key. `#`, the last
   key that fits, or a key that is an answer by itself end the turn at once.
3. While somebody speaks, the pause ends the turn, and the total timer what never pauses.
4. The silence timer counts from the end of the prompt to the first word or key.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum

from ura.flow.nodes import Waits

FRAME_S = 0.02
WINDOW = 2  # frames that a voice is decided over
BEGINS = 2  # of them voiced: somebody speaks
BEFORE_S = 0.3  # of sound kept before the decision: a word begins softly
LEAST_SPEECH_S = 0.1  # less is a noise, not an answer
END_KEY = "#"


class Why(StrEnum):
    """How a turn ended."""

    KEYS = "keys"
    SPEECH = "speech"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class Interrupt:
    """Stop the prompt: the caller speaks or presses."""

    at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """The turn is over. Speech lasts from `begin_s` to `end_s`."""

    why: Why
    keys: str = ""
    begin_s: float = 0.0
    end_s: float = 0.0


@dataclass(slots=True, kw_only=True)
class Turn:
    """Listens for one answer; feed it in the order of time.

    `at_once` are keys that are an answer by themselves, `digits` the most keys of a value
    (0: only `at_once`). `deaf`: keys only. `whole`: the prompt may not be interrupted, and
    what is said during it does not count; keys do.
    """

    waits: Waits
    at_once: frozenset[str] = frozenset()
    digits: int = 0
    deaf: bool = False
    whole: bool = False
    over: Over | None = None
    _prompt_over_s: float | None = None
    _keys: str = ""
    _last_key_s: float = 0.0
    _voiced: deque[bool] = field(default_factory=lambda: deque(maxlen=WINDOW))
    _begin_s: float | None = None
    _last_voice_s: float = 0.0
    _speech_s: float = 0.0

    @property
    def speaking(self) -> bool:
        """Whether the caller is taken to speak now."""
        return self._begin_s is not None

    def prompt_over(self, now_s: float) -> None:
        """The last frame of the prompt is out; from now on silence counts."""
        if self._prompt_over_s is None:
            self._prompt_over_s = now_s

    def frame(self, now_s: float, *, voiced: bool) -> Interrupt | None:
        """Hear 20 ms that end at `now_s`; then ask `at`."""
        playing = self._prompt_over_s is None
        if self.over or self.deaf or self._keys or (self.whole and playing):
            return None
        self._voiced.append(voiced)
        if self._begin_s is not None:
            if voiced:
                self._last_voice_s = now_s
                self._speech_s += FRAME_S
            return None
        if sum(self._voiced) < BEGINS:
            return None
        first = next(place for place, heard in enumerate(self._voiced) if heard)
        self._begin_s = now_s - (len(self._voiced) - first) * FRAME_S - BEFORE_S
        self._last_voice_s = now_s
        self._speech_s = sum(self._voiced) * FRAME_S
        self._voiced.clear()
        return Interrupt(now_s) if playing else None

    def key(self, now_s: float, key: str) -> Interrupt | None:
        """A key was pressed."""
        if self.over:
            return None
        playing = self._prompt_over_s is None
        first = not self._keys
        self._begin_s = None
        self._last_key_s = now_s
        self._press(now_s, key)
        return Interrupt(now_s) if playing and first and not self.whole else None

    def _press(self, now_s: float, key: str) -> None:
        if key == END_KEY:
            if self._keys:
                self.over = Over(why=Why.KEYS, keys=self._keys, end_s=now_s)
            return
        self._keys += key
        starred = self._keys.startswith("*")
        full = len(self._keys) >= (2 if starred else self.digits)
        if not self.digits:
            full = True
        if full or self._keys in self.at_once:
            self.over = Over(why=Why.KEYS, keys=self._keys, end_s=now_s)

    def at(self, now_s: float) -> Over | None:
        """What time alone has decided by now."""
        if self.over is None:
            self.over = self._timed(now_s)
        return self.over

    def _timed(self, now_s: float) -> Over | None:
        waits = self.waits
        if self._keys:
            late = now_s - self._last_key_s >= waits.between_keys_s
            return Over(why=Why.KEYS, keys=self._keys, end_s=now_s) if late else None
        spoken = self._spoken(now_s)
        if spoken or self._begin_s is not None:
            return spoken
        if self._prompt_over_s is None:
            return None
        quiet = now_s - self._prompt_over_s >= waits.silence_s
        return Over(why=Why.SILENCE, end_s=now_s) if quiet else None

    def _spoken(self, now_s: float) -> Over | None:
        """The end of what is being said; a mere noise is as if it had not been."""
        begin_s = self._begin_s
        if begin_s is None:
            return None
        paused = now_s - self._last_voice_s >= self.waits.pause_s
        if not paused and now_s - begin_s < self.waits.total_s:
            return None
        if self._speech_s < LEAST_SPEECH_S:
            self._begin_s = None
            return None
        return Over(why=Why.SPEECH, begin_s=begin_s, end_s=now_s)
