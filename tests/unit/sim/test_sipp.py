"""What SIPp is told of a trace, and how its message log is read."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from sim.carrier.sipp.message_log import Entry, MessageLog
from sim.carrier.sipp.table import REASONS, lines
from sim.world.scripted import SCRIPTED
from sim.world.trace import CODES, RINGS_ON, Kind, TraceRow

A_ROW = TraceRow(
    number="5511900000001", nth=1, kind=Kind.BUSY, code=600, post_dial_s=0.25, ring_s=1.5
)
DASHES = b"-" * 47
LOG = (
    DASHES
    + b" 2026-03-10 13:00:00.250000\nUDP message received [8] bytes :\n\nINVITE\r\n\n"
    b""
    + DASHES
    + b" 2026-03-10 13:00:01.500000\nUDP message sent (10 bytes):\n\n"
    + b"200 - -----\n"
)


def test_the_table_holds_the_first_row_of_each_number_and_every_scripted_outcome() -> None:
    table = list(lines([A_ROW, replace(A_ROW, nth=2, code=486)]))
    assert table[0] == "SEQUENTIAL"
    assert table[-1] == "5511900000001;refuse;250;1500;600000;600"
    keys = [line.partition(";")[0] for line in table]
    assert len(keys) == len(set(keys))
    assert {f"OO{digits}" for digits in SCRIPTED} < set(keys)


def test_sipp_has_a_branch_for_every_code_of_a_trace() -> None:
    codes = {code for variants in CODES.values() for code in variants}
    assert codes - {RINGS_ON, 200} == set(REASONS)


@given(st.integers(0, len(LOG)))
def test_messages_are_read_whole_wherever_the_log_was_cut(cut: int) -> None:
    log = MessageLog()
    found = [*log.feed(LOG[:cut]), *log.feed(LOG[cut:])]
    assert found == [
        Entry(1_773_147_600.25, False, "INVITE\r\n"),
        Entry(1_773_147_601.5, True, "200 - ----"),
    ]
