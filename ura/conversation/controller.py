"""Leads a call through a flow: says what a turn says, hears the answer, has steps done.

Knows neither AGI nor the database: those are behind ports. Whatever breaks is told to the
caller in the words of the flow; a hang-up ends everything, wherever the call is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from foundation.observability import get_logger
from ura.conversation.ear import Activity, Ear
from ura.conversation.mouth import Mouth
from ura.conversation.record import TurnRecord, turn_record
from ura.dialogue.intents import Intents
from ura.dialogue.turn import Over, Turn, Why
from ura.dialogue.understanding import (
    Keys,
    Speech,
    Understood,
    listens_for,
    understood,
)
from ura.flow.engine import (
    Answered,
    Broke,
    Busy,
    Done,
    Event,
    Finish,
    Listen,
    Missed,
    Quiet,
    Run,
    Utterance,
    Walk,
    advance,
    begin,
)
from ura.flow.nodes import Flow, Hears
from ura.ports import (
    RATE_HZ,
    CallOver,
    Recogniser,
    Samples,
    StepFailed,
    Steps,
    VoiceChannel,
)

STEP_S = 8.0  # for a step; the caller hears nothing meanwhile
BETWEEN_S = 0.15  # of silence between two prompts
HUNG_UP = "hung_up"

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a conversation is held with. `sound` speaks a prompt with its slots.

    `deaf`: nobody is here to recognise speech, so that all goes by keys. `turned` is told
    each turn as it ends, with what was asked as `written`.
    """

    sound: Callable[[str, Mapping[str, object]], Awaitable[Samples]]
    recogniser: Recogniser
    steps: Steps
    intents: Intents
    activity: Callable[[], Activity]
    today: date
    deaf: Callable[[], bool] = lambda: False
    turned: Callable[[TurnRecord], None] = lambda _turn: None
    written: Callable[[str, Mapping[str, object]], str] = lambda prompt, _slots: prompt


@dataclass(slots=True)
class Held:
    """A conversation, as far as it went."""

    walk: Walk | None = None
    outcome: str = HUNG_UP
    hands_over: bool = False
    turns: list[TurnRecord] = field(default_factory=list)


async def hold(
    flow: Flow, channel: VoiceChannel, means: Means, slots: Mapping[str, object]
) -> Held:
    """Hold the conversation to its end, or to the caller's."""
    held = Held()
    mouth = Mouth(channel)
    ear = Ear(channel, means.activity())
    tasks = [asyncio.create_task(mouth.run()), asyncio.create_task(ear.run())]
    leading = asyncio.create_task(_Leader(flow, means, mouth, ear, held).lead(slots))
    try:
        await asyncio.wait({leading, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        if not leading.done():  # the line is gone; the leader finds out by itself
            with suppress(asyncio.TimeoutError):
                async with asyncio.timeout(STEP_S):
                    await asyncio.shield(leading)
        if leading.done():
            leading.result()
    except CallOver:
        pass
    finally:
        for task in (leading, *tasks):
            task.cancel()
        await asyncio.wait({leading, *tasks})
        await channel.leave()
        _tell_broken(tasks)
    return held


def _tell_broken(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, CallOver):
            raise error


class _Leader:
    def __init__(
        self, flow: Flow, means: Means, mouth: Mouth, ear: Ear, held: Held
    ) -> None:
        self._flow = flow
        self._means = means
        self._mouth = mouth
        self._ear = ear
        self._held = held
        self._asked: list[str] = []

    async def lead(self, slots: Mapping[str, object]) -> None:
        walk, turn = begin(self._flow, slots, keys_only=self._means.deaf())
        while True:
            self._held.walk = walk
            await self._say(turn.say, walk, heard_out=not isinstance(turn.then, Listen))
            match turn.then:
                case Finish(outcome, hands_over):
                    self._held.outcome, self._held.hands_over = outcome, hands_over
                    return
                case Run(step):
                    event: Event = await self._run(step, walk)
                case Listen():
                    event = await self._listen(turn.then)
            walk, turn = advance(self._flow, walk, event)

    async def _say(
        self, say: tuple[Utterance, ...], walk: Walk, *, heard_out: bool
    ) -> None:
        """Begin to speak; what may not be interrupted is heard out before the rest."""
        rest: list[Samples] = []
        for utterance in say:
            sound = await self._means.sound(utterance.prompt, walk.slots)
            self._asked.append(self._means.written(utterance.prompt, walk.slots))
            if utterance.whole:
                self._mouth.say(sound)
                await self._ear.wait(self._mouth)
            else:
                rest += [sound, np.zeros(round(BETWEEN_S * RATE_HZ))]
        if rest:
            self._mouth.say(np.concatenate(rest[:-1]))
        if heard_out:
            await self._ear.wait(self._mouth)

    async def _run(self, step: str, walk: Walk) -> Event:
        try:
            async with asyncio.timeout(STEP_S):
                result, filled = await self._means.steps.run(step, walk.slots)
        except (StepFailed, TimeoutError) as error:
            log.error("step_failed", step=step, why=str(error) or type(error).__name__)
            return Broke()
        return Done(result, filled)

    async def _listen(self, listen: Listen) -> Event:
        state = listen.state
        choice = state.hears is Hears.CHOICE
        around = {each.key for each in self._flow.anywhere.values() if each.key}
        turn = Turn(
            waits=state.waits,
            at_once=frozenset(state.keys) | around if choice else frozenset(),
            digits=state.digits,
            deaf=listen.keys_only,
        )
        over = await self._ear.listen(turn, self._mouth)
        heard = await self._heard(listen, over)
        meant = None
        if heard is not None:
            meant = understood(
                self._flow, state, heard, self._means.intents, self._means.today
            )
        told = turn_record(state, over, self._ear.begun_s, heard, meant)
        self._held.turns.append(replace(told, asked=" ".join(self._asked)))
        self._asked.clear()
        self._means.turned(self._held.turns[-1])
        return _event(over, heard, meant)

    async def _heard(self, listen: Listen, over: Over) -> Keys | Speech | None:
        if over.why is Why.KEYS:
            return Keys(over.keys)
        if over.why is Why.SILENCE:
            return None
        phrases, free = listens_for(self._flow, listen.state, self._means.intents)
        return await self._means.recogniser.speech(
            self._ear.sound(over), phrases, free=free
        )


def _event(over: Over, heard: Keys | Speech | None, meant: Understood | None) -> Event:
    if meant is not None and meant.outcome:
        return Answered(meant.outcome, meant.value)
    if meant is not None:
        return Missed()
    return Quiet() if over.why is Why.SILENCE else Busy()
