"""One opening played to the second detector, in the time that it would take on a call.

The recogniser's answer comes as late as it costs the processor: a core of its own is
assumed for it, for on a busy machine the clock would measure the others' work.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from sim.openings.labelled import Label, Opening
from ura.answering.hearing import FRAME, RATE_HZ, Samples
from ura.answering.listener import Listener
from ura.answering.verdict import Verdict, Who, left

EAR_S = 0.25  # of the answer that nobody hears: listening begins then (docs/adr/0011)

Recognise = Callable[[Samples], str]


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


def trial(opening: Opening, samples: Samples, recognise: Recognise) -> Trial:
    """Feed frame after frame, from `EAR_S` on, until there is a verdict."""
    listener = Listener()
    answer: tuple[float, str] | None = None
    spent_s, text = 0.0, ""
    for begin in range(round(EAR_S * RATE_HZ), len(samples), FRAME):
        ask = listener.feed(samples[begin : begin + FRAME])
        if answer is not None and listener.hearing.now_s >= answer[0]:
            listener.heard(answer[1])
            answer = None
        if listener.done:
            break
        if ask is not None:
            began = time.process_time()
            text = recognise(ask.samples)
            took_s = time.process_time() - began
            spent_s += took_s
            answer = (ask.until_s + took_s, text)
    verdict: Verdict = listener.verdict or left(listener.hearing)
    delay_s = verdict.at_s + EAR_S
    return Trial(opening, verdict.who, verdict.kind, verdict.why, delay_s, spent_s, text)


RECORDED: tuple[Label, ...] = ("mailbox", "announcement")
