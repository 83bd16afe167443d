"""What is understood of a sound file as the answer to one question: for trials by hand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from foundation.clock import SAO_PAULO, SystemClock
from ura.adapters.espeak_voice import from_wav
from ura.adapters.whisper_phrases import WhisperPhrases
from ura.dialogue.intents import Scored, intents
from ura.dialogue.understanding import Speech, listens_for, understood
from ura.flow.nodes import Ask, Flow
from ura.scripts.flows import shipped


class NoSuchQuestion(LookupError):
    """O fluxo não tem esta pergunta; a mensagem diz quais há."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """`outcome` is empty when nothing was sure."""

    outcome: str
    value: object
    text: str
    scores: tuple[tuple[str, float], ...]


def recognised(file: Path, flow_name: str, state: str, models: Path) -> Recognised:
    """Recognise a WAV. Raises NoSuchQuestion, VoiceFailed, RecogniserMissing."""
    flow = shipped(flow_name)
    question = _question(flow, state)
    sound = from_wav(file.read_bytes())
    phrases, free = listens_for(flow, question, intents())
    heard = WhisperPhrases(models).hear(sound, phrases, free=free)
    scored = tuple(Scored(p, s) for p, s in heard.scores)
    speech = Speech(heard.text, scored, heard.guess)
    today = SystemClock().now().astimezone(SAO_PAULO).date()
    meant = understood(flow, question, speech, intents(), today)
    return Recognised(
        outcome=meant.outcome, value=meant.value, text=heard.text, scores=heard.scores
    )


def _question(flow: Flow, name: str) -> Ask:
    questions = {n: s for n, s in flow.states.items() if isinstance(s, Ask)}
    if name not in questions:
        told = ", ".join(sorted(questions))
        raise NoSuchQuestion(f"“{name}” não é uma pergunta do fluxo; há: {told}")
    return questions[name]
