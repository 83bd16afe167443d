"""What is told of who answered while a call is listened to, and when."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import numpy as np

from foundation.ids import uuid7
from tests.unit.ura.test_hearing import quiet, speech, tone
from ura.answering.hearing import Samples
from ura.scripts.answering import listen


class NoRecogniser:
    """Has no time for any question."""

    def wake(self) -> None:
        pass

    async def text(self, samples: Samples) -> str | None:
        return None


async def told_of(*pieces: Samples) -> tuple[str, list[tuple[str, str]]]:
    """Who answered in the end, and each verdict that was told."""
    told: list[tuple[str, str]] = []

    async def sound() -> AsyncIterator[Samples]:
        whole = np.concatenate(pieces)
        for begin in range(0, len(whole), 800):
            yield whole[begin : begin + 800]

    async def tell(message: Mapping[str, Any]) -> None:
        told.append((message["who"], message["why"]))

    verdict = await listen(uuid7(), sound(), NoRecogniser(), tell)
    return verdict.who, told


async def test_a_person_is_told_at_once_and_a_mailbox_in_his_place() -> None:
    mailbox = (quiet(0.3), speech(0.5), quiet(1.0), speech(2.0), quiet(0.3))
    who, told = await told_of(*mailbox, tone(1000.0, 0.4), quiet(0.3))
    assert who == "machine"
    assert told == [("person", "word"), ("machine", "beep")]


async def test_a_person_who_hangs_up_is_told_once() -> None:
    assert await told_of(quiet(0.3), speech(0.5), quiet(1.5)) == (
        "person",
        [("person", "word")],
    )


async def test_who_hangs_up_before_anything_is_known_is_unsure() -> None:
    assert await told_of(quiet(0.5)) == ("unsure", [("unsure", "hung_up")])
