"""Every message in every form: neutral, short, and complete."""

from __future__ import annotations

import pytest

from cobranca.channels.message import Means
from cobranca.channels.rendering import UnknownTemplate, render, templates
from cobranca.channels.sms.letters import is_basic, parts
from cobranca.language.lint import lint
from cobranca.language.rulebook import rules_in_force

VALUES = {
    "code": "482913",
    "minutes": "10",
    "link": "https://portal.example/p/" + "A" * 38,
    "portal": "https://portal.example/portal",
    "amount": "R$ 1.234,56",
    "day": "12/03/2026",
    "means": "Transferência",
    "number": "0123456789AB",
}
STOP = "https://portal.example/parar/" + "B" * 38


@pytest.mark.parametrize("name", templates())
def test_an_sms_is_one_part_and_needs_no_accents(name: str) -> None:
    text = render(name, "sms", VALUES, sender="Acordo").text
    assert is_basic(text)
    assert parts(text) == 1, len(text)


@pytest.mark.parametrize("name", templates())
def test_page_and_plain_text_of_an_email_say_the_same(name: str) -> None:
    mail = render(name, "email", VALUES, sender="Acordo", unsubscribe=STOP)
    assert mail.subject
    assert STOP in mail.text
    assert STOP in mail.html
    for paragraph in mail.text.split("\n\n")[:1]:
        assert paragraph in mail.html


@pytest.mark.parametrize("means", ["sms", "email"])
@pytest.mark.parametrize("name", templates())
def test_whoever_reads_it_learns_of_no_debt(name: str, means: Means) -> None:
    said = render(name, means, VALUES, sender="Acordo")
    found = lint(f"{said.subject}\n{said.text}", rules_in_force(), before_identity=True)
    assert [f"{one.rule.code}: {one.found}" for one in found if one.refuses] == []


def test_what_is_in_a_value_is_no_markup() -> None:
    mail = render("portal_code", "email", VALUES | {"code": "<b>1</b>"}, sender="A & B")
    assert "<b>1</b>" not in mail.html
    assert "A &amp; B" in mail.html


def test_an_unknown_message_is_an_error() -> None:
    with pytest.raises(UnknownTemplate):
        render("nada", "sms", VALUES, sender="Acordo")
