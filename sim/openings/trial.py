"""One opening played to the second detector, in the time that it would take on a call.

The recogniser's answer comes as late as it costs the processor: a core of its own is
assumed for it, for on a busy machine the clock would measure the others' work.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sim.openings.labelled import Label, Opening
from ura.answering.hearing import FRAME, RATE_HZ, Samples
from ura.answering.listener import Ask, Listener
from ura.answering.verdict import Verdict, Who, left
from ura.answering.wording import Wording

EAR_S = 0.25  # of the answer that nobody hears: listening begins then (docs/adr/0011)

SAME_MOMENT_S = 0.05  # processor times are kept in milliseconds: a frame or two off

Recognise = Callable[[Samples], str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was recognised of the sound until `until_s`, in `took_s` CPU seconds."""

    until_s: float
    took_s: float
    text: str

    @property
    def at_s(self) -> float:
        """When the answer was there."""
        return self.until_s + self.took_s


Answers = Callable[[Ask], Asked]


@dataclass(frozen=True, slots=True)
class Trial:
    """What was said of one opening in the end, and when (`delay_s` after the answer).

    `recognising_s` are CPU seconds.
    """

    opening: Opening
    who: Who
    kind: str
    why: str
    delay_s: float
    recognising_s: float
    text: str = ""


def trial(
    opening: Opening, samples: Samples, answer: Answers, wording: Wording | None = None
) -> Trial:
    """What a listener makes of the opening in the end; `wording` in place of ours."""
    listener = Listener(wording)
    asked = played(listener, samples, answer)
    verdict: Verdict = listener.verdict or left(listener.hearing)
    spent_s = sum(one.took_s for one in asked)
    text = asked[-1].text if asked else ""
    delay_s = verdict.at_s + EAR_S
    return Trial(opening, verdict.who, verdict.kind, verdict.why, delay_s, spent_s, text)


def played(listener: Listener, samples: Samples, answer: Answers) -> list[Asked]:
    """Feed frame after frame, from `EAR_S` on, until it is done; what it asked."""
    asked: list[Asked] = []
    pending: Asked | None = None
    for begin in range(round(EAR_S * RATE_HZ), len(samples), FRAME):
        ask = listener.feed(samples[begin : begin + FRAME])
        if pending is not None and listener.hearing.now_s >= pending.at_s:
            listener.heard(pending.text)
            pending = None
        if listener.done:
            break
        if ask is not None:
            pending = answer(ask)
            asked.append(pending)
    return asked


def timed(recognise: Recognise) -> Answers:
    """The recogniser's answers, and the processor time that they take."""

    def answer(ask: Ask) -> Asked:
        began = time.process_time()
        text = recognise(ask.samples)
        return Asked(ask.until_s, time.process_time() - began, text)

    return answer


def remembered(asked: Sequence[Asked]) -> Answers:
    """The answers of before, by their moments; LookupError where nothing was asked."""

    def answer(ask: Ask) -> Asked:
        for one in asked:
            if abs(one.until_s - ask.until_s) <= SAME_MOMENT_S:
                return one
        raise LookupError(f"nothing was asked at {ask.until_s:.2f} s")

    return answer


RECORDED: tuple[Label, ...] = ("mailbox", "announcement")
