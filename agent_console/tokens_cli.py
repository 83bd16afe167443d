"""`acordo token`: keys for programs that use the API on behalf of a user."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import click
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.people import audit, tokens, users
from cobranca.people.roles import Role
from cobranca.people.tokens import LONGEST_DAYS, Token
from foundation.brasil.dates import HOURS_OF, format_day_of
from foundation.cli import Failure
from foundation.db.use import with_database
from foundation.settings import ProcessSettings


@click.group()
def token() -> None:
    """Tokens: chaves de programas para a API."""


@token.command()
@click.argument("name")
@click.option("--user", "login", required=True, help="Login de quem responde por ele.")
@click.option("--scope", "scopes", multiple=True, required=True, help="O que pode; repita.")
@click.option(
    "--days",
    type=click.IntRange(1, LONGEST_DAYS),
    default=90,
    show_default=True,
    help="Validade em dias.",
)
def create(name: str, login: str, scopes: tuple[str, ...], days: int) -> None:
    """Cria um token e o mostra uma vez."""

    async def use(connection: AsyncConnection) -> str:
        account = await users.by_login(connection, login)
        if account is None or not account.active:
            raise users.UserUnknown(login)
        _require_scopes(scopes, account.who.role)
        made = await tokens.create(
            connection,
            account.who.user_id,
            name,
            frozenset(scopes),
            timedelta(days=days),
        )
        detail = {"user": account.who.login, "scopes": sorted(set(scopes)), "days": days}
        await audit.record(
            connection, None, action="token.create", subject=("token", name), detail=detail
        )
        return made

    try:
        made = with_database(ProcessSettings(), use)
    except (users.UserUnknown, tokens.TokenNameMalformed, tokens.TokenNameTaken) as refusal:
        raise Failure(str(type(refusal).__doc__)) from None
    click.echo(f"Token {name} de {login.lower()}, válido por {days} dias.", err=True)
    click.echo("Guarde-o agora; não será mostrado de novo:", err=True)
    click.echo(made)


@token.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Para ser lido por um programa.")
def list_tokens(as_json: bool) -> None:
    """Lista os tokens, sem mostrar nenhum."""
    found = with_database(ProcessSettings(), tokens.every)
    now = datetime.now(UTC)
    if as_json:
        click.echo(json.dumps([_as_json(one, now) for one in found], ensure_ascii=False))
        return
    if not found:
        click.echo(
            "Nenhum token. Crie com: acordo token create NOME --user LOGIN --scope ..."
        )
    for one in found:
        until = f"até {format_day_of(one.expires_at)}"
        state = until if one.lives(now) else "revogado" if one.revoked_at else "vencido"
        click.echo(
            f"{one.name:<24} {one.login:<16} {state:<15} {' '.join(sorted(one.scopes))}"
        )
    if found:
        click.echo(HOURS_OF)


@token.command()
@click.argument("name")
def revoke(name: str) -> None:
    """Revoga um token na hora."""

    async def use(connection: AsyncConnection) -> None:
        await tokens.revoke(connection, name)
        await audit.record(connection, None, action="token.revoke", subject=("token", name))

    try:
        with_database(ProcessSettings(), use)
    except tokens.TokenUnknown as refusal:
        raise Failure(str(type(refusal).__doc__)) from None
    click.echo(f"Token {name} revogado.")


@token.command()
def scopes() -> None:
    """Lista o que um token pode ter permissão de fazer, e com que função."""
    for scope, roles in sorted(known_scopes().items()):
        click.echo(f"{scope:<24} {', '.join(sorted(roles))}")


def known_scopes() -> dict[str, set[Role]]:
    """Each scope of the API and the roles that it can serve."""
    from agent_console.api.endpoint import API, Endpoint
    from agent_console.api.routing import collected

    found: dict[str, set[Role]] = {}
    for module in collected():
        for endpoint in getattr(module, "ENDPOINTS", ()):
            if isinstance(endpoint, Endpoint) and _for_programs(endpoint.path, API):
                found.setdefault(endpoint.scope, set()).update(endpoint.roles)
    found.pop("session", None)  # of people only
    return found


def _for_programs(path: str, api: str) -> bool:
    return path.startswith(api)


def _require_scopes(wanted: tuple[str, ...], role: Role) -> None:
    known = known_scopes()
    for scope in wanted:
        if scope not in known:
            raise Failure(f"não existe a permissão {scope}; veja: acordo token scopes")
        if role not in known[scope]:
            raise Failure(f"a função {role} não dá direito a {scope}")


def _as_json(one: Token, now: datetime) -> dict[str, object]:
    return {
        "name": one.name,
        "user": one.login,
        "scopes": sorted(one.scopes),
        "created_at": _utc(one.created_at),
        "expires_at": _utc(one.expires_at),
        "revoked_at": one.revoked_at and _utc(one.revoked_at),
        "lives": one.lives(now),
    }


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
