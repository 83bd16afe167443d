"""The contact policy in the interface: why, the ledger, contacts that programs make."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people.store import AuditRow
from foundation.crypto import Keys
from foundation.home import Home
from foundation.ids import uuid7
from tests.builders.conversations import CPF, known_person
from tests.builders.portfolio import a_portfolio
from tests.integration.console.own_desk import Desk
from tests.people import Browser

PATH = "/api/v1/compliance"


async def sent(browser: Browser, path: str, body: object) -> tuple[int, Any]:
    answer = await browser.send("POST", f"{PATH}{path}", body)
    return answer.status, await answer.json() if answer.status != 204 else None


async def got(browser: Browser, path: str) -> tuple[int, Any]:
    answer = await browser.get(f"{PATH}{path}")
    return answer.status, await answer.json()


async def a_debtor(engine: AsyncEngine, home: Home) -> UUID:
    async with engine.begin() as connection:
        (debtor,) = await a_portfolio(connection, debtors=1)
        await known_person(connection, Keys.of(home), debtor)
    return debtor


async def scalar(engine: AsyncEngine, query: str) -> Any:
    async with engine.connect() as connection:
        return await connection.scalar(text(query))


async def test_it_is_told_by_document_and_by_id_and_audited(
    sol: Browser, engine: AsyncEngine, home: Home
) -> None:
    debtor = await a_debtor(engine, home)
    status, told = await sent(sol, "/explain", {"document": CPF})
    assert status == 200
    (point,) = told["telephones"]
    assert point["line"].startswith("Pode ligar até 20:00; 0 de 3 tentativas hoje")
    assert point["closed_by"]["rule"] == "hours_sp"
    assert (point["telephone"], point["creditors"][0]["creditor"]) == (
        "+55 11 *****-0000", "Loja",
    )  # fmt: skip
    sunday = f"/debtors/{debtor}?at=2026-03-15T10:00&means=sms"
    status, told = await got(sol, sunday)
    assert (status, told["telephones"][0]["allowed"]) == (200, False)
    assert "sunday" in {rule["rule"] for rule in told["telephones"][0]["objections"]}
    query = select(AuditRow.subject_id).where(AuditRow.action == "compliance.explain")
    async with engine.connect() as connection:
        assert set((await connection.execute(query)).scalars()) == {str(debtor)}


async def test_who_is_not_known_is_said_so(sol: Browser, engine: AsyncEngine) -> None:
    assert (await got(sol, f"/debtors/{uuid7()}"))[1]["code"] == "no_such_debtor"
    answer = await sent(sol, "/explain", {"document": CPF})
    assert (answer[0], answer[1]["code"]) == (404, "no_such_debtor")
    answer = await sent(sol, "/explain", {"document": "11111111111"})
    assert (answer[0], answer[1]["code"]) == (422, "invalid_document")


async def test_a_supervisor_enters_reads_and_lifts(
    sol: Browser, engine: AsyncEngine, home: Home
) -> None:
    debtor = str(await a_debtor(engine, home))
    told = {"reason": "counsel", "debtor": debtor, "proof": "procuração de 2/3"}
    status, made = await sent(sol, "/suppressions", told)
    assert (status, made["again"]) == (201, False)
    _, ledger = await got(sol, f"/debtors/{debtor}/suppressions")
    (line,) = ledger["lines"]
    assert (line["title"], line["by"], line["stands"]) == (
        "Representado por advogado", "Pessoa sol", True,
    )  # fmt: skip
    _, why = await got(sol, f"/debtors/{debtor}")
    assert why["telephones"][0]["rule"] == "counsel"
    lift = f"/suppressions/{made['id']}/lift"
    assert (await sent(sol, lift, {"why": "trocou de advogado"}))[0] == 204
    assert (await sent(sol, lift, {"why": "de novo"}))[0] == 404
    assert (await got(sol, f"/debtors/{debtor}"))[1]["telephones"][0]["allowed"]
    query = "SELECT string_agg(action, ' ' ORDER BY id) FROM audit"
    actions = str(await scalar(engine, f"{query} WHERE action LIKE 'suppression%'"))
    assert actions == "suppression.enter suppression.lift"


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"reason": "counsel"}, "lacks_debtor"),
        ({"reason": "number_opt_out"}, "lacks_number"),
        ({"reason": "whim"}, "unknown_reason"),
        ({"reason": "number_opt_out", "number": "190"}, "unreadable_number"),
        ({"reason": "opt_out", "debtor": str(uuid7())}, "no_such_debtor"),
        ({"reason": "opt_out", "document": CPF}, "no_such_debtor"),
        ({"reason": "opt_out", "document": "11111111111"}, "invalid_document"),
    ],
)
async def test_what_cannot_be_entered(
    sol: Browser, engine: AsyncEngine, told: dict[str, str], code: str
) -> None:
    assert (await sent(sol, "/suppressions", told))[1]["code"] == code


async def found(sol: Browser, **asked: object) -> list[tuple[str | None, str, bool]]:
    """Whom, why, and whether it stands, of each line that a search finds."""
    status, told = await sent(sol, "/suppressions/search", asked)
    assert status == 200, told
    return [(line["whom"], line["title"], line["stands"]) for line in told["lines"]]


async def test_the_ledger_is_searched_by_whom_why_and_whether_it_stands(
    sol: Browser, engine: AsyncEngine, home: Home
) -> None:
    await a_debtor(engine, home)
    whose = {"reason": "counsel", "document": CPF, "proof": "procuração"}
    status, lawyer = await sent(sol, "/suppressions", whose)
    assert status == 201
    whose = {"reason": "number_opt_out", "number": "11 90011-1111"}
    assert (await sent(sol, "/suppressions", whose))[0] == 201
    debtor = ("Devedor 0", "Representado por advogado", True)
    anybody = (None, "Terceiro pediu para não ligar neste número", True)
    assert await found(sol) == [anybody, debtor]
    assert await found(sol, reason="counsel") == [debtor]
    for whom in (CPF, "529.982.247-25", "deve"):
        assert await found(sol, whom=whom) == [debtor], whom
    assert await found(sol, whom="(11) 90011-1111") == [anybody]
    assert await found(sol, whom="111.444.777-35") == []  # a CPF of nobody's: not everybody
    await sent(sol, f"/suppressions/{lawyer['id']}/lift", {"why": "fim do mandato"})
    assert await found(sol, state="standing") == [anybody]
    assert await found(sol, state="over") == [(*debtor[:2], False)]
    searches = "SELECT count(*) FROM audit WHERE action = 'suppression.search'"
    assert await scalar(engine, searches) == 5


async def test_the_ledger_is_read_page_by_page(
    sol: Browser, engine: AsyncEngine, home: Home
) -> None:
    for ending in range(51):
        number = f"11 90011-{1000 + ending}"
        told = {"reason": "number_opt_out", "number": number}
        assert (await sent(sol, "/suppressions", told))[0] == 201
    _, first = await sent(sol, "/suppressions/search", {})
    _, rest = await sent(sol, "/suppressions/search", {"before": first["lines"][-1]["id"]})
    assert (len(first["lines"]), first["more"]) == (50, True)
    assert (len(rest["lines"]), rest["more"]) == (1, False)
    assert len({line["id"] for line in first["lines"] + rest["lines"]}) == 51


async def test_whom_nobody_can_be_is_refused(sol: Browser, engine: AsyncEngine) -> None:
    answer = await sent(sol, "/suppressions/search", {"whom": "123456789012345"})
    assert (answer[0], answer[1]["code"]) == (422, "unreadable_whom")


async def test_a_program_asks_counts_and_closes(
    sol: Browser, engine: AsyncEngine, home: Home
) -> None:
    await a_debtor(engine, home)
    point = str(await scalar(engine, "SELECT id FROM contact_point"))
    creditor = str(await scalar(engine, "SELECT id FROM creditor"))
    wanted = {"contact_point": point, "means": "sms", "creditor": creditor}
    answers = [(await sent(sol, "/contacts", wanted))[1] for _ in range(4)]
    assert [answer["allowed"] for answer in answers] == [True, True, True, False]
    assert (answers[3]["rule"], answers[3]["contact"]) == ("attempts_per_day", None)
    first = f"/contacts/{answers[0]['contact']}/end"
    assert (await sent(sol, first, {"sent": False}))[0] == 204
    assert (await sent(sol, first, {"sent": False}))[0] == 404
    assert (await sent(sol, "/contacts", wanted))[1]["allowed"]
    letter = wanted | {"means": "letter"}
    assert (await sent(sol, "/contacts", letter))[1]["code"] == "no_such_point"


async def test_lists_that_nobody_imported_are_told(sol: Browser) -> None:
    _, told = await got(sol, "/lists")
    assert [(one["name"], one["imported_at"]) for one in told["lists"]] == [
        ("nao_me_perturbe", None), ("pa", None), ("sp", None),
    ]  # fmt: skip


async def test_one_click_at_the_desk_quarantines_the_number(desk: Desk) -> None:
    await desk.show("talking")
    path = f"/calls/{desk.call}/suppression"
    status, card = await desk.post(path, {"reason": "wrong_party"})
    assert status == 200
    assert card["telephones"][0]["status"] == "De terceiro"
    assert not card["policy"]["allowed"]
    assert "Número de outra pessoa" in str(card["policy"]["why"])
    row = "SELECT origin || ' ' || proof FROM suppression WHERE number IS NOT NULL"
    assert await scalar(desk.engine, row) == f"desk chamada {desk.call}"
    query = select(AuditRow.who).where(AuditRow.action == "suppression.enter")
    async with desk.engine.connect() as connection:
        assert (await connection.execute(query)).scalars().all() == ["ana"]


async def test_the_desk_asks_for_proof_and_for_the_own_call(desk: Desk) -> None:
    path = f"/calls/{desk.call}/suppression"
    await desk.show("talking", uuid7())
    assert (await desk.post(path, {"reason": "wrong_party"}))[1]["code"] == "not_your_call"
    await desk.show("talking")
    assert (await desk.post(path, {"reason": "counsel"}))[1]["code"] == "lacks_proof"
    status, card = await desk.post(path, {"reason": "dispute", "proof": "não comprou"})
    assert (status, card["policy"]["allowed"]) == (200, False)
    creditors = "SELECT count(*) FROM suppression WHERE creditor_id IS NOT NULL"
    assert await scalar(desk.engine, creditors) == 1  # of this call's creditor alone
