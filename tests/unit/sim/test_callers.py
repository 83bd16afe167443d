"""Who calls the automatic conversation, and the sound of what they say."""

from __future__ import annotations

from sim.callers.personas import personas
from sim.callers.voices import lacking, left_over


def test_every_line_of_the_quick_callers_is_committed_and_no_other() -> None:
    assert lacking() == []
    assert left_over() == []


def test_there_are_enough_callers_and_no_two_of_one_name() -> None:
    names = [persona.name for persona in personas()]
    assert len(set(names)) == len(names) >= 30
