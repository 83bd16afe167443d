"""Reads a request into what its endpoint declares, or says in pt-BR what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TypeVar
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from agent_console.problems import Problem
from agent_console.texts import TEXTS
from foundation.refused import Refused

Model = TypeVar("Model", bound=BaseModel)

JSON = "application/json"
NUL = rb"\u0000"  # PostgreSQL holds no text with it
_HEX = "[0-9a-fA-F]"
_UUID = f"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}"
_PARAMETER = re.compile(r"\{(\w+)(:[^{}]*)?\}")


@cache
def uuid_parameters(path: str) -> frozenset[str]:
    """The parameters of a path that are identifiers.

    >>> sorted(uuid_parameters("/api/v1/campaigns/{id}/steps/{number:[0-9]+}"))
    ['id']
    """
    return frozenset(name for name, form in _PARAMETER.findall(path) if not form)


def router_path(path: str) -> str:
    """The path as the router takes it: what is no identifier is another path, or none."""
    return re.sub(r"\{(\w+)\}", lambda found: f"{{{found[1]}:{_UUID}}}", path)


def read_path(request: web.Request, uuids: frozenset[str]) -> dict[str, str]:
    """The parameters of the path, identifiers in their canonical form."""
    return {
        name: str(UUID(value)) if name in uuids else value
        for name, value in request.match_info.items()
    }


def read_query(request: web.Request, model: type[Model]) -> Model:
    """The query string as the model; whatever repeats is a list. Raises Problem 422."""
    given = {name: request.query.getall(name) for name in request.query}
    if any("\0" in value for found in given.values() for value in found):
        raise Problem("bad_request", 400)
    values = {
        name: found if len(found) > 1 or _is_list(model, name) else found[0]
        for name, found in given.items()
    }
    return _validated(lambda: model.model_validate_strings(values))


async def read_body(request: web.Request, model: type[Model]) -> Model:
    """The body as the model. Raises Problem 400, 415 or 422, and 413 through aiohttp."""
    if request.content_type != JSON:
        raise Problem("unsupported_media", 415)
    raw = await request.read()
    if NUL in raw:
        raise Problem("bad_request", 400)
    # strict: 0 is no "no", "7" is no 7; text still becomes dates, ids, decimals
    return _validated(lambda: model.model_validate_json(raw, strict=True))


def _is_list(model: type[BaseModel], name: str) -> bool:
    field = model.model_fields.get(name)
    return field is not None and "list" in str(field.annotation)


def _validated(read: Callable[[], Model]) -> Model:
    try:
        return read()
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)
        if any(one["type"] == "json_invalid" for one in wrong):
            raise Problem("bad_request", 400) from None
        raise Problem("invalid", 422, {"errors": [_told(one) for one in wrong]}) from None


def _told(error: ErrorDetails) -> dict[str, str]:
    """Which field, and what is wrong; never the value, which may be a secret.

    What a validator of ours refuses in pt-BR (Refused) is told in its words.
    """
    words, field = TEXTS.section("validation"), ".".join(map(str, error["loc"]))
    named = next((part for part in reversed(error["loc"]) if isinstance(part, str)), "")
    text = words.get(error["type"], words["other"])
    refused = error.get("ctx", {}).get("error")
    if isinstance(refused, Refused):
        return {"field": field, "text": f"{str(refused).rstrip('.')}."}
    if error["type"] == "string_pattern_mismatch":
        text = TEXTS.section("validation_forms").get(named, text)
    return {
        "field": field,
        "text": text.format_map({**error.get("ctx", {}), "field": named}),
    }
