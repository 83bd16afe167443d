"""How long a caller waits for the robot: from the end of his turn to its next words.

The real parts of a call but the switch: sound over AudioSocket on loopback, the voice
detector, the turn, a recogniser process with its model, the flow, prompts by the live
voice. The caller speaks into the question, then hears when the first frame of the next
prompt comes. The end of a turn is what the detector says: half a second of silence; the
same wait is told from the end of speech in the sound too.
"""

from __future__ import annotations

import asyncio
import importlib.util
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import numpy as np

from foundation.embedded.errors import ServerProblem
from foundation.embedded.tools import program
from foundation.settings import ProcessSettings
from sim.bench.figures import Figure, NotMeasured
from sim.bench.robot.caller import Caller
from sim.openings.sounds import Sounds, read
from sim.utterances.labelled import Utterance, labelled
from sim.utterances.trial import TODAY
from ura.adapters.audiosocket_channel import AudioSocketChannel, TalkServer
from ura.adapters.espeak_voice import PROGRAM, VOICE, EspeakVoice
from ura.adapters.kokoro_voice import VoiceUnavailable
from ura.adapters.recognisers import PhraseRecognisers
from ura.adapters.voice_activity import VoiceActivity
from ura.conversation.controller import Means, hold
from ura.dialogue.intents import Intents, intents
from ura.dialogue.understanding import Speech, options_of
from ura.flow.nodes import Ask, Flow
from ura.flow.prompts import prompts
from ura.ports import Recogniser, Samples, StepFailed
from ura.scripts.flows import shipped
from ura.speaking.recordings import RecordedVoice
from ura.speaking.speaker import Speaker

TURNS, QUICK_TURNS = 30, 6
KEY = "1"
WARM_S = 90.0  # for the model to be loaded
APOLOGY = "owe_call_back"  # done when a step fails; here there is nobody to call back

