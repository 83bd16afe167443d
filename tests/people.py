"""Users for tests, and the login that a page would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient
from argon2 import PasswordHasher
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people import users
from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role

PASSWORD = "senha de teste 12345"
SEATS = 60
Client = TestClient[web.Request, web.Application]


def quick_passwords() -> Passwords:
    """Argon2id with the least work that it takes: strength is not what is tested."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


async def a_user(
    engine: AsyncEngine,
    passwords: Passwords,
    login: str,
    role: Role = Role.AGENT,
    *,
    must_change: bool = False,
) -> UUID:
    """A user whose password is PASSWORD."""
    hashed = await passwords.hash(PASSWORD)
    async with engine.begin() as connection:
        return await users.create(
            connection,
            login=login,
            name=f"Pessoa {login}",
            role=role,
            password_hash=hashed,
            seat_pool=SEATS,
            must_change=must_change,
        )


@dataclass(frozen=True)
class Browser:
    """A client that is logged in; unsafe requests carry the token."""

    client: Client
    csrf: str

    async def get(
        self, path: str, headers: Mapping[str, str] | None = None
    ) -> ClientResponse:
        return await self.client.get(path, headers=headers, allow_redirects=False)

    async def send(
        self, verb: str, path: str, body: object = None, *, key: str = ""
    ) -> ClientResponse:
        """`key`: of what is done once, however often it is sent."""
        headers = {"X-CSRF-Token": self.csrf}
        if key:
            headers["Idempotency-Key"] = key
        return await self.client.request(
            verb, path, json=body, headers=headers, allow_redirects=False
        )


async def door(client: Client) -> str:
    """The token that somebody not logged in must send back."""
    answer = await client.get("/api/v1/session")
    return str((await answer.json())["csrf"])


async def log_in(client: Client, login: str, password: str = PASSWORD) -> Browser:
    answer = await try_password(client, login, password)
    assert answer.status == 201, await answer.text()
    return Browser(client, (await answer.json())["csrf"])


async def try_password(client: Client, login: str, password: str) -> ClientResponse:
    return await client.post(
        "/api/v1/session",
        json={"login": login, "password": password},
        headers={"X-CSRF-Token": await door(client)},
    )
