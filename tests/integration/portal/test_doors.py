"""The portal's doors: a link shows nothing, opens once, locks; a CPF tells nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from uuid import UUID

import pytest
from aiohttp import web
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from agent_console.portal.asking import COOKIE, PACES, address_limit
from agent_console.services import SETTINGS
from cobranca.people.store import AuditRow
from cobranca.portal import links
from cobranca.portal.store import PortalCodeRow, PortalLinkRow
from foundation.crypto import Keys
from foundation.db.outbox import OutboxRow
from foundation.home import Home
from foundation.settings import ProcessSettings
from tests.builders.conversations import CPF
from tests.builders.outside import a_post
from tests.builders.visits import Visitor, a_link, come_in

NOBODYS = "11144477735"  # a valid CPF that no debtor has
TELLS = ("Loja", "R$", "dívida", "Devedor", "contrato", "C0")


def told(page: str) -> list[str]:
    return [word for word in TELLS if word in page]


async def test_a_link_shows_nothing_until_the_question_is_answered(
    visitor: Visitor, link: str
) -> None:
    await visitor.get(link)
    assert (visitor.status, told(visitor.page)) == (200, [])
    page = await visitor.post("/portal/link", token=link.removeprefix("/p/"))
    assert (visitor.at, told(page)) == ("/portal/identidade", [])
    for path in ("/portal/dividas", "/portal/dados", "/portal/contato"):
        await visitor.get(path)
        assert (visitor.at, told(visitor.page)) == ("/portal/identidade", [])
    page = await visitor.post("/portal/identidade", answer="12/03/1980")
    assert visitor.at == "/portal/dividas"
    assert "Loja" in page
    assert "CPF ou CNPJ 11.222.333/0001-81" in page
    assert "Rua A, 1, São Paulo" in page


async def test_looking_at_a_link_does_not_use_it_up_and_using_it_does(
    visitor: Visitor, link: str
) -> None:
    for _ in range(3):
        assert "Continuar" in await visitor.get(link)
    await come_in(visitor, link)
    assert visitor.at == "/portal/dividas"
    await visitor.post("/portal/sair")
    await visitor.get(link)
    await visitor.post("/portal/link", token=link.removeprefix("/p/"))
    assert (visitor.status, told(visitor.page)) == (410, [])


@pytest.mark.parametrize("how", ["altered", "revoked", "over", "foreign"])
async def test_a_link_that_does_not_count_is_like_any_other_that_does_not(
    visitor: Visitor, engine: AsyncEngine, keys: Keys, debtor: UUID, how: str
) -> None:
    link = await a_link(engine, keys, debtor, hours=-1 if how == "over" else 1)
    token = link.removeprefix("/p/")
    match how:
        case "altered":
            token = ("A" if token[0] != "A" else "B") + token[1:]
        case "foreign":
            token = "x" * 38
        case "revoked":
            async with engine.begin() as connection:
                assert await links.revoke(connection, datetime.now(UTC), debtor=debtor) == 1
    await visitor.get(f"/p/{token}")
    page = await visitor.post("/portal/link", token=token)
    assert visitor.status == 410
    assert "não vale mais" in page


async def test_five_wrong_answers_lock_the_link_for_good(
    visitor: Visitor, engine: AsyncEngine, link: str
) -> None:
    await come_in(visitor, link, answer="não sei")
    assert visitor.status == 422  # cannot be a date: no try
    for left in (4, 3, 2):
        page = await visitor.post("/portal/identidade", answer="01/01/1970")
        assert f"mais {left} vezes" in page
    await visitor.post("/portal/identidade", answer="01/01/1970")
    page = await visitor.post("/portal/identidade", answer="01/01/1970")
    assert (visitor.status, told(page)) == (403, [])
    assert "bloqueado" in page
    await visitor.get("/portal/dividas")
    assert visitor.at == "/portal"
    async with engine.connect() as connection:
        assert await connection.scalar(select(PortalLinkRow.tries)) == links.TRIES_MAX
        wrong = select(func.count()).where(AuditRow.action == "portal.identity.wrong")
        assert await connection.scalar(wrong) == 5


async def test_a_known_and_an_unknown_cpf_get_the_same(
    visitor: Visitor, engine: AsyncEngine, debtor: UUID
) -> None:
    pages, rows = [], []
    for cpf in (CPF, NOBODYS):
        await visitor.get("/portal")
        page = await visitor.post("/portal", cpf=cpf, means="sms")
        pages.append(re.sub(r'value="[^"]*"', "", page))
        async with engine.connect() as connection:
            counts = [await connection.scalar(select(func.count(row.id)))
                      for row in (PortalCodeRow, OutboxRow)]  # fmt: skip
        rows.append(counts)
        wrong = await visitor.post("/portal/codigo", code="000000")
        pages.append(re.sub(r'value="[^"]*"', "", wrong))
        assert visitor.status == 403
    assert pages[:2] == pages[2:]
    assert rows == [[1, 1], [2, 2]]


async def test_a_code_that_came_by_sms_lets_in_once(
    visitor: Visitor,
    engine: AsyncEngine,
    settings: ProcessSettings,
    home: Home,
    debtor: UUID,
) -> None:
    async with a_post(engine, settings, home) as post:
        await visitor.get("/portal")
        await visitor.post("/portal", cpf="529.982.247-25", means="sms")
        await post.work()
        found = re.search(r"código|codigo", post.outside.inbox.arrived[-1].text)
        assert found
        (code,) = re.findall(r"\b\d{6}\b", post.outside.inbox.arrived[-1].text)
    page = await visitor.post("/portal/codigo", code=code)
    assert visitor.at == "/portal/dividas"
    assert "Loja" in page
    async with engine.connect() as connection:
        digest = await connection.scalar(select(PortalCodeRow.digest))
        assert digest
        assert code.encode() not in digest


async def test_five_wrong_codes_end_the_code(visitor: Visitor, debtor: UUID) -> None:
    await visitor.get("/portal")
    await visitor.post("/portal", cpf=CPF, means="email")
    for _ in range(5):
        page = await visitor.post("/portal/codigo", code="123456")
    assert "não vale mais" in page


async def test_codes_of_one_cpf_are_few_an_hour_whoever_has_it(visitor: Visitor) -> None:
    for cpf in (CPF, NOBODYS):
        seen = []
        for _ in range(4):
            await visitor.get("/portal")
            await visitor.post("/portal", cpf=cpf, means="sms")
            seen.append(visitor.status)
        assert seen == [200, 200, 200, 429]


async def test_one_address_may_not_try_for_ever(
    visitor: Visitor, app: web.Application
) -> None:
    for _ in range(app[SETTINGS].portal.address_tries - 1):
        assert await app[PACES].take(address_limit(app), "127.0.0.1")
    seen = []
    for _ in range(2):
        await visitor.get("/portal")
        await visitor.post("/portal/link", token="x" * 38)
        seen.append(visitor.status)
    assert seen == [410, 429]


async def test_a_form_without_its_token_does_nothing(inside: Visitor, debt: UUID) -> None:
    inside.csrf = "forged"
    await inside.post("/portal/contato/parar", means="all")
    assert inside.status == 403
    await inside.post(f"/portal/dividas/{debt}/negociar")
    assert inside.status == 403


async def test_the_cookie_is_strict_and_a_new_one_once_it_is_known_who_it_is(
    visitor: Visitor, link: str
) -> None:
    await visitor.get(link)
    data = {"csrf": visitor.csrf, "token": link.removeprefix("/p/")}
    answer = await visitor.client.post("/portal/link", data=data, allow_redirects=False)
    first = answer.cookies[COOKIE]
    assert (first["httponly"], first["samesite"], first["path"]) == (
        True,
        "Strict",
        "/portal",
    )
    await visitor.get("/portal/identidade")
    form = {"csrf": visitor.csrf, "answer": "12/03/1980"}
    answer = await visitor.client.post(
        "/portal/identidade", data=form, allow_redirects=False
    )
    assert answer.cookies[COOKIE].value != first.value
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy


async def test_no_log_holds_the_link(
    visitor: Visitor, link: str, capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    await come_in(visitor, link)
    said = caplog.text + "".join(capfd.readouterr())
    assert link.removeprefix("/p/") not in said
