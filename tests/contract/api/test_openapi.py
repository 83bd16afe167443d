"""The document and the code say the same: operations, texts, permissions, hygiene."""

from __future__ import annotations

import ast
import re

import pytest

from agent_console.api.endpoint import API, Endpoint
from agent_console.texts import TEXTS
from agent_console.tokens_cli import known_scopes
from cobranca.people.roles import Role
from tests.contract.api.routes import closed, endpoints, pages
from tests.people import Client
from tests.unit.house.tree import ROOT, modules, shown


async def test_every_operation_is_described(client: Client) -> None:
    answer = await client.get(f"{API}/openapi.json")
    document = await answer.json()
    assert document["openapi"].startswith("3.1")
    described = {
        f"{verb.upper()} {path}"
        for path, item in document["paths"].items()
        for verb in item
    }
    wanted = {
        f"{one.verb} {re.sub(r':[^{}]*}', '}', one.path)}"
        for one in endpoints()
        if one.path.startswith(API)
    }
    assert described == wanted
    ids = [op["operationId"] for item in document["paths"].values() for op in item.values()]
    assert len(set(ids)) == len(ids)
    for item in document["paths"].values():
        for operation in item.values():
            assert operation["summary"]
            assert {"401", "403", "422"} <= operation["responses"].keys()


def test_every_problem_has_a_text() -> None:
    promised = {code for one in endpoints() for code in one.problems}
    raised = {
        (shown(path), node.args[0].value)
        for path in modules()
        if path.is_relative_to(ROOT / "agent_console")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Problem"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert raised
    assert promised - TEXTS.problems.keys() == set()
    assert [one for one in raised if one[1] not in TEXTS.problems] == []


def test_every_audited_action_has_a_text() -> None:
    """Called with a literal; what is computed is tested where it is."""
    said = {
        (shown(path), keyword.value.value)
        for path in modules()
        if path.parts[len(ROOT.parts)] in {"agent_console", "cobranca", "dialer"}
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"record", "record_debtor", "record_stranger"}
        for keyword in node.keywords
        if keyword.arg == "action" and isinstance(keyword.value, ast.Constant)
    }
    known = TEXTS.section("audit_actions")
    assert said
    assert [one for one in said if one[1] not in known] == []


def test_every_closed_route_names_its_roles_and_a_scope() -> None:
    assert closed()
    for one in closed():
        assert one.roles <= frozenset(Role), one
        assert one.roles, one
        assert re.fullmatch(r"[a-z][a-z_]*(:[a-z_]+)?", one.scope), one


def test_no_route_is_given_twice() -> None:
    named = [(one.verb, one.path) for one in endpoints()]
    named += [("GET", one.path) for one in pages()]
    assert len(set(named)) == len(named)


@pytest.mark.parametrize("one", endpoints(), ids=lambda one: f"{one.verb} {one.path}")
def test_what_comes_in_is_bounded(one: Endpoint) -> None:
    """No unknown field, no text without a longest length, no GET with a body."""
    if one.body is not None:
        assert one.verb not in {"GET", "DELETE"}
        assert one.body.model_config.get("extra") == "forbid"
    for model in (one.body, getattr(one, "query", None)):
        if model is None:
            continue
        for name, schema in _texts(model.model_json_schema()):
            limited = {"maxLength", "enum", "const", "format", "pattern"} & schema.keys()
            assert limited, f"{model.__name__}.{name}"


def test_scopes_for_tokens_leave_out_what_is_for_people() -> None:
    scopes = known_scopes()
    assert scopes["users:write"] == {Role.ADMIN}
    assert {"session", "page"} & scopes.keys() == set()


def _bare(alternatives: list[object]) -> list[object]:
    return [{"type": one.get("type")} for one in alternatives if isinstance(one, dict)]


def _texts(schema: dict[str, object]) -> list[tuple[str, dict[str, object]]]:
    """Name and schema of each text field, however deep."""
    found: list[tuple[str, dict[str, object]]] = []

    def look(name: str, part: object) -> None:
        if isinstance(part, dict):
            if part.get("type") == "string":
                found.append((name, part))
            for key, value in part.items():
                look(name if key == "anyOf" else key, value)
        elif isinstance(part, list) and {"type": "number"} not in _bare(part):
            for value in part:  # a decimal is a number, or a text that is read as one
                look(name, value)

    look("", schema)
    return found
