"""An editor asks about a text before a debtor hears it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from tests.people import Client, a_user, log_in

PATH = "/api/v1/wording"


async def test_a_supervisor_is_told_what_is_wrong_and_where(
    client: Client, engine: AsyncEngine, passwords: Passwords
) -> None:
    await a_user(engine, passwords, "sup", Role.SUPERVISOR)
    browser = await log_in(client, "sup")
    headers = {"X-CSRF-Token": browser.csrf}
    text = "Olá, é sobre a dívida.\n--- identidade confirmada ---\nÚltima chance!"
    answer = await client.post(PATH, json={"text": text}, headers=headers)
    assert answer.status == 200
    told = await answer.json()
    assert told["usable"] is False
    shown = [(f["rule"], text[f["begin"] : f["end"]]) for f in told["findings"]]
    assert shown == [("debt_before_identity", "dívida"), ("false_urgency", "Última chance")]
    assert all("lido em" in f["source"] and f["instead"] for f in told["findings"])

    good = {"text": "A proposta vale até {valid_until}.", "before_identity": False}
    answer = await client.post(PATH, json=good, headers=headers)
    assert await answer.json() == {"usable": True, "findings": []}
    refused = await client.post(PATH, json={"text": "a" * 20_001}, headers=headers)
    assert refused.status == 422
