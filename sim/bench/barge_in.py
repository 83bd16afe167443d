"""Who speaks into a prompt stops it; who coughs does not: in the caller's recording.

Real switch, real RTP, the conversation in this process. The prompts are steady tones, so
that their end is seen; each voice is taken for "repeat", so that there is another prompt
to speak into. The voices and the noises are synthetic.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import repeat

import numpy as np

from cobranca.inbound.opening_hours import OpeningHours
from foundation.clock import SystemClock
from foundation.crypto import Keys
from foundation.db.engine import connect
from foundation.sound import tone
from sim.bench.figures import Figure
from sim.bench.stack import Stack, floor_stack
from sim.callers.caller import Caller, HungUp, calling, is_loud
from sim.callers.noises import NOISES, noise
from sim.callers.voices import SHIPPED
from ura.adapters.audiosocket_channel import TalkServer
from ura.adapters.fastagi import AgiServer
from ura.adapters.scripted_recogniser import ScriptedRecogniser
from ura.app import Ura
from ura.flow.prompts import prompts
from ura.numbers import Numbers
from ura.owed_calls import OwedCalls
from ura.ports import Samples
from ura.settings import UraSettings
from ura.speaking.pieces import pieces_of
from ura.speaking.recordings import read_wav
from ura.speaking.speaker import Speaker
from ura.steps.case import Means
from ura.talking import Talks

NUMBER, CALLER = "551130000100", "551190010{:04}"
EACH = 4  # prompts of one call that are put at request
QUESTION = "purpose"
QUESTION_S, SHORT_S = 5.0, 0.1  # of tone: the question, and what comes before it
GREETING_S = 2.5  # then the first question is being put
INTO_S = 0.7
GAP_S = 0.2  # of quiet: the prompt is over
AFTER_S = 0.5
PITCHED = ("horn", "music")  # told apart: they have a voice's pitch
SEEDS, QUICK_SEEDS = 8, 2
AIM_S, AIM_SHARE, PERCENTILE = 0.250, 0.05, 95


@dataclass(frozen=True, slots=True)
class Stop:
    """`late_s`: from the first sound of the voice to the last of the prompt."""

    what: str
    late_s: float | None  # None: it went on


def measure(quick: bool) -> list[Figure]:
    """Interrupt by every committed line, and disturb by every kind of noise."""
    lines = [(path.stem, read_wav(path)) for path in sorted(SHIPPED.glob("*.wav"))]
    voices = [(name, sound) for name, sound in lines if sound is not None]
    seeds = range(QUICK_SEEDS if quick else SEEDS)
    noises = [(kind, noise(kind, seed)) for kind in NOISES for seed in seeds]
    with floor_stack(seats=1) as stack:
        spoken, disturbed = asyncio.run(_all(stack, voices, noises))
    return figures_of(spoken, disturbed)


async def _all(
    stack: Stack,
    voices: Sequence[tuple[str, Samples]],
    noises: Sequence[tuple[str, Samples]],
) -> tuple[list[Stop], list[Stop]]:
    async with _conversations(stack):
        return await _calls(stack, voices), await _calls(stack, noises)


async def _calls(stack: Stack, sounds: Sequence[tuple[str, Samples]]) -> list[Stop]:
    found: list[Stop] = []
    for at in range(0, len(sounds), EACH):
        found += await _call(stack, sounds[at : at + EACH])
    return found


async def _call(stack: Stack, sounds: Sequence[tuple[str, Samples]]) -> list[Stop]:
    """One call, in which each sound is made into another prompt."""
    asterisk = stack.settings.asterisk
    peer = (asterisk.sip_host, asterisk.sip_port)
    found: list[Stop] = []
    async with calling(peer, NUMBER, CALLER.format(0)) as caller:
        try:
            await caller.hears_beginning(GREETING_S)
            for what, sound in sounds:
                found.append(Stop(what, await _made_into(caller, sound)))
                if found[-1].late_s is None:
                    await caller.presses("9")
                else:
                    await caller.hears_beginning()
        except (HungUp, TimeoutError):
            return found
    return found


async def _made_into(caller: Caller, sound: Samples) -> float | None:
    """Make a sound into a prompt; when the prompt fell silent, counted from its onset."""
    await caller.hears_beginning(INTO_S)
    media = caller.media
    place = len(media.sent)
    await caller.says(sound)
    onset_s = next(at for at, frame in media.sent[place:] if is_loud(frame))
    await caller.waits(AFTER_S)
    last_s = onset_s
    for at_s, heard in media.heard:
        if at_s < onset_s or not is_loud(heard):
            continue
        if at_s - last_s > GAP_S:
            return last_s - onset_s
        last_s = at_s
    ended = asyncio.get_running_loop().time() - last_s > GAP_S
    return last_s - onset_s if ended else None


class Tones:
    """A Voice that hums the question, and is quick with all else."""

    def __init__(self) -> None:
        asked = (one for name, one in prompts().items() if name.startswith(QUESTION))
        self._long = {piece.text for one in asked for piece in pieces_of(one, {})}

    async def say(self, text: str, *, last: bool) -> Samples:
        return tone((500.0,), QUESTION_S if text in self._long else SHORT_S)


@asynccontextmanager
async def _conversations(stack: Stack) -> AsyncIterator[None]:
    settings = stack.settings
    engine = connect(settings, pool_size=2)
    keys = Keys.of(stack.home)
    owed = OwedCalls(stack.home.root / "ura" / "owed", keys)
    means = Means(
        engine=engine,
        keys=keys,
        contact_clock=SystemClock,
        opening=OpeningHours(),
        owe=owed.owe,
    )
    speaker = Speaker(prompts(), Tones())
    always = ScriptedRecogniser(repeat("pode repetir"))
    talks = Talks(means, speaker, always, lambda: False, owed)
    ours = UraSettings.model_validate({"ura": {"talks_on": NUMBER}})
    ura = Ura(ours, SystemClock(), Numbers(engine, ours.ura))
    ura.talks = talks
    sounds = TalkServer(talks.talks, 10, expects=talks.expects)
    server = AgiServer({"inbound": ura.inbound, "talked": ura.talked}, 10)
    hearing, agi = settings.hearing, settings.agi
    async with (
        sounds.serving(hearing.host, hearing.port),
        server.serving(agi.host, agi.port),
    ):
        yield
    await engine.dispose()


def figures_of(spoken: Sequence[Stop], disturbed: Sequence[Stop]) -> list[Figure]:
    """Judge what was measured."""
    late = [stop.late_s for stop in spoken if stop.late_s is not None]
    p95 = float(np.percentile(late, PERCENTILE)) if late else float("nan")
    p50 = float(np.median(late)) if late else float("nan")
    plain = [stop for stop in disturbed if stop.what not in PITCHED]
    pitched = [stop for stop in disturbed if stop.what in PITCHED]
    return [
        Figure(
            what=f"onset of a voice to the last of the prompt, p95 of {len(spoken)}",
            value=1000 * p95,
            unit="ms",
            compared_with=f"p50 {1000 * p50:.0f} ms, {len(spoken) - len(late)} not stopped",
            aim=f"< {1000 * AIM_S:.0f} ms",
            met=bool(late) and len(late) == len(spoken) and p95 < AIM_S,
        ),
        _stopped("coughs and noises", plain, AIM_SHARE),
        _stopped("horns and music, which have a pitch", pitched, None),
    ]


def _stopped(what: str, stops: Sequence[Stop], aim: float | None) -> Figure:
    count = sum(stop.late_s is not None for stop in stops)
    kinds = sorted({stop.what for stop in stops if stop.late_s is not None})
    share = count / max(len(stops), 1)
    return Figure(
        what=f"prompts stopped by {what}, of {len(stops)}",
        value=100 * share,
        unit="%",
        compared_with=", ".join(kinds),
        aim="" if aim is None else f"<= {aim:.0%}",
        met=None if aim is None else bool(stops) and share <= aim,
    )
