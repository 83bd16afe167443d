"""What a route dials, and which descriptions of a route are refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from foundation.route import CannotBeDialled, Route, caller_id, dialled

NUMBER = "+5511900012345"


def a_route(**changed: Any) -> Route:
    return Route.model_validate({"name": "teste", "host": "127.0.0.1", **changed})


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "5511900012345"),
        ({"number_template": "{national}"}, "11900012345"),
        ({"number_template": "0{csp}{national}", "csp": "15"}, "01511900012345"),
        ({"number_template": "7788{e164}"}, "77885511900012345"),
        ({"number_template": "{e164}", "csp": "15"}, "5511900012345"),
    ],
)
def test_the_template_says_what_is_dialled(changed: dict[str, str], expected: str) -> None:
    assert dialled(a_route(**changed), NUMBER) == expected


@pytest.mark.parametrize(
    "number",
    [
        "", "5511900012345", "+551190001234567", "+14155550100", "+55190", "+55119000123x5",
        "+5511900012345@outra", "+5511900012345\n", " +5511900012345", "+55１1900012345",
    ],
)  # fmt: skip
def test_only_a_brazilian_e164_number_is_dialled(number: str) -> None:
    with pytest.raises(CannotBeDialled) as refused:
        dialled(a_route(), number)
    assert number not in str(refused.value) or not number


@given(st.text(max_size=20))
def test_whatever_is_dialled_is_digits(number: str) -> None:
    route = a_route(number_template="0{csp}{national}", csp="21")
    try:
        found = dialled(route, number)
    except CannotBeDialled:
        return
    assert found.isascii()
    assert found.isdecimal()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"number_template": "0{csp}", "csp": "15"}, "sem o número"),
        ({"number_template": "{e164}{national}"}, "sem o número"),
        ({"number_template": "0{csp}{national}"}, "falta csp"),
        ({"number_template": "{e164}{ddd}"}, "{ddd} não existe"),
        ({"number_template": "{e164}@outro"}, "só algarismos"),
        ({"number_template": "+{e164}"}, "só algarismos"),
        ({"number_template": "{e164}{"}, "só algarismos"),
        ({"username": "acordo"}, "vão juntos"),
        ({"password_file": "senha"}, "vão juntos"),
        ({"register": True}, "register = true precisa"),
        ({"srtp": True}, "srtp só com"),
        ({"next": "teste"}, "própria rota"),
        ({"name": "agent001"}, "outro uso"),
        ({"name": "tls"}, "outro uso"),
        ({"name": "route-aor"}, "outro uso"),
    ],
)
def test_what_does_not_fit_together_is_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        a_route(**changed)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "Com Espaço"}, {"host": "a b"}, {"host": "x;transport=tls"}, {"host": ""},
        {"host": "a\nmatch = 0.0.0.0/0"}, {"port": 0}, {"transport": "sctp"}, {"csp": "1"},
        {"username": "a@b", "password_file": "x"}, {"caller_ids": ["nome <1>"]},
        {"max_cps": 0}, {"max_lines": 0}, {"priority": -1}, {"from_domain": "a]"},
    ],
)  # fmt: skip
def test_values_that_the_switch_would_misread_are_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        a_route(**changed)


def test_tls_has_its_own_usual_port() -> None:
    assert a_route().port == 5060
    assert a_route(transport="tls").port == 5061
    assert a_route(transport="tls", port=5070).port == 5070


def test_a_debtor_always_sees_the_same_number_and_all_numbers_are_used() -> None:
    ours = ("+551130001000", "+551130001001")
    route = a_route(caller_ids=ours)
    assert caller_id(a_route(), NUMBER) == ""
    assert {caller_id(route, f"+55119000{n:05}") for n in range(50)} == set(ours)
    assert caller_id(route, NUMBER) == caller_id(route, NUMBER)
