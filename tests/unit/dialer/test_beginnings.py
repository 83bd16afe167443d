"""What becomes of a channel that was asked for, in whichever order the switch tells it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from dialer.adapters.ami.beginnings import LATE_S, Beginnings
from dialer.calls.events import ConnectionLost
from dialer.ports import SwitchUnreachable

FAILED = {"Event": "OriginateResponse", "Response": "Failure", "ActionID": "c1"}
BORN = {"Event": "Newchannel", "Uniqueid": "c1"}


async def test_a_failure_without_a_channel_is_a_refusal() -> None:
    beginnings = Beginnings()
    with beginnings.expecting("c1") as born:
        beginnings.watch(FAILED)
        async with asyncio.timeout(10 * LATE_S):
            assert await born == "no channel could be made"


async def test_a_channel_that_is_told_after_its_failure_was_made() -> None:
    beginnings = Beginnings()
    with beginnings.expecting("c1") as born:
        beginnings.watch(FAILED)
        await asyncio.sleep(0)
        beginnings.watch(BORN)
        assert await born is None


async def test_a_stream_lost_in_doubt_leaves_it_unknown() -> None:
    beginnings = Beginnings()
    with beginnings.expecting("c1") as born:
        beginnings.watch(FAILED)
        beginnings.watch(ConnectionLost(at=datetime.now(UTC), why="cut"))
        with pytest.raises(SwitchUnreachable):
            await born
