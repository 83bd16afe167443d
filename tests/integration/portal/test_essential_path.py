"""See, simulate, agree, print; dispute, opt out, be called; see and correct own data."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.agreements.policy import Policy
from cobranca.agreements.publishing import publish
from cobranca.agreements.store import AgreementEventRow, OfferRow
from cobranca.channels.message import NewMessage
from cobranca.channels.queue import put
from cobranca.channels.stopping import stop_address
from cobranca.channels.store import MessageRow
from cobranca.compliance.store import SuppressionRow
from cobranca.debtors.store import CreditorRow
from cobranca.debts.store import ContractRow, DebtRow
from cobranca.portal import acts
from cobranca.portal.requests import Kind, ask, close, requests
from dialer.callbacks.store import CallBackRow
from foundation.crypto import Keys
from tests.builders.portfolio import a_campaign
from tests.builders.visits import POLICY, Visitor
from tests.people import Browser

LARGEST_KB = 100


async def rows(engine: AsyncEngine, row: Any) -> list[Any]:
    async with engine.connect() as connection:
        return list(await connection.execute(select(row.__table__)))


async def another(engine: AsyncEngine, debtor: UUID) -> UUID:
    query = select(DebtRow.id).join(ContractRow, ContractRow.id == DebtRow.contract_id)
    async with engine.connect() as connection:
        found = await connection.execute(query.where(ContractRow.debtor_id != debtor))
        name: UUID = found.scalar_one()
        return name


async def test_an_agreement_of_three_is_made_by_forms_alone(
    inside: Visitor, engine: AsyncEngine, debtor: UUID, debt: UUID
) -> None:
    page = await inside.get(f"/portal/dividas/{debt}")
    assert "Multa da parcela 1" in page
    assert "contrato, cláusula 7" in page
    await inside.get(f"/portal/dividas/{debt}/negociar")
    assert await rows(engine, OfferRow) == []
    page = await inside.post(f"/portal/dividas/{debt}/negociar", instalments="3")
    (offer,) = re.findall(r'href="(/portal/ofertas/[^"]+)"', page)
    assert "3 parcelas" in page
    (stored,) = await rows(engine, OfferRow)
    assert (stored.channel, stored.authority, stored.by) == ("portal", "robot", "portal")
    page = await inside.get(offer)
    assert "Custo efetivo total" in page
    assert "o desconto deixa de valer" in page
    await inside.post(offer)
    assert inside.status == 422  # the box was not ticked
    page = await inside.post(offer, agreed="yes")
    assert inside.at.startswith("/portal/acordos/")
    assert page.count("A pagar") == 3
    accepted = (await rows(engine, AgreementEventRow))[0]
    assert accepted.details["evidence"]["address"] == "127.0.0.1"
    term = await inside.get(f"{inside.at}/termo")
    assert "Termo de acordo" in term
    (message,) = await rows(engine, MessageRow)
    assert (message.template, message.debt_id) == ("agreement", debt)
    again = await inside.post(f"/portal/dividas/{debt}/negociar", instalments="2")
    assert "nothing_to_negotiate" not in again
    assert inside.status == 409


async def test_what_is_collected_no_more_is_shown_disputed_and_not_negotiated(
    inside: Visitor, engine: AsyncEngine, debt: UUID
) -> None:
    async with engine.begin() as connection:
        await connection.execute(update(CreditorRow).values(closed_at=datetime.now(UTC)))
    page = await inside.get("/portal/dividas")
    assert "não é mais negociada por aqui" in page
    assert "/negociar" not in page
    assert f"/portal/dividas/{debt}/contestar" in page
    page = await inside.post(f"/portal/dividas/{debt}/negociar", instalments="3")
    assert inside.status == 409
    assert "não é mais negociada por aqui" in page
    assert await rows(engine, OfferRow) == []


async def test_a_discount_that_there_is_not_does_not_end(
    inside: Visitor, engine: AsyncEngine, debt: UUID
) -> None:
    whole = POLICY.model_dump(mode="json") | {"version": 2}
    whole["conditions"][0] |= {"discount": {}}
    async with engine.begin() as connection:
        policy = Policy.model_validate(whole)
        await publish(connection, policy, by="sonia", at=datetime.now(UTC))
    await inside.get(f"/portal/dividas/{debt}/negociar")
    page = await inside.post(f"/portal/dividas/{debt}/negociar", instalments="2")
    (offer,) = re.findall(r'href="(/portal/ofertas/[^"]+)"', page)
    page = await inside.get(offer)
    assert "o acordo se desfaz" in page
    assert "desconto" not in page.lower()
    await inside.post(offer, agreed="yes")
    term = await inside.get(f"{inside.at}/termo")
    assert "o acordo se desfaz" in term
    assert "o desconto" not in term


async def test_what_was_written_stands_after_the_offers_and_after_one_of_them(
    inside: Visitor, debt: UUID
) -> None:
    written = {"instalments": "3", "monthly": "40,00", "day": "10"}
    await inside.get(f"/portal/dividas/{debt}/negociar")
    page = await inside.post(f"/portal/dividas/{debt}/negociar", **written)
    for name, value in written.items():
        assert f'name="{name}"' in page
        assert f'value="{value}"' in page
    offer = re.findall(r'href="(/portal/ofertas/[^"]+)"', page)[0]
    page = await inside.get(html.unescape(offer))
    (back,) = re.findall(r'href="(/portal/dividas/[^"]+/negociar[^"]*)"', page)
    page = await inside.get(html.unescape(back))
    for value in written.values():
        assert f'value="{value}"' in page


async def test_what_cannot_be_is_said_with_what_comes_nearest(
    inside: Visitor, debt: UUID
) -> None:
    page = await inside.post(f"/portal/dividas/{debt}/negociar", instalments="24")
    assert "Assim não dá, mas há isto" in page
    assert "não há esse número de parcelas" in page
    for wrong in ({"instalments": "muitas"}, {"day": "32"}, {"monthly": "1,234"}):
        await inside.post(f"/portal/dividas/{debt}/negociar", **wrong)
        assert inside.status == 422


async def test_nobody_sees_what_is_another_s(
    inside: Visitor, engine: AsyncEngine, debtor: UUID
) -> None:
    theirs = await another(engine, debtor)
    for path in ("", "/negociar", "/contestar", "/quitacao"):
        for name in (theirs, uuid4()):
            page = await inside.get(f"/portal/dividas/{name}{path}")
            assert (inside.status, "Não achamos isto" in page) == (404, True)
    for path in (f"/portal/ofertas/{uuid4()}", f"/portal/acordos/{uuid4()}",
                 f"/portal/acordos/{uuid4()}/termo"):  # fmt: skip
        await inside.get(path)
        assert inside.status == 404


async def test_a_disputed_debt_is_left_alone_until_somebody_answers(
    inside: Visitor, engine: AsyncEngine, keys: Keys, debtor: UUID, debt: UUID
) -> None:
    await inside.get(f"/portal/dividas/{debt}/contestar")
    page = await inside.post(f"/portal/dividas/{debt}/contestar", told="Já paguei em maio.")
    (protocol,) = re.findall(r"protocolo é <strong>(\d+)</strong>", page)
    (line,) = await rows(engine, SuppressionRow)
    assert (line.reason, line.debt_id, line.debtor_id) == ("dispute", debt, debtor)
    async with engine.begin() as connection:
        (asked,) = await requests(connection, keys, open_only=True)
        assert (asked.told, asked.protocol) == ("Já paguei em maio.", protocol)
        number = int(protocol[8:])
        done = await close(
            connection, keys, number, "Conferido.", by="s", now=asked.asked_at
        )
        assert done
        again = await close(connection, keys, number, "x", by="s", now=asked.asked_at)
        assert not again
    assert "Conferido." in await inside.get("/portal/pedidos")


async def test_the_end_of_the_last_dispute_lets_the_debt_be_collected_again(
    inside: Visitor, engine: AsyncEngine, keys: Keys, debt: UUID
) -> None:
    for told in ("Não é minha.", "Já paguei."):
        await inside.get(f"/portal/dividas/{debt}/contestar")
        await inside.post(f"/portal/dividas/{debt}/contestar", told=told)
    now = datetime.now(UTC)
    async with engine.begin() as connection:
        first, second = await requests(connection, keys, open_only=True)
        later = datetime(2100, 1, 1, tzinfo=UTC)  # after the entry, on either clock

        async def answered(which: UUID, *, upheld: bool = False) -> acts.Answered | None:
            return await acts.answer(
                connection, keys, which, "Conferido.", by="sonia", now=now,
                contact_now=later, upheld=upheld,
            )  # fmt: skip

        one = await answered(first.id)
        assert one is not None
        assert not one.lifted  # the other is not answered yet
        assert await answered(first.id) is None
        two = await answered(second.id)
        assert two is not None
        assert two.lifted
    (line,) = await rows(engine, SuppressionRow)
    assert line.until == later


async def test_a_debtor_who_was_right_is_left_alone(
    inside: Visitor, engine: AsyncEngine, keys: Keys, debt: UUID
) -> None:
    await inside.get(f"/portal/dividas/{debt}/contestar")
    await inside.post(f"/portal/dividas/{debt}/contestar", told="Já paguei.")
    now = datetime.now(UTC)
    async with engine.begin() as connection:
        (asked,) = await requests(connection, keys, open_only=True)
        done = await acts.answer(
            connection, keys, asked.id, "Tem razão.", by="sonia", now=now,
            contact_now=now, upheld=True,
        )  # fmt: skip
    assert done is not None
    assert not done.lifted
    (line,) = await rows(engine, SuppressionRow)
    assert line.until is None


async def test_who_wants_no_more_contact_gets_none_from_then_on(
    inside: Visitor, engine: AsyncEngine, debtor: UUID
) -> None:
    await inside.get("/portal/contato")
    await inside.post("/portal/contato/parar", means="sms")
    await inside.post("/portal/contato/parar", means="all")
    await inside.post("/portal/contato/parar", means="pombo")
    assert inside.status == 422
    lines = await rows(engine, SuppressionRow)
    assert {(line.reason, line.means) for line in lines} == {
        ("opt_out", "sms"),
        ("opt_out", None),
    }


async def test_a_call_back_is_booked_when_the_policy_allows_it(
    inside: Visitor, engine: AsyncEngine, debtor: UUID
) -> None:
    async with engine.begin() as connection:
        await a_campaign(connection)
    path = "/portal/contato/ligacao"
    await inside.get("/portal/contato")
    page = await inside.post(path, day="2026-03-15", time="10:00")
    assert (inside.status, "Nesse horário não podemos ligar" in page) == (409, True)
    page = await inside.post(path, day="2026-03-11", time="10:30")
    assert "marcada para 11/03/2026 às 10:30" in page
    (booked,) = await rows(engine, CallBackRow)
    assert (booked.agent_id, booked.state) == (None, "booked")
    await inside.post(path, day="ontem", time="10:30")
    assert inside.status == 422


async def test_without_a_campaign_people_see_to_the_call(
    inside: Visitor, engine: AsyncEngine, keys: Keys
) -> None:
    await inside.get("/portal/contato")
    await inside.post("/portal/contato/ligacao", day="2026-03-11", time="10:30")
    assert inside.at == "/portal/pedidos"
    async with engine.connect() as connection:
        (asked,) = await requests(connection, keys)
    assert (asked.kind.value, asked.told) == ("call_back", "11/03/2026 10:30")


async def test_he_sees_what_we_hold_and_asks_for_it_to_be_corrected_or_deleted(
    inside: Visitor, engine: AsyncEngine, keys: Keys
) -> None:
    page = await inside.get("/portal/dados")
    assert "529.982.247-25" in page
    assert "(11) 90000-0000" in page
    await inside.post("/portal/dados", kind="correct", told="")
    assert inside.status == 422
    await inside.post("/portal/dados", kind="correct", told="Meu nome é outro.")
    await inside.get("/portal/dados")
    await inside.post("/portal/dados", kind="delete", told="")
    file = await inside.get("/portal/dados/arquivo")
    assert '"document": "529.982.247-25"' in file
    async with engine.connect() as connection:
        found = await requests(connection, keys)
    assert [one.kind.value for one in found] == ["correct", "delete"]


async def test_every_page_is_small_and_has_no_script(inside: Visitor, debt: UUID) -> None:
    css = await inside.client.get("/static/css/portal.css")
    style = len(await css.read())
    for path in ("/portal/dividas", f"/portal/dividas/{debt}", "/portal/contato",
                 f"/portal/dividas/{debt}/negociar", "/portal/dados",
                 f"/portal/dividas/{debt}/contestar", "/portal/pedidos"):  # fmt: skip
        page = await inside.get(path)
        assert len(page.encode()) + style < LARGEST_KB * 1000, path
        assert "<script" not in page


async def test_without_a_bank_the_page_says_so_and_another_s_instalment_is_not_found(
    inside: Visitor, debt: UUID
) -> None:
    page = await inside.post(f"/portal/dividas/{debt}/negociar", instalments="1")
    (offer,) = re.findall(r'href="(/portal/ofertas/[^"]+)"', page)
    await inside.get(offer)
    page = await inside.post(offer, agreed="yes")
    (pay,) = re.findall(r'href="(/portal/pagar/[^"]+)"', page)
    assert "Não há um meio de pagamento aqui agora" in await inside.get(pay)
    for path in (f"/portal/pagar/{uuid4()}", f"/portal/recibos/{uuid4()}"):
        page = await inside.get(path)
        assert (inside.status, "Não achamos isto" in page) == (404, True)


async def test_the_foot_of_an_email_ends_them_without_a_login(
    visitor: Visitor, engine: AsyncEngine, keys: Keys, debtor: UUID
) -> None:
    async with engine.begin() as connection:
        new = NewMessage(debtor=debtor, template="portal_link", key="k", means="email")
        message = await put(connection, new)
    assert message is not None
    path = stop_address("", keys, message)
    assert "Não quero mais receber" in await visitor.get(path)
    assert await rows(engine, SuppressionRow) == []  # looking is not asking
    assert "Pronto" in await visitor.post(path)
    (line,) = await rows(engine, SuppressionRow)
    assert (line.reason, line.means, line.debtor_id) == ("opt_out", "email", debtor)
    await visitor.post(f"{path[:-1]}{'A' if path[-1] != 'A' else 'B'}")
    assert visitor.status == 404


async def test_people_of_ours_see_the_evidence_and_answer_requests(
    supervisor: Browser, engine: AsyncEngine, keys: Keys, debtor: UUID
) -> None:
    async with engine.begin() as connection:
        await put(connection, NewMessage(debtor=debtor, template="portal_link", key="k"))
        now = datetime.now(UTC)
        await ask(connection, keys, Kind.CORRECT, debtor, "Meu nome é outro.", now)
    seen = await supervisor.get(f"/api/v1/debtors/{debtor}/messages")
    (message,) = (await seen.json())["messages"]
    assert (message["template"], message["state"]) == ("portal_link", "queued")
    listed = await supervisor.get("/api/v1/portal/requests")
    (asked,) = (await listed.json())["requests"]
    path = f"/api/v1/portal/requests/{asked['id']}/answer"
    page = await (await supervisor.get("/back-office")).text()
    assert "Meu nome é outro." in page
    assert asked["protocol"] in page
    threat = {"answer": "Última chance: vamos protestar o título."}
    refused = await supervisor.send("POST", path, threat, key="answer-0")
    assert (refused.status, (await refused.json())["code"]) == (422, "unsayable")
    for status, key in ((200, "answer-1"), (200, "answer-1"), (404, "answer-2")):
        done = await supervisor.send("POST", path, {"answer": "Corrigido."}, key=key)
        assert done.status == status
    page = await (await supervisor.get("/back-office")).text()
    assert "Nenhum pedido em aberto" in page
