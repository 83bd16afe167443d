"""Whole conversations with callers who speak, press, interrupt and hang up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import date

import pytest

from tests.builders.lines import Line, Loudness, in_virtual_time, tone
from ura.adapters.scripted_recogniser import ScriptedRecogniser
from ura.conversation.controller import Held, Means, hold
from ura.dialogue.intents import intents
from ura.dialogue.turn import BEGINS
from ura.ports import Samples, StepFailed
from ura.scripts.flows import shipped

PROMPT_S = 2.0
CPF = "52998224725"


class Desk:
    """Steps answered as told; what was asked of it is kept."""

    def __init__(self, answers: Mapping[str, str | Exception]) -> None:
        self.answers = answers
        self.ran: list[str] = []

    async def run(
        self, step: str, slots: Mapping[str, object]
    ) -> tuple[str, Mapping[str, object]]:
        self.ran.append(step)
        answer = self.answers[step]
        if isinstance(answer, Exception):
            raise answer
        if answer == "never":
            await asyncio.Event().wait()
        return answer, {"owed": 1, "creditor": "Loja", "name": "Ana"}


class Trial:
    """A conversation and what was said in it."""

    def __init__(self, held: Held, line: Line, said: list[str], heard: ScriptedRecogniser):
        self.held, self.line, self.said, self.recogniser = held, line, said, heard


def call(
    caller: Callable[[Line], Awaitable[None]],
    texts: Iterable[str | None] = (),
    steps: Mapping[str, str | Exception] | None = None,
    *,
    deaf: bool = False,
) -> Trial:
    said: list[str] = []

    async def sound(prompt: str, slots: Mapping[str, object]) -> Samples:
        said.append(prompt)
        return tone(PROMPT_S)

    line = Line(caller)
    recogniser = ScriptedRecogniser(texts)
    means = Means(
        sound=sound,
        recogniser=recogniser,
        steps=Desk(steps or {}),
        intents=intents(),
        activity=Loudness,
        today=date(2026, 3, 10),
        deaf=lambda: deaf,
    )
    held = in_virtual_time(hold(shipped("receptive"), line, means, {"protocol": "123"}))
    return Trial(held, line, said, recogniser)


async def answers_yes(line: Line) -> None:
    await line.hears_prompt()
    await line.speak(0.6)
    await line.quiet(3600)


def test_a_word_is_recognised_and_the_conversation_goes_on() -> None:
    trial = call(answers_yes, ["sim"])
    assert trial.said[:4] == ["welcome", "protocol", "purpose_1", "cpf_1"]
    (seconds, phrases, free), *_ = trial.recogniser.asked
    assert seconds == pytest.approx(0.6 + 0.3 + 0.5, abs=0.1)  # before it, and the pause
    assert "engano" in phrases
    assert not free
    first = trial.held.turns[0]
    assert (first.state, first.kind, first.hypothesis) == ("purpose", "speech", "sim")
    assert (first.outcome, first.why) == ("yes", "")
    assert first.end_s - first.begin_s == pytest.approx(1.4, abs=0.1)


def test_who_is_silent_is_left_in_the_end() -> None:
    trial = call(answers_yes, ["sim"])  # and then says nothing more
    assert trial.held.outcome == "silent"
    assert trial.line.left
    assert [turn.kind for turn in trial.held.turns] == ["speech", *["silence"] * 3]


def test_the_whole_greeting_is_heard_though_somebody_speaks_and_keys_are_kept() -> None:
    async def impatient(line: Line) -> None:
        await line.hears_beginning(0.5)
        await line.speak(1.0)
        await line.press("1")
        await line.hears_prompt()
        await line.quiet(2)

    trial = call(impatient)
    assert len(trial.line.spoken) * 0.02 > 2 * PROMPT_S  # welcome and protocol, whole
    assert trial.held.turns[0].outcome == "yes"  # the key was for the question after it


def test_a_voice_stops_the_prompt_within_two_frames() -> None:
    begun: list[float] = []

    async def interrupts(line: Line) -> None:
        await line.hears_beginning(2 * PROMPT_S + 0.5)  # into the question
        begun.append(asyncio.get_running_loop().time())
        await line.speak(0.8)
        await line.quiet(1)

    trial = call(interrupts, ["sim"])
    decided_s = begun[0] + BEGINS * 0.02
    in_the_question = [at_s for at_s, _ in trial.line.spoken if at_s < begun[0] + 1.2]
    assert in_the_question[-1] <= decided_s + 0.04
    assert in_the_question[-1] > begun[0]


def test_frames_leave_every_twenty_milliseconds_and_never_more_than_two_ahead() -> None:
    trial = call(answers_yes, ["sim"])
    frames = trial.line.frames
    for count, at_s in enumerate(frames):
        assert -1.5 <= count + 1 - (at_s - frames[0]) / 0.02 <= 2 + 1e-6


def test_keys_are_an_answer_and_a_secret_is_not_written_down() -> None:
    async def keys(line: Line) -> None:
        await line.hears_prompt()
        await line.press("1")
        await line.hears_prompt()
        await line.press(CPF)
        await line.hears_prompt()
        await line.press("1")
        await line.hears_prompt()
        await line.press("23051985")
        await line.hears_prompt()
        await line.press("1")  # the balance

    steps = {"identify": "confirmed", "find_matter": "debt"}
    trial = call(keys, (), steps)
    assert [turn.outcome for turn in trial.held.turns[:5]] == [
        "yes", "given", "yes", "given", "balance",
    ]  # fmt: skip
    assert [turn.hypothesis for turn in trial.held.turns[:5]] == [
        "1",
        "***",
        "1",
        "***",
        "1",
    ]
    assert trial.said[-2:] == ["balance_told", "want_offers_1"]


def test_when_nobody_has_time_to_recognise_keys_are_offered() -> None:
    async def speaks_then_presses(line: Line) -> None:
        await line.hears_prompt()
        await line.speak(0.6)
        await line.hears_prompt()
        await line.press("1")
        await line.hears_prompt()

    trial = call(speaks_then_presses, [None])
    assert trial.said[2:5] == ["purpose_1", "purpose_keys", "cpf_1"]
    assert trial.held.turns[0].why == "busy"


@pytest.mark.parametrize("broken", [StepFailed("banco de dados"), "never"])
def test_a_step_that_fails_is_told_and_a_person_follows(broken: str | Exception) -> None:
    async def keys(line: Line) -> None:
        for pressed in ("1", CPF, "1", "23051985"):
            await line.hears_prompt()
            await line.press(pressed)
        await line.quiet(60)

    trial = call(keys, (), {"identify": broken, "owe_call_back": "nobody"})
    assert trial.said[-1] == "broken"
    assert (trial.held.outcome, trial.held.hands_over) == ("broken", True)


@pytest.mark.parametrize("after_s", [0.0, 0.01, 1.0, 4.1, 5.0, 7.0, 9.0, 16.0, 40.0])
def test_a_hang_up_at_any_moment_ends_everything(after_s: float) -> None:
    async def leaves(line: Line) -> None:
        await line.quiet(after_s)

    trial = call(leaves)
    assert trial.held.outcome == ("hung_up" if after_s < 40 else "silent")
    assert trial.line.left


def test_a_hang_up_while_words_are_recognised_or_a_step_runs() -> None:
    async def leaves(line: Line) -> None:
        for pressed in ("1", CPF, "1", "23051985"):
            await line.hears_prompt()
            await line.press(pressed)

    trial = call(leaves, (), {"identify": "never", "owe_call_back": "nobody"})
    assert trial.held.outcome in ("hung_up", "broken")


def test_who_knows_the_questions_types_ahead_during_the_greeting() -> None:
    """Every key answers the question that it is for, though none was put yet."""

    async def types(line: Line) -> None:
        await line.hears_beginning(0.2)
        await line.press(f"1{CPF}1230519851", apart_s=0.05)
        await line.quiet(600)

    steps = {"identify": "confirmed", "find_matter": "debt"}
    trial = call(types, [], steps)
    assert [(turn.state, turn.outcome) for turn in trial.held.turns[:5]] == [
        ("purpose", "yes"), ("cpf", "given"), ("cpf_read", "yes"), ("birth", "given"),
        ("reason", "balance"),
    ]  # fmt: skip


def test_where_nobody_recognises_speech_each_question_tells_its_keys() -> None:
    async def speaks(line: Line) -> None:
        await line.hears_prompt()
        await line.speak(1.0)
        await line.quiet(1)
        await line.press("1")
        await line.quiet(600)

    trial = call(speaks, ["sim"], deaf=True)
    assert trial.said[2:6] == ["purpose_1", "purpose_keys", "cpf_1", "cpf_keys"]
    assert trial.recogniser.asked == []  # nothing that was said counts
    first = trial.held.turns[0]
    assert (first.kind, first.outcome) == ("keys", "yes")
