"""E-mails as they are written, and what bounces say."""

from __future__ import annotations

from datetime import UTC, datetime
from email.errors import MessageError
from uuid import UUID

import pytest

from cobranca.channels.email.bounces import code_of_answer, read_notification
from cobranca.channels.email.written import message_of, return_path, written
from cobranca.channels.message import Happened, Outgoing, Rendered
from sim.outside.mail.server import notification

NAME = UUID(int=0x0199AAAA00007000800000000000ABCD)
AT = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)


def an_email(to: str = "fulana@correio.example") -> Outgoing:
    rendered = Rendered(subject="Seu código: 1", text="Olá, é você?\n", html="<p>Olá</p>")
    return Outgoing(
        id=NAME, to=to, rendered=rendered, unsubscribe="https://p.example/parar/x"
    )


def test_it_has_two_forms_a_name_and_a_way_to_end_them() -> None:
    mail = written(an_email(), sender="nao@a.example", name="Acordo", domain="r.a", at=AT)
    assert mail["Message-ID"] == f"<{NAME.hex}@r.a>"
    assert mail["List-Unsubscribe"] == "<https://p.example/parar/x>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert [part.get_content_type() for part in mail.iter_parts()] == [
        "text/plain",
        "text/html",
    ]


@pytest.mark.parametrize("to", ["x\r\nBcc: y@z.example", "sem arroba", "a@b@c"])
def test_an_address_that_none_can_have_is_refused(to: str) -> None:
    with pytest.raises((ValueError, MessageError)):
        written(an_email(to), sender="n@a.example", name="A", domain="r.a", at=AT)


def test_the_envelope_names_the_message() -> None:
    assert message_of(return_path(NAME, "retorno.a.example").upper()) == NAME
    assert message_of("retorno+curto@x") is None
    assert message_of("outro@x") is None


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("5.1.1", "no_such_address"),
        ("5.2.2", "mailbox_unavailable"),
        ("5.7.1", "refused_by_policy"),
        ("5.1.8", "not_delivered"),  # about our own address
        ("5.0.0", "not_delivered"),
    ],
)
def test_a_bounce_is_read_by_its_status(status: str, code: str) -> None:
    bounce = notification("cheia@correio.example", "retorno+x@r.a", status)
    assert read_notification(bytes(bounce)) == (Happened.FAILED, code)


def test_a_person_who_is_on_holiday_is_no_bounce() -> None:
    assert read_notification(b"Subject: Fora\r\n\r\nVolto segunda.\r\n") is None
    delayed = notification("a@correio.example", "retorno+x@r.a")
    content = bytes(delayed).replace(b"Action: failed", b"Action: delayed")
    assert read_notification(content) is None


def test_an_answer_of_the_server_is_told_by_its_status_first() -> None:
    assert code_of_answer(550, "5.7.1 blocked") == "refused_by_policy"
    assert code_of_answer(550, "no such user") == "no_such_address"
    assert code_of_answer(554, "no") == "not_delivered"
