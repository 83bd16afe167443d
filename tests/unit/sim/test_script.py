"""What the network's dialplan is told, and how it gets there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from sim.carrier import astdb
from sim.carrier.script import CAUSES, astdb_value
from sim.personas import sounds
from sim.world.recorded import PastCall, recorded
from sim.world.scripted import SCRIPTED
from sim.world.trace import CODES, RINGS_ON, Kind, Timed, TraceRow

A_CALL = TraceRow(
    number="5511900000001",
    nth=1,
    kind=Kind.HUMAN,
    code=200,
    post_dial_s=0.2,
    ring_s=2.5,
    talk_s=9.0,
    says=(Timed(0.4, "alo_dora"), Timed(3.0, "pix")),
    keys=(Timed(2.0, "1"),),
)


def two_seconds(_sound: str) -> float:
    return 2.0


def test_a_conversation_becomes_steps_in_the_order_of_time() -> None:
    # alo lasts from 0.4 to 2.4: the key of 2.0 is late and comes at once, pix waits 0.6
    assert astdb_value(A_CALL, two_seconds) == (
        "answer,0.200,2.500,9.000,16,w0.400&palo_dora&k1&w0.600&ppix"
    )


@pytest.mark.parametrize(
    ("kind", "code", "value"),
    [
        (Kind.BUSY, 486, "refuse,0.200,2.500,600.000,17,"),
        (Kind.NO_ANSWER, RINGS_ON, "ring_on,0.200,2.500,600.000,19,"),
        (Kind.NO_ANSWER, 408, "refuse,0.200,2.500,600.000,18,"),
        (Kind.SILENT, RINGS_ON, "silent,0.200,2.500,600.000,19,"),
        (Kind.EARLY_MEDIA, 404, "announce,0.200,2.500,2.500,1,"),
        (Kind.MACHINE, 200, "answer,0.200,2.500,9.000,16,"),
    ],
)
def test_each_kind_has_its_act(kind: Kind, code: int, value: str) -> None:
    row = replace(A_CALL, kind=kind, code=code, says=(), keys=())
    assert astdb_value(row, two_seconds) == value


def test_a_talk_of_no_length_still_ends() -> None:
    value = astdb_value(replace(A_CALL, talk_s=0.0, says=(), keys=()), two_seconds)
    assert value == "answer,0.200,2.500,0.050,16,"


def test_every_code_of_a_trace_has_a_cause() -> None:
    codes = {code for variants in CODES.values() for code in variants} - {RINGS_ON}
    assert codes <= set(CAUSES)


def keys(folder: Path) -> dict[str, str]:
    with closing(sqlite3.connect(folder / astdb.FILE)) as database:
        return dict(database.execute("SELECT key, value FROM astdb"))


def write(folder: Path, *rows: TraceRow) -> int:
    return astdb.write(folder, iter(rows), sounds.seconds, sounds.playable)


def test_the_last_row_of_a_number_stays_true(tmp_path: Path) -> None:
    busy = replace(A_CALL, nth=2, kind=Kind.BUSY, code=486, says=(), keys=())
    assert write(tmp_path, A_CALL, busy) == 2
    found = keys(tmp_path)
    assert found["/trace/5511900000001/last"] == found["/trace/5511900000001/2"]
    assert found["/trace/5511900000001/1"].startswith("answer")
    assert {f"/scripted/{digits}" for digits in SCRIPTED} <= set(found)


def test_how_often_a_number_was_called_outlives_a_restart_but_not_a_new_trace(
    tmp_path: Path,
) -> None:
    write(tmp_path, A_CALL)
    with closing(sqlite3.connect(tmp_path / astdb.FILE)) as database:
        database.execute("INSERT INTO astdb VALUES ('/seen/5511900000001', '1')")
        database.commit()
    write(tmp_path, A_CALL)
    assert keys(tmp_path)["/seen/5511900000001"] == "1"
    write(tmp_path, replace(A_CALL, ring_s=1.0))
    assert "/seen/5511900000001" not in keys(tmp_path)


def test_a_trace_that_cannot_be_played_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path, A_CALL)
    before = keys(tmp_path)
    with pytest.raises(astdb.TwoRowsForOneAttempt):
        write(tmp_path, A_CALL, A_CALL)
    with pytest.raises(sounds.UnknownSound):
        write(tmp_path, replace(A_CALL, says=(Timed(0.0, "canto"),)))
    assert keys(tmp_path) == before


def past(outcome: str, at: float = 100.0, **more: float | bool | None) -> PastCall:
    values: dict[str, object] = {
        "number": "+5511900000001",
        "placed_at": at,
        "ringing_at": at + 0.5,
        "answered_at": None,
        "ended_at": at + 20.5,
        "outcome": outcome,
        "sip_code": None,
        "given_up": False,
    }
    return PastCall(**(values | more))  # type: ignore[arg-type]


def lived() -> Iterator[tuple[PastCall, TraceRow]]:
    def row(
        kind: Kind, code: int, ring_s: float, talk_s: float, dial_s: float = 0.5
    ) -> TraceRow:
        return TraceRow(
            number="5511900000001",
            nth=1,
            kind=kind,
            code=code,
            post_dial_s=dial_s,
            ring_s=ring_s,
            talk_s=talk_s,
        )

    yield past("answered", answered_at=103.0), row(Kind.HUMAN, 200, 2.5, 17.5)
    yield past("busy", sip_code=600), row(Kind.BUSY, 600, 20.0, 0.0)
    yield past("no_answer", sip_code=480), row(Kind.NO_ANSWER, 480, 20.0, 0.0)
    yield past("no_answer", sip_code=480, given_up=True), row(Kind.NO_ANSWER, 0, 20.0, 0.0)
    yield past("carrier_silent", ringing_at=None), row(Kind.SILENT, 0, 0.0, 0.0, 20.5)
    yield past("congestion", sip_code=502), row(Kind.CONGESTION, 503, 20.0, 0.0)


@pytest.mark.parametrize(("call", "row"), list(lived()))
def test_a_real_call_becomes_the_row_that_plays_it_again(
    call: PastCall, row: TraceRow
) -> None:
    assert list(recorded([call])) == [row]


def test_real_calls_are_counted_per_number_and_what_never_left_is_left_out() -> None:
    calls = [past("busy", at=300.0), past("not_sent", at=200.0), past("answered", at=100.0)]
    assert [(row.nth, row.kind) for row in recorded(calls)] == [
        (1, Kind.HUMAN),
        (2, Kind.BUSY),
    ]


def test_what_the_entries_were_made_from_is_known_again(tmp_path: Path) -> None:
    trace = tmp_path / "trace.csv"
    trace.write_text("one")
    folder = tmp_path / "db"
    source = astdb.sources(trace)
    assert astdb.rows_made_from(folder, source) is None
    astdb.write(folder, [A_CALL], sounds.seconds, sounds.playable, source)
    assert astdb.rows_made_from(folder, source) == 1
    trace.write_text("two")
    assert astdb.rows_made_from(folder, astdb.sources(trace)) is None
    assert astdb.rows_made_from(folder, astdb.sources(None)) is None


def test_entries_that_a_crash_spoilt_are_made_again(tmp_path: Path) -> None:
    (tmp_path / astdb.FILE).write_bytes(b"not a database" * 100)
    assert astdb.rows_made_from(tmp_path, astdb.sources(None)) is None
