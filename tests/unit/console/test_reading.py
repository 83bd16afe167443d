"""What is said of a field that cannot be read names the field and the form it must have."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, TypeAdapter

from agent_console.api.reading import _validated
from agent_console.problems import Problem
from agent_console.routes.softphone import PAGE
from agent_console.routes.users import NewUserIn
from agent_console.supervision.campaign_forms import TermsForm


class Paged(BaseModel):
    page: str = PAGE


def told(model: type[BaseModel], **given: object) -> dict[str, str]:
    with pytest.raises(Problem) as problem:
        _validated(lambda: TypeAdapter(model).validate_python(given))
    return {one["field"]: one["text"] for one in problem.value.fields["errors"]}


@pytest.mark.parametrize("login", ["Ana Maria", "joão", "a", ".ana", "x" * 41])
def test_a_login_is_told_what_logins_look_like(login: str) -> None:
    (text,) = told(NewUserIn, login=login, name="Ana", role="agent").values()
    assert text.startswith("O login tem de 2 a 40 letras minúsculas sem acento")


def test_a_name_is_told_of_its_spaces() -> None:
    assert "nem terminar com espaço" in told(TermsForm, name="Maio ")["name"]


def test_a_program_is_told_field_and_form() -> None:
    text = told(Paged, page="x")["page"]
    assert text == "O campo «page» precisa ter a forma ^[0-9a-f]{16}$."
