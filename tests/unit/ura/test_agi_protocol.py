"""The words of AGI, read and written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ura.adapters.agi_protocol import (
    Answer,
    BadAgi,
    parse_answer,
    parse_environment,
    quoted,
    script_of,
)


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("200 result=1", Answer(200, "1")),
        ("200 result=1 (/srv/a (b)/c)", Answer(200, "1", "/srv/a (b)/c")),
        ("200 result=0", Answer(200, "0")),
        ("200 result=0 endpos=48960", Answer(200, "0", None, 48960)),
        ("200 result=-1 endpos=11520", Answer(200, "-1", None, 11520)),
        ("510 Invalid or unknown command", Answer(510)),
        ("511 Command Not Permitted on a dead channel or intercept routine", Answer(511)),
        ("100 result=0 Trying...", None),
    ],
)
def test_answers(line: str, answer: Answer | None) -> None:
    assert parse_answer(line) == answer


@given(line=st.text())
def test_any_line_is_an_answer_or_refused(line: str) -> None:
    try:
        parse_answer(line)
    except BadAgi:
        assert (
            not line[:3].isascii() or not line[:3].isdigit() or line[3:4] not in {" ", "-"}
        )


def test_the_environment_names_the_conversation() -> None:
    environment = parse_environment(
        [
            "agi_network: yes",
            "agi_request: agi://127.0.0.1:4573/inbound",
            "agi_callerid: x: y",
        ]
    )

    assert script_of(environment) == "inbound"
    assert environment["agi_callerid"] == "x: y"


@pytest.mark.parametrize("lines", [["GET / HTTP/1.1"], ["agi_network: yes"], ["x"], []])
def test_what_is_no_environment_is_refused(lines: list[str]) -> None:
    with pytest.raises(BadAgi):
        parse_environment(lines)


def test_arguments_cannot_end_the_line() -> None:
    assert quoted('a "b" \\c') == '"a \\"b\\" \\\\c"'
    with pytest.raises(BadAgi):
        quoted("x\nHANGUP")
