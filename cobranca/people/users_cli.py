"""`acordo users`: who may come in. A password is typed or generated, never an argument."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.people import audit, users
from cobranca.people.passwords import Passwords, WeakPassword, generated, require_strong
from cobranca.people.roles import Role
from cobranca.people.seats import NoFreeSeat
from cobranca.people.users import Account, UserUnknown
from foundation.cli import Failure
from foundation.db.use import with_database
from foundation.settings import ProcessSettings

T = TypeVar("T")
REFUSALS = (
    users.LoginMalformed, users.LoginTaken, users.NameMalformed, users.LastAdmin,
    UserUnknown, NoFreeSeat, WeakPassword,
)  # fmt: skip
ROLE = click.Choice([role.value for role in Role])
GENERATE = click.option(
    "--generate", is_flag=True, help="Gera a senha e a mostra uma vez, em vez de perguntar."
)


@click.group(name="users")
def users_group() -> None:
    """Usuários: quem entra no Acordo e com que função."""


@users_group.command()
@click.argument("login")
@click.option("--name", required=True, help="Nome da pessoa.")
@click.option("--role", type=ROLE, required=True, help="Função.")
@GENERATE
def create(login: str, name: str, role: str, generate: bool) -> None:
    """Cria um usuário; a senha é perguntada."""
    settings = ProcessSettings()
    password, hashed = _new_password(login, generate=generate)

    async def use(connection: AsyncConnection) -> None:
        user_id = await users.create(
            connection,
            login=login,
            name=name,
            role=Role(role),
            password_hash=hashed,
            seat_pool=settings.asterisk.endpoints,
        )
        await _record(connection, "user.create", user_id)

    _run(settings, use)
    click.echo(f"Usuário {login.lower()} criado.")
    _show_generated(password, generate=generate)


@users_group.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Para ser lido por um programa.")
def list_users(as_json: bool) -> None:
    """Lista os usuários."""
    found = with_database(ProcessSettings(), users.every)
    if as_json:
        click.echo(json.dumps([_as_json(one) for one in found], ensure_ascii=False))
        return
    if not found:
        click.echo("Nenhum usuário. Crie o primeiro com:")
        click.echo('  acordo users create LOGIN --name "NOME" --role admin')
    for one in found:
        who = one.who
        ended = "" if one.active else "  (sem acesso)"
        click.echo(f"{who.login:<20} {who.role:<11} {who.seat or '-':<7} {who.name}{ended}")


@users_group.command(hidden=True)
def first() -> None:
    """Diz como criar o primeiro administrador, se ninguém pode cuidar dos acessos."""
    found = with_database(ProcessSettings(), users.every)
    if not any(one.active and one.who.role is Role.ADMIN for one in found):
        click.echo("Ninguém cuida dos acessos ainda. Crie o primeiro administrador:")
        click.echo('  acordo users create LOGIN --name "NOME" --role admin')


@users_group.command()
@click.argument("login")
@GENERATE
def password(login: str, generate: bool) -> None:
    """Troca a senha de um usuário e encerra as sessões dele."""
    new, hashed = _new_password(login, generate=generate)

    async def use(connection: AsyncConnection) -> None:
        user_id = (await _known(connection, login)).who.user_id
        await users.set_password(connection, user_id, hashed, must_change=False)
        await _record(connection, "user.password", user_id)

    _run(ProcessSettings(), use)
    click.echo(f"Senha de {login.lower()} trocada; as sessões dele terminaram.")
    _show_generated(new, generate=generate)


@users_group.command(name="role")
@click.argument("login")
@click.argument("role", type=ROLE)
def change_role(login: str, role: str) -> None:
    """Muda a função de um usuário e encerra as sessões dele."""
    settings = ProcessSettings()

    async def use(connection: AsyncConnection) -> None:
        user_id = (await _known(connection, login)).who.user_id
        await users.set_role(connection, user_id, Role(role), settings.asterisk.endpoints)
        await _record(connection, "user.role", user_id, role=role)

    _run(settings, use)
    click.echo(f"{login.lower()} agora é {role}.")


@users_group.command()
@click.argument("login")
def deactivate(login: str) -> None:
    """Tira o acesso de um usuário na hora; o que ele fez continua registrado."""
    _set_active(login, active=False)
    click.echo(f"{login.lower()} não entra mais.")


@users_group.command()
@click.argument("login")
def activate(login: str) -> None:
    """Devolve o acesso a um usuário."""
    _set_active(login, active=True)
    click.echo(f"{login.lower()} volta a entrar.")


def _set_active(login: str, *, active: bool) -> None:
    settings = ProcessSettings()

    async def use(connection: AsyncConnection) -> None:
        user_id = (await _known(connection, login)).who.user_id
        pool = settings.asterisk.endpoints
        await users.set_active(connection, user_id, active, pool)
        await _record(connection, "user.activate" if active else "user.deactivate", user_id)

    _run(settings, use)


def _run(settings: ProcessSettings, use: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    try:
        return with_database(settings, use)
    except REFUSALS as refusal:
        raise Failure(str(type(refusal).__doc__)) from None


async def _known(connection: AsyncConnection, login: str) -> Account:
    account = await users.by_login(connection, login)
    if account is None:
        raise UserUnknown(login)
    return account


async def _record(
    connection: AsyncConnection, action: str, user_id: object, **detail: str
) -> None:
    subject = ("user", str(user_id))
    await audit.record(connection, None, action=action, subject=subject, detail=detail)


def _new_password(login: str, *, generate: bool) -> tuple[str, str]:
    """The password and its hash."""
    if generate:
        new = generated()
    else:
        new = click.prompt("Senha", hide_input=True, confirmation_prompt="Repita a senha")
    try:
        require_strong(new, login)
    except WeakPassword as weak:
        raise Failure(str(weak.__doc__)) from None
    passwords = Passwords()
    try:
        return new, asyncio.run(passwords.hash(new))
    finally:
        passwords.close()


def _show_generated(password: str, *, generate: bool) -> None:
    if generate:
        click.echo(f"Senha (não será mostrada de novo): {password}")


def _as_json(account: Account) -> dict[str, object]:
    who = account.who
    return {
        "login": who.login,
        "name": who.name,
        "role": who.role,
        "seat": who.seat,
        "active": account.active,
    }
