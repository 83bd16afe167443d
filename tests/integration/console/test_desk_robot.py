"""What the automatic conversation heard and offered is on the card of who goes on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cobranca.contacts import robot_calls
from cobranca.contacts.robot_calls import Arrived, Over
from tests.integration.console.own_desk import Desk


def _turn(state: str, heard: str, outcome: str) -> dict[str, Any]:
    return {
        "state": state, "begin_s": 1.0, "end_s": 2.0, "kind": "speech",
        "hypothesis": heard, "phrase": "", "score": None, "outcome": outcome,
        "why": "" if outcome else "weak", "asked": f"{state}?",
    }  # fmt: skip


async def _talked(desk: Desk) -> str:
    now = datetime.now(UTC)
    arrived = Arrived(
        call=desk.call, channel="1.1", flow="receptive", caller="", called="1", at=now
    )
    turns = [_turn("cpf", "***", "given"), _turn("reason", "um passarinho", "")]
    over = Over(outcome="person", hands_over=True, state="to_person", at=now, turns=turns)
    async with desk.engine.begin() as connection:
        protocol = await robot_calls.begin(connection, arrived)
        await robot_calls.end(connection, desk.call, over)
    return protocol


async def test_the_agent_reads_what_was_said_before_him(desk: Desk) -> None:
    protocol = await _talked(desk)
    await desk.show("talking")
    _, card = await desk.card()
    told = card["robot"]
    assert (told["protocol"], told["agreed"], told["offers"]) == (protocol, False, [])
    assert told["turns"] == [
        {"question": "cpf?", "heard": "***", "understood": "given"},
        {"question": "reason?", "heard": "um passarinho", "understood": ""},
    ]


async def test_with_somebody_else_on_the_line_it_is_not_even_sent(desk: Desk) -> None:
    await _talked(desk)
    await desk.show("talking")
    _, card = await desk.hear(step="denied")
    assert card["robot"] is None


async def test_a_call_without_the_robot_has_nothing_of_it(desk: Desk) -> None:
    await desk.show("talking")
    assert (await desk.card())[1]["robot"] is None
