"""One line per event, ids bound by context, libraries included, nothing personal."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from foundation.observability import bound, configure, get_logger
from foundation.settings import Log

CPF = "529.982.247-25"
PHONE = "+5511900012345"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    configure("teste", Log(form="json"), stream)
    yield stream
    configure("teste", Log(form="json", level="error"), io.StringIO())


def events(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_carries_its_fields_and_bound_ids(lines: io.StringIO) -> None:
    with bound(attempt="0190aaaa-0000-7000-8000-000000000001"):
        get_logger("dialer.x").info("call_answered", ring_s=4.2)
    get_logger("dialer.x").info("tick")

    first, second = events(lines)
    assert first["event"] == "call_answered"
    assert first["ring_s"] == 4.2
    assert first["attempt"] == "0190aaaa-0000-7000-8000-000000000001"
    assert first["process"] == "teste"
    assert first["logger"] == "dialer.x"
    assert first["level"] == "info"
    assert first["at"].endswith("Z")
    assert "attempt" not in second


def test_personal_data_is_hidden_everywhere(lines: io.StringIO) -> None:
    log = get_logger("x")
    with bound(number=PHONE):
        event = f"liga para {PHONE}"
        log.info(event, debtor={"name": "Maria Silva", "ids": [CPF]})
    try:
        raise ValueError(f"debtor name='Maria Silva' cpf {CPF}")
    except ValueError:
        log.exception("import_failed")
    logging.getLogger("library").warning("dialing %s for %s", PHONE, CPF)
    logging.getLogger("library").warning("extra", extra={"nome": "Maria Silva"})

    text = lines.getvalue()
    assert len(events(lines)) == 4
    assert "ValueError" in text
    for secret in (CPF, PHONE, PHONE[1:], "Maria"):
        assert secret not in text


def test_exception_chains_and_groups_are_hidden_too(lines: io.StringIO) -> None:
    try:
        try:
            raise KeyError(PHONE)
        except KeyError as error:
            raise ExceptionGroup("x", [RuntimeError(CPF)]) from error
    except ExceptionGroup:
        get_logger("x").exception("failed")

    text = lines.getvalue()
    assert "RuntimeError" in text
    assert PHONE not in text
    assert CPF not in text


def test_text_form_is_for_people_and_hides_as_well() -> None:
    stream = io.StringIO()
    configure("teste", Log(form="text"), stream)

    get_logger("x").info("call_answered", number=PHONE, ring_s=4.2)

    assert "call_answered" in stream.getvalue()
    assert "ring_s=4.2" in stream.getvalue()
    assert PHONE not in stream.getvalue()


def test_level_is_kept_and_chatty_libraries_are_quiet(lines: io.StringIO) -> None:
    get_logger("x").debug("detail")
    logging.getLogger("sqlalchemy.engine").info("SELECT 1")
    logging.getLogger("aiohttp.access").info("GET /")
    logging.getLogger("aiohttp.server").error("oops")

    assert [event["event"] for event in events(lines)] == ["oops"]


def test_a_program_that_never_configures_hides_as_well() -> None:
    program = f"""
from foundation.observability import get_logger
try:
    secret = {PHONE!r}
    raise ValueError(secret)
except ValueError:
    get_logger("x").exception("failed", number=secret)
"""
    child = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert "ValueError: ***" in child.stderr
    assert PHONE not in child.stdout + child.stderr
