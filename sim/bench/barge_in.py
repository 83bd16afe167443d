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
from uuid import UUID

import numpy as np

from cobranca.inbound.opening_hours import OpeningHours
from foundation.clock import SystemClock
from foundation.crypto import Keys
from foundation.db.engine import connect
from foundation.sound import tone
from sim.bench.figures import Figure
from sim.bench.progress import Progress
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
from ura.ports import Pressed, Samples, Sound, VoiceChannel
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
AIM_S, DECIDED_AIM_S, AIM_SHARE, PERCENTILE = 0.250, 0.040, 0.05, 95


@dataclass(frozen=True, slots=True)
class Stop:
    """`late_s`: from the first sound of the voice to the last of the prompt.

    `left_s`: the same from when the URA had made up its mind.
    """

    what: str
    late_s: float | None  # None: it went on
    left_s: float | None = None


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
    async with _conversations(stack) as decided_s:
        spoken = await _calls(stack, voices, decided_s)
        return spoken, await _calls(stack, noises, decided_s)


async def _calls(
    stack: Stack, sounds: Sequence[tuple[str, Samples]], decided_s: Sequence[float]
) -> list[Stop]:
    found: list[Stop] = []
    progress = Progress("sons sobre falas", len(sounds))
    for at in range(0, len(sounds), EACH):
        made = sounds[at : at + EACH]
        found += await _call(stack, made, decided_s)
        progress.done(len(made))
    return found


async def _call(
    stack: Stack, sounds: Sequence[tuple[str, Samples]], decided_s: Sequence[float]
) -> list[Stop]:
    """One call, in which each sound is made into another prompt."""
    asterisk = stack.settings.asterisk
    peer = (asterisk.sip_host, asterisk.sip_port)
    found: list[Stop] = []
    async with calling(peer, NUMBER, CALLER.format(0)) as caller:
        try:
            await caller.hears_beginning(GREETING_S)
            for what, sound in sounds:
                onset_s, last_s = await _made_into(caller, sound)
                found.append(stop_of(what, onset_s, last_s, decided_s))
                if found[-1].late_s is None:
                    await caller.presses("9")
                else:
                    await caller.hears_beginning()
        except (HungUp, TimeoutError):
            return found
    return found


async def _made_into(caller: Caller, sound: Samples) -> tuple[float, float | None]:
    """Make a sound into a prompt; return its onset, and when the prompt fell silent."""
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
            return onset_s, last_s
        last_s = at_s
    ended = asyncio.get_running_loop().time() - last_s > GAP_S
    return onset_s, last_s if ended else None


def stop_of(
    what: str, onset_s: float, last_s: float | None, decided_s: Sequence[float]
) -> Stop:
    """Judge one sound by when it began, when the prompt was last heard, the decisions."""
    if last_s is None:
        return Stop(what, None)
    decision_s = next((at for at in decided_s if at >= onset_s), None)
    left_s = None if decision_s is None else max(0.0, last_s - decision_s)
    return Stop(what, last_s - onset_s, left_s)


class Decides:
    """A VoiceChannel that notes when prompts are stopped, on the caller's clock."""

    def __init__(self, channel: VoiceChannel, decided_s: list[float]) -> None:
        self._channel = channel
        self._decided_s = decided_s

    def heard(self) -> AsyncIterator[Sound | Pressed]:
        return self._channel.heard()

    async def send(self, frame: bytes) -> None:
        await self._channel.send(frame)

    async def drop(self) -> None:
        self._decided_s.append(asyncio.get_running_loop().time())
        await self._channel.drop()

    async def leave(self) -> None:
        await self._channel.leave()


class Tones:
    """A Voice that hums the question, and is quick with all else."""

    def __init__(self) -> None:
        asked = (one for name, one in prompts().items() if name.startswith(QUESTION))
        self._long = {piece.text for one in asked for piece in pieces_of(one, {})}

    async def say(self, text: str, *, last: bool) -> Samples:
        return tone((500.0,), QUESTION_S if text in self._long else SHORT_S)


@asynccontextmanager
async def _conversations(stack: Stack) -> AsyncIterator[Sequence[float]]:
    """Hold the conversations of the calls; gives when their prompts were stopped."""
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
    decided_s: list[float] = []

    async def hold(call: UUID, channel: VoiceChannel) -> None:
        await talks.talks(call, Decides(channel, decided_s))

    sounds = TalkServer(hold, 10, expects=talks.expects)
    server = AgiServer({"inbound": ura.inbound, "talked": ura.talked}, 10)
    hearing, agi = settings.hearing, settings.agi
    async with (
        sounds.serving(hearing.host, hearing.port),
        server.serving(agi.host, agi.port),
    ):
        yield decided_s
    await engine.dispose()


def figures_of(spoken: Sequence[Stop], disturbed: Sequence[Stop]) -> list[Figure]:
    """Judge what was measured."""
    plain = [stop for stop in disturbed if stop.what not in PITCHED]
    pitched = [stop for stop in disturbed if stop.what in PITCHED]
    return [
        _last_heard("onset of a voice", [stop.late_s for stop in spoken], AIM_S),
        _last_heard("the URA's decision", [stop.left_s for stop in spoken], DECIDED_AIM_S),
        _stopped("coughs and noises", plain, AIM_SHARE),
        _stopped("horns and music, which have a pitch", pitched, None),
    ]


def _last_heard(since: str, after_s: Sequence[float | None], aim_s: float) -> Figure:
    """How long the prompt went on; None: it was not stopped."""
    known = [each for each in after_s if each is not None]
    p95, p50, worst = np.percentile(known or [np.nan], (PERCENTILE, 50, 100))
    return Figure(
        what=f"{since} to the last of the prompt, p95 of {len(after_s)}",
        value=1000 * float(p95),
        unit="ms",
        compared_with=(
            f"p50 {1000 * p50:.0f}, worst {1000 * worst:.0f} ms, "
            f"{len(after_s) - len(known)} not stopped"
        ),
        aim=f"< {1000 * aim_s:.0f} ms",
        met=bool(known) and len(known) == len(after_s) and bool(p95 < aim_s),
    )


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
