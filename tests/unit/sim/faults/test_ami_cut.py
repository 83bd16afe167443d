"""A planned cut falls at its moment of an action, and passes what came before it."""

from __future__ import annotations

import pytest

from sim.faults.ami_proxy import Cut, When

BEFORE = b"Action: Ping\r\nActionID: 1\r\n\r\n"
ORIGINATE = (
    b"Action: Originate\r\nActionID: abc\r\nChannel: PJSIP/55@x\r\nChannelId: abc\r\n\r\n"
)
RESPONSE = b"Response: Success\r\nActionID: abc\r\n\r\n"
OTHER = b"Event: Newchannel\r\nUniqueid: xyz\r\n\r\n"
EVENT = b"Event: Newchannel\r\nUniqueid: abc\r\n\r\n"


@pytest.mark.parametrize(
    ("when", "passed", "cuts"),
    [
        (When.BEFORE, BEFORE, True),
        (When.UNANSWERED, BEFORE + ORIGINATE, True),
        (When.BETWEEN, BEFORE + ORIGINATE, False),
        (When.AFTER, BEFORE + ORIGINATE, False),
    ],
)
def test_what_of_the_action_reaches_the_switch(
    when: When, passed: bytes, cuts: bool
) -> None:
    assert Cut("Originate", when).up(BEFORE + ORIGINATE) == (passed, cuts)


def test_what_only_listens_is_no_occasion() -> None:
    listens = b"Action: Originate\r\nActionID: 2\r\nChannel: Local/abc@x/n\r\n\r\n"
    assert Cut("Originate", When.BEFORE).up(listens) == (listens, False)
    both = Cut("Originate", When.BEFORE).up(listens + ORIGINATE)
    assert both == (listens, True)


@pytest.mark.parametrize(
    ("when", "passed"),
    [(When.BETWEEN, OTHER + RESPONSE), (When.AFTER, OTHER + RESPONSE + EVENT)],
)
def test_what_of_the_answer_reaches_the_client(when: When, passed: bytes) -> None:
    cut = Cut("Originate", when)
    cut.up(ORIGINATE)
    stream = OTHER + RESPONSE + EVENT + OTHER
    middle = len(OTHER) + 5  # in two pieces
    first, cuts = cut.down(stream[:middle])
    assert not cuts
    assert (first + cut.down(stream[middle:])[0], True) == (passed, True)


def test_another_action_is_none_of_its_business() -> None:
    cut = Cut("Redirect", When.BETWEEN)
    assert cut.up(ORIGINATE) == (ORIGINATE, False)
    assert cut.down(RESPONSE + b"Resp") == (RESPONSE + b"Resp", False)
