"""A conversation that breaks by itself ends with a person, not with silence."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.settings import ProcessSettings
from tests.integration.conversations.calls import dial, over
from tests.integration.conversations.ura_here import ura_here
from tests.real_switch import RealSwitch
from ura.adapters.scripted_recogniser import ScriptedRecogniser
from ura.ports import Samples, VoiceFailed

NUMBER = "551140041091"


class Mute:
    """A Voice that has been lost."""

    async def say(self, text: str, *, last: bool) -> Samples:
        raise VoiceFailed("a voz não responde")


async def test_whom_the_robot_cannot_speak_to_is_handed_to_a_person(
    engine: AsyncEngine, settings: ProcessSettings, real_switch: RealSwitch
) -> None:
    ear = ScriptedRecogniser(())
    async with ura_here(
        engine, settings, real_switch, [NUMBER], voice=Mute(), recogniser=ear
    ):
        dial(real_switch, NUMBER, "1WWWWWW")
        calls = await over(engine, [NUMBER])
    found = calls[NUMBER]
    assert (found.outcome, found.hands_over) == ("broken", True)
