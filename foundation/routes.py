"""The routes of this installation: the environment's own, and those of `routes.toml`.

The environment describes the route `trunk`; the file named by ACORDO_TRUNK__ROUTES adds
others, and a `[[route]]` named `trunk` takes that one's place. Passwords are read only
where the switch is configured. What a route is and dials: `foundation.route`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from foundation.cli import Failure
from foundation.reasons import entries, reasons
from foundation.route import DEFAULT, CannotBeDialled, Route, caller_id, dialled
from foundation.settings import ProcessSettings, Trunk
from foundation.system_reasons import unread

# what a debtor of the simulated network sees: a fixed line that no operator has given out
SIMULATED_CALLER = "551130000000"

__all__ = [
    "DEFAULT", "BadRoutes", "CannotBeDialled", "Route", "caller_id", "dialled", "password",
    "read_routes", "simulated",
]  # fmt: skip


class BadRoutes(Failure):
    """As rotas não podem ser usadas como estão escritas; a mensagem diz o que e onde."""


def read_routes(settings: ProcessSettings) -> tuple[Route, ...]:
    """Return all routes, the best (lowest) priority first, then in the order written.

    Raises BadRoutes.
    """
    trunk = settings.trunk
    if trunk.routes is None:
        return (_default(trunk),)
    file = trunk.routes.expanduser().absolute()
    written = [_route(entry, at, file, trunk) for at, entry in enumerate(_entries(file), 1)]
    if all(route.name != DEFAULT for route in written):
        written.insert(0, _default(trunk))
    _check(written, file)
    return tuple(sorted(written, key=lambda route: route.priority))


def simulated(settings: ProcessSettings) -> bool:
    """Tell whether all routes lead to the simulated network; raises BadRoutes."""
    return all(route.simulated for route in read_routes(settings))


def password(route: Route) -> str | None:
    """Read the route's password, stripped; None when it has none. Raises BadRoutes."""
    if route.password_file is None:
        return None
    where = f"rota {route.name}: password_file {route.password_file}"
    try:
        found = route.password_file.read_text("utf-8").strip()
    except OSError as error:
        raise BadRoutes(f"{where}: {unread(error)}") from error
    except UnicodeDecodeError as error:
        raise BadRoutes(f"{where}: não é texto UTF-8") from error
    if not found or not found.isprintable() or ";" in found:
        raise BadRoutes(f"{where}: vazio, com mais de uma linha ou com ponto e vírgula")
    return found


def _default(trunk: Trunk) -> Route:
    try:
        return Route(
            name=DEFAULT,
            host=trunk.host,
            port=trunk.port,
            simulated=trunk.simulated,
            caller_ids=(SIMULATED_CALLER,) if trunk.simulated else (),
            max_cps=trunk.max_cps,
            max_lines=trunk.max_lines,
            cnpj=trunk.cnpj,
            authenticated=trunk.authenticated,
        )
    except ValidationError as error:
        raise BadRoutes(f"ACORDO_TRUNK: {reasons(error)}") from error


def _entries(file: Path) -> list[dict[str, Any]]:
    return entries(file, "route", lambda why: BadRoutes(f"rotas: {file}: {why}"))


def _route(entry: dict[str, Any], at: int, file: Path, trunk: Trunk) -> Route:
    where = f"rotas: {file}: rota {entry.get('name', f'nº {at}')}"
    try:
        route = Route.model_validate(entry)
    except ValidationError as error:
        raise BadRoutes(f"{where}: {reasons(error)}") from error
    if route.cnpj is None and trunk.cnpj is not None:
        route = route.model_copy(update={"cnpj": trunk.cnpj})
    if route.password_file is None:
        return route
    # as people expect: beside the file in which its name stands
    place = file.parent / route.password_file.expanduser()
    return route.model_copy(update={"password_file": place})


def _check(routes: Sequence[Route], file: Path) -> None:
    names = [route.name for route in routes]
    twice = _first(name for name in names if names.count(name) > 1)
    if twice:
        raise BadRoutes(f"rotas: {file}: duas rotas com o nome {twice}")
    for route in routes:
        if route.next is not None and route.next not in names:
            raise BadRoutes(
                f"rotas: {file}: rota {route.name}: next = {route.next}, que não existe"
            )
    kinds = {
        kind: [r.name for r in routes if r.simulated is kind] for kind in (True, False)
    }
    if kinds[True] and kinds[False]:
        raise BadRoutes(
            f"rotas: {file}: simuladas ({', '.join(kinds[True])}) e reais "
            f"({', '.join(kinds[False])}) não convivem: o relógio simulado nunca vale em "
            "rota real (a rota trunk é a de ACORDO_TRUNK__SIMULATED)"
        )


def _first(names: Iterable[str]) -> str | None:
    return next(iter(names), None)
