"""Looking after access: new users, roles, ends, passwords, and what is refused."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from aiohttp import ClientResponse
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people import users
from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from cobranca.people.seats import NoFreeSeat
from cobranca.people.store import AuditRow
from tests.people import PASSWORD, SEATS, Browser, a_user, log_in, try_password

SHOWN = {"Accept": "text/html"}
BIA = {"login": "bia", "name": "Bia Souza", "role": "agent"}


async def problem(answer: ClientResponse) -> tuple[int, str]:
    return answer.status, (await answer.json(content_type=None))["code"]


async def test_a_new_user_must_choose_a_password_first(admin: Browser) -> None:
    answer = await admin.send("POST", "/api/v1/users", BIA)
    made = await answer.json()
    assert answer.status == 201
    assert made["user"]["seat"] == "web001"
    provisional = made["password"]

    bia = await log_in(admin.client, "bia", provisional)
    assert await problem(await bia.get("/api/v1/desk/figures")) == (
        403,
        "password_change_required",
    )
    led = await bia.get("/desk", headers=SHOWN)
    assert (led.status, led.headers["Location"]) == (303, "/account")
    assert "provisória" in await (await bia.get("/account", headers=SHOWN)).text()

    own = {"current": provisional, "new": "uma frase só minha"}
    changed = await bia.send("PUT", "/api/v1/account/password", own)
    assert changed.status == 200
    assert (await bia.get("/api/v1/desk/figures")).status == 200
    await bia.client.post("/logout", data={"csrf": (await changed.json())["csrf"]})
    assert (await try_password(bia.client, "bia", provisional)).status == 401
    await log_in(bia.client, "bia", "uma frase só minha")


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"login": "ANA"}, 422, "login"),
        ({"login": "a"}, 422, "login"),
        ({"login": "raiz"}, 409, "login"),
        ({"name": ""}, 422, "name"),
        ({"name": "a\nb"}, 422, "name"),
        ({"name": "n" * 81}, 422, "name"),
        ({"role": "chefe"}, 422, "role"),
        ({"password": "x"}, 422, "password"),
    ],
)
async def test_a_malformed_user_is_refused_at_its_field(
    admin: Browser, change: dict[str, str], status: int, field: str
) -> None:
    answer = await admin.send("POST", "/api/v1/users", {**BIA, **change})
    told = await answer.json(content_type=None)
    assert answer.status == status
    assert field in [told.get("field"), *(one["field"] for one in told.get("errors", []))]
    assert len((await (await admin.get("/api/v1/users")).json())["users"]) == 1


async def test_nobody_changes_his_own_access(admin: Browser) -> None:
    (own,) = (await (await admin.get("/api/v1/users")).json())["users"]
    path = f"/api/v1/users/{own['id']}"
    for body in ({"role": "agent"}, {"active": False}):
        assert await problem(await admin.send("PATCH", path, body)) == (409, "own_access")
    reset = await admin.send("POST", f"{path}/password")
    assert await problem(reset) == (409, "own_access")
    renamed = await admin.send("PATCH", path, {"name": "Nova Raiz"})
    assert (await renamed.json())["name"] == "Nova Raiz"


async def test_the_last_admin_stays_even_when_two_go_at_once(
    engine: AsyncEngine, passwords: Passwords
) -> None:
    both = [await a_user(engine, passwords, name, Role.ADMIN) for name in ("um", "dois")]

    async def end(user_id: UUID) -> bool:
        try:
            async with engine.begin() as connection:
                await users.set_active(connection, user_id, False, SEATS)
        except users.LastAdmin:
            return False
        return True

    assert sorted(await asyncio.gather(*map(end, both))) == [False, True]


async def test_an_end_of_access_closes_the_seat_and_keeps_it(
    admin: Browser, engine: AsyncEngine, passwords: Passwords
) -> None:
    user_id = await a_user(engine, passwords, "ana")
    path = f"/api/v1/users/{user_id}"
    ended = await (await admin.send("PATCH", path, {"active": False})).json()
    assert (ended["active"], ended["seat"]) == (False, None)
    other = await a_user(engine, passwords, "bia")
    back = await (await admin.send("PATCH", path, {"active": True})).json()
    assert back["seat"] == "web001"
    promoted = await admin.send("PATCH", f"/api/v1/users/{other}", {"role": "supervisor"})
    assert (await promoted.json())["seat"] is None


async def test_users_made_at_once_get_a_seat_each(
    engine: AsyncEngine, passwords: Passwords
) -> None:
    names = [f"pessoa{number}" for number in range(8)]
    await asyncio.gather(*(a_user(engine, passwords, name) for name in names))
    async with engine.connect() as connection:
        seats = {one.who.seat for one in await users.every(connection)}
    assert seats == {f"web00{number}" for number in range(1, 9)}


async def test_without_a_free_seat_no_agent_is_made(
    engine: AsyncEngine, passwords: Passwords
) -> None:
    await a_user(engine, passwords, "ana")
    async with engine.connect() as connection:
        with pytest.raises(NoFreeSeat):
            await users.create(
                connection, login="bia", name="Bia", role=Role.AGENT,
                password_hash=None, seat_pool=1,
            )  # fmt: skip


async def test_the_own_password_is_changed_with_the_present_one(agent: Browser) -> None:
    path, new = "/api/v1/account/password", "outra frase minha"
    wrong = {"current": "errada", "new": new}
    answer = await agent.send("PUT", path, wrong)
    assert await problem(answer) == (401, "wrong_password")
    for weak in ("ana ana ana ana", "aaaaaaaaaaaaaaa"):
        answer = await agent.send("PUT", path, {"current": PASSWORD, "new": weak})
        assert await problem(answer) == (422, "weak_password")


async def test_all_sessions_end_together(agent: Browser) -> None:
    assert (await agent.send("DELETE", "/api/v1/account/sessions")).status == 204
    assert (await agent.get("/api/v1/desk/figures")).status == 401


async def test_the_pages_show_who_there_is(
    admin: Browser, engine: AsyncEngine, passwords: Passwords
) -> None:
    await a_user(engine, passwords, "ana")
    html = await (await admin.get("/users", headers=SHOWN)).text()
    assert 'aria-label="Nova senha para ana"' in html
    assert 'aria-label="Nova senha para raiz"' not in html
    assert '<a href="/audit">Auditoria</a>' in html
    trail = await (await admin.get("/audit", headers=SHOWN)).text()
    assert "Entrou" in trail


async def test_the_trail_tells_who_did_what(
    admin: Browser, engine: AsyncEngine, passwords: Passwords
) -> None:
    user_id = str(await a_user(engine, passwords, "ana"))
    await admin.send("PATCH", f"/api/v1/users/{user_id}", {"role": "supervisor"})
    await admin.send("PATCH", f"/api/v1/users/{user_id}", {"role": "supervisor"})

    found = await (await admin.get("/api/v1/audit?action=user.role")).json()

    (line,) = found["lines"]
    assert (line["who"], line["subject_kind"], line["subject_id"], line["detail"]) == (
        "raiz", "user", user_id, {"login": "ana", "role": "supervisor"},
    )  # fmt: skip
    older = await (await admin.get(f"/api/v1/audit?before={line['id']}&limit=1")).json()
    assert [one["action"] for one in older["lines"]] == ["login"]
    bad = await admin.get("/api/v1/audit?limit=0&onde=x")
    told = await bad.json(content_type=None)
    assert {one["field"] for one in told["errors"]} == {"limit", "onde"}


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET who = 'x'", "DELETE FROM audit", "TRUNCATE audit"],
)
async def test_the_trail_only_grows(
    admin: Browser, engine: AsyncEngine, statement: str
) -> None:
    with pytest.raises(DBAPIError, match="only ever added"):
        async with engine.begin() as connection:
            await connection.execute(text(statement))
    async with engine.connect() as connection:
        assert await connection.scalar(select(AuditRow.who)) == "raiz"
