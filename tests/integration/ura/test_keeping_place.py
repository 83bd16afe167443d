"""Who presses the key in the queue is wished a call, if it is known who he is."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.contacts.wishes import CallBackWishRow
from foundation.brasil.phone import simulated_number
from foundation.ids import inbound_attempt
from tests.builders.portfolio import a_portfolio
from tests.integration.ura.scripted_switch import ScriptedSwitch
from ura.adapters.fastagi import AgiServer
from ura.keeping_place import Places

UNIQUE, STRANGER = "1773183000.12", "5511900100999"


async def _presses(engine: AsyncEngine, number: str) -> list[str]:
    """Ask for his place to be kept; what the switch was told."""
    server = AgiServer({"keeps": Places(engine).keep}, 10)
    async with server.serving("127.0.0.1", 0) as port:
        switch = await ScriptedSwitch.connect(port)
        switch.begin(b"keeps")
        answer = f"200 result=1 ({number})".encode()
        await switch.dialogue(answer)
        if not await switch.ended():
            switch.say(b"200 result=1\n")
            assert await switch.ended()
        await switch.close()
    return switch.heard[1:-1]


async def test_a_debtor_keeps_his_place_once_a_call_and_a_stranger_does_not(
    engine: AsyncEngine,
) -> None:
    async with engine.begin() as connection:
        (debtor,) = await a_portfolio(connection, debtors=1)
    his = simulated_number("11", 0).removeprefix("+")
    assert await _presses(engine, STRANGER) == []
    for _ in range(2):
        assert await _presses(engine, his) == ['SET VARIABLE ACORDO_NEXT "kept"']
    query = select(CallBackWishRow.call_id, CallBackWishRow.debtor_id, CallBackWishRow.why)
    async with engine.connect() as connection:
        wishes = [tuple(row) for row in await connection.execute(query)]
    assert wishes == [(inbound_attempt(UNIQUE), debtor, "queue")]