Says = Callable[[str, Mapping[str, object]], Awaitable[Samples]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of turn: the question, phrases an intent may have, the aim in seconds."""

    what: str
    state: str
    phrases: int  # of the whole list; 0: the whole list as it is
    aim_s: float | None


KINDS = (
    Kind(what="list of 12 phrases", state="want_offers", phrases=12, aim_s=0.7),
    Kind(what="list of 32 phrases", state="want_offers", phrases=32, aim_s=1.4),
    Kind(what="list of the question itself", state="want_offers", phrases=0, aim_s=None),
    Kind(what="free text", state="can_pay", phrases=0, aim_s=0.9),
)
KEYS = Kind(what="key", state="want_offers", phrases=0, aim_s=0.15)


@dataclass(frozen=True, slots=True)
class Wait:
    """Seconds to the first frame of the next prompt."""

    from_turn_s: float
    from_speech_s: float


def measure(quick: bool) -> list[Figure]:
    """Take so many turns of each kind. Raises NotMeasured without the models."""
    for package, extra in {"onnxruntime": "voices", "ctranslate2": "recognition"}.items():
        if importlib.util.find_spec(package) is None:
            raise NotMeasured(f"falta {package}: pip install 'acordo[{extra}]'")
    settings = ProcessSettings()
    turns = QUICK_TURNS if quick else TURNS
    with TemporaryDirectory(prefix="acordo-") as folder:
        try:
            return asyncio.run(_measure(settings, turns, Path(folder)))
        except TimeoutError as error:
            raise NotMeasured(
                "a URA não respondeu a tempo: meça com a máquina parada"
            ) from error


async def _measure(settings: ProcessSettings, turns: int, folder: Path) -> list[Figure]:
    models = settings.cache / "models"
    sounds = Sounds(settings.home / "cache" / "utterances", models / "kokoro")
    try:
        command = await asyncio.to_thread(program, PROGRAM, settings, lambda _line: None)
        said = {k.state: _answers(sounds, k.state, turns) for k in KINDS}
    except (ServerProblem, VoiceUnavailable) as error:
        raise NotMeasured(str(error)) from error
    voice = RecordedVoice(folder, VOICE, EspeakVoice(command), keeps=True)
    async with AsyncExitStack() as stack:
        pool = PhraseRecognisers(models / "whisper", 1)
        recogniser = Timed(await stack.enter_async_context(pool))
        await _warm(pool)
        bench = Bench(Speaker(prompts(), voice).sound, recogniser)
        port = await stack.enter_async_context(
            TalkServer(bench.talks, 2).serving("127.0.0.1", 0)
        )
        found = []
        for kind in (*KINDS, KEYS):
            answers: Sequence[Samples | str] = said[kind.state][:turns]
            if kind is KEYS:
                answers = [KEY] * turns
            waits = [await bench.turn(port, kind, each) for each in answers]
            found += figures_of(kind, waits)
    return found


async def _warm(pool: PhraseRecognisers) -> None:
    """Have the model loaded; it is not what is measured."""
    async with asyncio.timeout(WARM_S):
        speech = await pool.speech(np.zeros(8000), ["sim"], free=False)
    if speech is None:
        raise NotMeasured("falta o reconhecedor: acordo models fetch whisper")


def _answers(sounds: Sounds, state: str, most: int) -> list[Samples]:
    """What is said at a question, by the voices of the part that is tuned on."""
    mine: list[Utterance] = [
        each
        for each in labelled("tune")
        if each.state == state and each.means and each.line == "clean"
    ]
    spoken = [read(sounds.path(mine[n % len(mine)].sound, [])) for n in range(most)]
    return [_to_the_end_of_speech(each) for each in spoken]


def _to_the_end_of_speech(samples: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(samples) > 0.05 * np.abs(samples).max())
    return samples[: int(loud[-1]) + 1]


class Timed:
    """A recogniser, and when it was asked: at the end of the turn."""

    def __init__(self, pool: Recogniser) -> None:
        self._pool = pool
        self.asked_s = 0.0

    async def speech(
        self, sound: Samples, phrases: Sequence[str], *, free: bool
    ) -> Speech | None:
        self.asked_s = asyncio.get_running_loop().time()
        return await self._pool.speech(sound, phrases, free=free)


class _Steps:
    async def run(
        self, step: str, slots: Mapping[str, object]
    ) -> tuple[str, Mapping[str, object]]:
        if step == APOLOGY:
            return "nobody", {}
        raise StepFailed(step)  # the flow says so: words of the robot all the same


class Bench:
    """Holds one call after another, each at the question that is measured."""

    def __init__(self, sound: Says, recogniser: Timed) -> None:
        self._sound = sound
        self._recogniser = recogniser
        self._flow: Flow = shipped("receptive")
        self._known: Intents = intents()

    async def talks(self, _call: UUID, channel: AudioSocketChannel) -> None:
        means = Means(
            sound=self._sound,
            recogniser=self._recogniser,
            steps=_Steps(),
            intents=self._known,
            activity=VoiceActivity,
            today=TODAY,
        )
        await hold(self._flow, channel, means, {})

    async def turn(self, port: int, kind: Kind, answer: Samples | str) -> Wait:
        """Call in, answer the question, and hear when the next words come."""
        self._flow = replace(shipped("receptive"), start=kind.state)
        self._known = _cut(intents(), kind)
        async with Caller.calls(port, uuid4()) as caller:
            await caller.hears_words()
            if isinstance(answer, str):
                await caller.hears_silence()
                pressed_s = await caller.presses(answer)
                heard_s = await caller.hears_words()
                return Wait(heard_s - pressed_s, heard_s - pressed_s)
            self._recogniser.asked_s = math.inf
            said_s = await caller.says(answer)
            heard_s = await caller.hears_words(lambda: self._recogniser.asked_s)
            return Wait(heard_s - self._recogniser.asked_s, heard_s - said_s)


def _cut(known: Intents, kind: Kind) -> Intents:
    """The first so many phrases of a question, as if its lists had no more."""
    if not kind.phrases:
        return known
    flow = shipped("receptive")
    state = flow.states[kind.state]
    if not isinstance(state, Ask):
        raise ValueError(kind.state)
    wanted = list(known.of(options_of(flow, state)))[: kind.phrases]
    phrases = {
        name: tuple(phrase for phrase in said if phrase in wanted)
        for name, said in known.phrases.items()
    }
    return replace(known, phrases=phrases)


def figures_of(kind: Kind, waits: Sequence[Wait]) -> list[Figure]:
    """The 95th percentile beside its aim."""
    turn_s, speech_s = (
        float(np.quantile([getattr(w, name) for w in waits], 0.95))
        for name in ("from_turn_s", "from_speech_s")
    )
    told = "" if kind is KEYS else f"from the end of speech {1000 * speech_s:.0f} ms"
    return [
        Figure(
            what=f"{kind.what}: end of turn to first frame, p95 of {len(waits)}",
            value=1000 * turn_s,
            unit="ms",
            compared_with=told,
            aim="" if kind.aim_s is None else f"< {1000 * kind.aim_s:.0f} ms",
            met=None if kind.aim_s is None else turn_s < kind.aim_s,
        )
    ]
