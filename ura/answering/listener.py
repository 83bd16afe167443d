"""Listens to one call until it is known who answered.

Pure: sound goes in, questions to a recogniser and verdicts come out: a first one, and a
machine's in its place, if it was another's. It asks while somebody speaks on, and when he
stops; never a second question before the first has its answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ura.answering.hearing import FRAME, RATE_HZ, Hearing, Samples
from ura.answering.phrases import found
from ura.answering.together import kept, together
from ura.answering.verdict import (
    GOES_ON_S,
    LIMIT_S,
    Said,
    Verdict,
    replaces,
    verdict,
)
from ura.answering.wording import Wording, known

ASK_AFTER_S = (0.7, 1.3, 2.0, 3.0, 4.4, 6.2)  # who speaks on, from his first word
STOPPED_S = 0.2  # of quiet: a sentence is over
MORE_S = 0.4  # of new speech that makes another question worth it
ALONE_S = 0.75  # of a first sentence: a shorter one is told by the pause after it
REST_S = 0.1  # of a sentence of which the beginning was asked about
MARGIN_S = 0.2  # before the first word
LONGEST_ASK_S = 6.0
MOST_ASKS = 6


@dataclass(frozen=True, slots=True)
class Ask:
    """Sound to be recognised: 8 kHz, -1..1."""

    samples: Samples
    until_s: float


class Listener:
    """One call from its answer on; `wording` in place of what ships."""

    def __init__(self, wording: Wording | None = None) -> None:
        self._wording = wording or known()
        self.hearing = Hearing()
        self.verdict: Verdict | None = None
        self._frames: list[Samples] = []
        self._rest = np.zeros(0)
        self._said: list[Said] = []
        self._pending: float | None = None
        self._asked_speech_s = 0.0
        self._asks = 0

    @property
    def done(self) -> bool:
        """Nothing that is heard from now on changes the verdict."""
        machine = self.verdict is not None and self.verdict.who == "machine"
        return machine or self.hearing.now_s >= GOES_ON_S

    def feed(self, samples: Samples) -> Ask | None:
        """Hear more, any number of samples; return what is to be recognised now."""
        self._rest = np.concatenate([self._rest, samples])
        ask = None
        while len(self._rest) >= FRAME and not self.done:
            frame, self._rest = self._rest[:FRAME], self._rest[FRAME:]
            self._frames.append(frame)
            self.hearing.feed(frame)
            self._judge()
            if ask is None and not self.done:
                ask = self._ask()
        return ask

    def heard(self, text: str | None) -> None:
        """The recogniser's answer to the last question; None: it had no time for it."""
        until_s, self._pending = self._pending, None
        if until_s is None or self.done:
            return
        if text is None:
            self._said.append(Said(until_s, None))
        else:
            self._said.append(self._understood(until_s, text))
        self._judge()

    def _understood(self, until_s: float, text: str) -> Said:
        phrase, leaning = found(text), self._wording.leaning(text)
        before = [said for said in self._said if said.text is not None]
        words = next((said.text for said in reversed(before) if said.text), "")
        odds = [*(said.odds for said in before), leaning.odds]
        return Said(
            until_s, text, phrase.kind, phrase.patterns, odds=leaning.odds,
            together=together(odds, kept(words, text)), signs=leaning.signs,
        )  # fmt: skip

    def _judge(self) -> None:
        found = verdict(self.hearing, self._said)
        if found is not None and replaces(self.verdict, found):
            self.verdict = found

    def _ask(self) -> Ask | None:
        hearing, begun_s = self.hearing, self.hearing.begun_s
        if begun_s is None or self._pending is not None or self._asks >= MOST_ASKS:
            return None
        if hearing.now_s >= LIMIT_S:
            return None
        new_s = hearing.speech_s - self._asked_speech_s
        quiet = hearing.quiet_s >= STOPPED_S
        stopped = quiet and new_s > (ALONE_S if self._asks == 0 else REST_S)
        after_s = ASK_AFTER_S[min(self._asks, len(ASK_AFTER_S) - 1)]
        on_s = hearing.now_s - begun_s
        speaks_on = not quiet and on_s >= after_s and new_s >= MORE_S
        if not stopped and not speaks_on:
            return None
        self._asks += 1
        self._asked_speech_s = hearing.speech_s
        self._pending = hearing.now_s
        return Ask(self._sound(begun_s), hearing.now_s)

    def _sound(self, begun_s: float) -> Samples:
        since_s = max(begun_s - MARGIN_S, self.hearing.now_s - LONGEST_ASK_S, 0.0)
        return np.concatenate(self._frames[round(since_s * RATE_HZ / FRAME) :])
