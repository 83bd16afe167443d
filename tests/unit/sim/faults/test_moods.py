"""A mood of the network is a row that every call gets."""

from __future__ import annotations

import pytest

from sim.faults.carrier_moods import row


@pytest.mark.parametrize(
    ("mood", "act"), [("silent", "silent"), ("refuses", "refuse"), ("answers", "together")]
)
def test_a_mood_is_what_every_call_gets(mood: str, act: str) -> None:
    fields = row(mood).split(",")
    assert (fields[0], len(fields)) == (act, 6)
