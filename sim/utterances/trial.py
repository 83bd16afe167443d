"""One answer, taken as on a call: voice detector, turn, recogniser, sense."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date

import numpy as np

from sim.utterances.labelled import Utterance
from ura.adapters.voice_activity import VoiceActivity
from ura.adapters.whisper_phrases import WhisperPhrases
from ura.dialogue.intents import Scored, intents
from ura.dialogue.turn import FRAME_S, Over, Turn, Why
from ura.dialogue.understanding import Speech, listens_for, understood
from ura.flow.nodes import Ask
from ura.ports import FRAME_BYTES, RATE_HZ, Samples
from ura.scripts.flows import shipped

FLOW = "receptive"
TODAY = date(2026, 3, 10)
PATIENCE_S = 6.0  # with a line on which nothing is heard


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What was made of an answer; processor seconds of its recognition."""

    utterance: Utterance
    outcome: str
    value: str
    text: str
    heard: bool  # the detector found a voice at all
    recognising_s: float

    @property
    def right(self) -> bool:
        """The outcome that was meant, and its value; nothing, where nothing was meant."""
        wanted = self.utterance
        if self.outcome != wanted.means:
            return False
        return not wanted.value or _number(self.value) == _number(wanted.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What the recogniser made of an answer, before any sense is made of it."""

    voiced: bool  # the detector found a voice at all
    text: str = ""
    scores: tuple[tuple[str, float], ...] = ()
    guess: str = ""
    spent_s: float = 0.0  # processor seconds


def hear(utterance: Utterance, samples: Samples, recogniser: WhisperPhrases) -> Hearing:
    """Play the sound to the same parts that hold a conversation."""
    over = _turn(question_of(utterance), samples)
    if over.why is not Why.SPEECH:
        return Hearing(voiced=False)
    begin, end = (max(0, round(s * RATE_HZ)) for s in (over.begin_s, over.end_s))
    phrases, free = asked_for(utterance)
    began = time.process_time()
    heard = recogniser.hear(samples[begin:end], phrases, free=free)
    spent_s = time.process_time() - began
    return Hearing(
        voiced=True, text=heard.text, scores=heard.scores, guess=heard.guess,
        spent_s=spent_s,
    )  # fmt: skip


def asked_for(utterance: Utterance) -> tuple[list[str], bool]:
    """The phrases that are scored for it, and whether its text is wanted."""
    return listens_for(shipped(FLOW), question_of(utterance), intents())


def question_of(utterance: Utterance) -> Ask:
    """The question that it answers. Raises ValueError when it is none."""
    state = shipped(FLOW).states[utterance.state]
    if not isinstance(state, Ask):
        raise ValueError(utterance.state)
    return state


def trial(utterance: Utterance, heard: Hearing) -> Trial:
    """Make sense of what was heard."""
    scored = tuple(Scored(p, s) for p, s in heard.scores)
    speech = Speech(heard.text, scored, heard.guess)
    state = question_of(utterance)
    meant = understood(shipped(FLOW), state, speech, intents(), TODAY)
    return Trial(
        utterance=utterance,
        outcome=meant.outcome if heard.voiced else "",
        value="" if meant.value is None else str(meant.value),
        text=heard.text,
        heard=heard.voiced,
        recognising_s=heard.spent_s,
    )


def _turn(state: Ask, samples: Samples) -> Over:
    """Where the answer lies in the sound."""
    pcm = np.round(np.clip(samples, -1.0, 1.0) * 32767).astype("<i2").tobytes()
    activity, turn = VoiceActivity(), Turn(waits=state.waits)
    turn.prompt_over(0.0)
    now_s = 0.0
    for at in range(0, len(pcm) - FRAME_BYTES + 1, FRAME_BYTES):
        now_s += FRAME_S
        turn.frame(now_s, voiced=activity.voiced(pcm[at : at + FRAME_BYTES]))
        if over := turn.at(now_s):
            return over
    return turn.at(now_s + PATIENCE_S) or Over(why=Why.SILENCE, end_s=now_s)


def _number(value: str) -> str:
    """`350` and `350.00` are one amount."""
    return value.removesuffix(".00")
