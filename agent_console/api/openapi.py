"""The OpenAPI 3.1 document, made from the endpoints and their pydantic models."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from agent_console.api.endpoint import API, Endpoint, OpenEndpoint
from agent_console.api.once import KEY, KEY_FORM

Mode = Literal["validation", "serialization"]
Schemas = Mapping[tuple[type[BaseModel], Mode], Any]
Route = Endpoint | OpenEndpoint

REF = "#/components/schemas/{model}"
JSON, PROBLEM = "application/json", "application/problem+json"
# what each refusal means, whichever endpoint it comes from
REFUSALS = {
    "400": "O pedido não pôde ser entendido",
    "401": "Ninguém está logado, ou a senha não confere",
    "403": "A função ou o token não permite, ou falta o token contra pedidos forjados",
    "404": "Não existe",
    "409": "O estado atual não permite",
    "413": "O pedido é grande demais",
    "415": "O corpo não é do tipo esperado",
    "422": "Há campos com problemas",
    "429": "Pedidos ou tentativas demais",
    "503": "Um serviço de que a resposta depende não responde",
}
PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string", "description": "em português, para pessoas"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "em inglês, para programas"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "text"],
                "properties": {"field": {"type": "string"}, "text": {"type": "string"}},
            },
        },
    },
}
SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "acordo token create"},
    "session": {"type": "apiKey", "in": "cookie", "name": "acordo_session"},
    "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
}
_PARAMETER = re.compile(r"\{(\w+)(?::([^{}]*))?\}")


def document(routes: Iterable[Route], title: str, version: str) -> dict[str, Any]:
    """Describe the routes below /api/v1; pages are not part of it."""
    ours = [route for route in routes if route.path.startswith(f"{API}/")]
    schemas, definitions = _schemas(ours)
    paths: dict[str, dict[str, Any]] = {}
    for route in ours:
        path = _PARAMETER.sub(r"{\1}", route.path)
        paths.setdefault(path, {})[route.verb.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "servers": [{"url": "/"}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": {**definitions, "Problem": PROBLEM_SCHEMA},
            "securitySchemes": SECURITY,
        },
    }


def _schemas(routes: Sequence[Route]) -> tuple[Schemas, dict[str, Any]]:
    wanted: dict[tuple[type[BaseModel], Mode], None] = {}
    for route in routes:
        query = route.query if isinstance(route, Endpoint) else None
        for model in (route.body, query):
            if model is not None:
                wanted[model, "validation"] = None
        if route.answer is not None:
            wanted[route.answer, "serialization"] = None
    by_model, definitions = models_json_schema(list(wanted), ref_template=REF)
    schemas = {key: by_model[key] for key in wanted}
    return schemas, definitions.get("$defs", {})


def _operation(route: Route, schemas: Schemas) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": _operation_id(route),
        "summary": route.summary,
        "tags": [route.path.removeprefix(f"{API}/").partition("/")[0]],
        "parameters": _parameters(route),
        "responses": {str(_status(route)): _answer(route, schemas), **_refusals()},
    }
    if route.problems:
        found["description"] = f"Recusas: {', '.join(route.problems)}"
    if isinstance(route, Endpoint):
        session: dict[str, list[str]] = {"session": []}
        if route.verb != "GET":
            session["csrf"] = []
        found["security"] = [{"bearer": []}, session]
        found["x-roles"] = sorted(route.roles)
        found["x-scope"] = route.scope
    if route.body is not None:
        schema = schemas[route.body, "validation"]
        content = {JSON: {"schema": schema}}
        found["requestBody"] = {"required": True, "content": content}
    return found


def _operation_id(route: Route) -> str:
    words = re.findall(r"\w+", _PARAMETER.sub(r"by_\1", route.path.removeprefix(API)))
    return "_".join([route.verb.lower(), *words])


def _parameters(route: Route) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name, form in _PARAMETER.findall(route.path):
        schema = (
            {"type": "string", "pattern": f"^(?:{form})$"}
            if form
            else {"type": "string", "format": "uuid"}
        )
        found.append({"name": name, "in": "path", "required": True, "schema": schema})
    if isinstance(route, Endpoint) and route.keyed:
        schema = {"type": "string", "pattern": KEY_FORM}
        given = {"name": KEY, "in": "header", "required": route.once}
        found.append({**given, "schema": schema})
    query = route.query if isinstance(route, Endpoint) else None
    if query is not None:
        of_query: dict[str, Any] = query.model_json_schema(ref_template=REF)
        properties: dict[str, Any] = of_query.get("properties", {})
        for name, of_field in properties.items():
            needed = name in of_query.get("required", [])
            given = {"name": name, "in": "query", "required": needed}
            found.append({**given, "schema": of_field})
    return found


def _status(route: Route) -> int:
    if isinstance(route, OpenEndpoint) or route.answer is not None:
        return route.status
    return 204 if route.media == JSON else route.status


def _answer(route: Route, schemas: Schemas) -> dict[str, Any]:
    if _status(route) == 204:
        return {"description": "Feito, sem conteúdo"}
    media = route.media if isinstance(route, Endpoint) else JSON
    if route.answer is not None:
        schema = schemas[route.answer, "serialization"]
    else:
        schema = {"type": "object" if media == JSON else "string"}
    return {"description": "Feito", "content": {media: {"schema": schema}}}


def _refusals() -> dict[str, Any]:
    schema = {"$ref": REF.format(model="Problem")}
    return {
        status: {"description": text, "content": {PROBLEM: {"schema": schema}}}
        for status, text in REFUSALS.items()
    }
