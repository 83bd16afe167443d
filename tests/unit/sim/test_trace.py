"""Traces: what a row may say, how it is written, what the scripted numbers do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.carrier import trace_file
from sim.personas import sounds
from sim.world.scripted import SCRIPTED, outcome_digits
from sim.world.trace import (
    CODES,
    BadTrace,
    Kind,
    Party,
    Timed,
    TraceRow,
    counts,
    format_timed,
    parse_timed,
)

A_ROW = TraceRow(
    number="5511900000001",
    nth=1,
    kind=Kind.HUMAN,
    code=200,
    post_dial_s=0.2,
    ring_s=3.125,
    talk_s=12.5,
    hangs_up=Party.CALLER,
    says=(Timed(0.4, "alo_dora"), Timed(4.0, "pix")),
    keys=(Timed(6.0, "1"), Timed(7.5, "#")),
)

milliseconds = st.integers(0, 600_000).map(lambda value: value / 1000)


@st.composite
def rows(draw: st.DrawFn) -> TraceRow:
    kind = draw(st.sampled_from(Kind))
    said = st.builds(Timed, milliseconds, st.sampled_from(["alo_dora", "pix", "engano"]))
    return TraceRow(
        number=f"55119000{draw(st.integers(0, 99_999)):05d}",
        nth=draw(st.integers(1, 9)),
        kind=kind,
        code=draw(st.sampled_from(CODES[kind])),
        post_dial_s=draw(milliseconds),
        ring_s=draw(milliseconds),
        talk_s=draw(milliseconds),
        hangs_up=draw(st.sampled_from(Party)),
        says=tuple(sorted(draw(st.lists(said, max_size=3)), key=lambda item: item.at_s)),
    )


@given(st.lists(rows(), max_size=8), st.sampled_from([".csv", ".parquet"]))
def test_a_trace_reads_back_exactly_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, trace: list[TraceRow], suffix: str
) -> None:
    path = tmp_path_factory.mktemp("trace") / f"trace{suffix}"
    assert trace_file.write(path, trace) == len(trace)
    assert list(trace_file.read(path)) == trace
    assert [item.name for item in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"number": "+5511900000001"}, "só algarismos"),
        ({"number": "¹²³"}, "só algarismos"),
        ({"nth": 0}, "tentativa 0"),
        ({"code": 486}, "human não termina com SIP 486"),
        ({"ring_s": -0.001}, "tempo negativo"),
        ({"keys": (Timed(1.0, "x"),)}, "tecla"),
    ],
)
def test_a_row_that_no_network_can_play_is_refused(
    change: dict[str, object], said: str
) -> None:
    with pytest.raises(BadTrace, match=said):
        replace(A_ROW, **change)  # type: ignore[arg-type]


def test_a_broken_line_is_named_by_its_place(tmp_path: Path) -> None:
    path = tmp_path / "trace.csv"
    trace_file.write(path, [A_ROW, replace(A_ROW, nth=2)])
    path.write_text(
        path.read_text().replace("5511900000001,2,human", "5511900000001,2,humano")
    )
    with pytest.raises(BadTrace, match=r"trace.csv, linha 3: 'humano'"):
        list(trace_file.read(path))


def test_a_file_that_is_no_trace_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("telefone;nome\n")
    (tmp_path / "a.parquet").write_text("PAR?")
    with pytest.raises(BadTrace, match="falta a coluna number"):
        list(trace_file.read(tmp_path / "a.csv"))
    with pytest.raises(BadTrace, match=r"a\.parquet"):
        list(trace_file.read(tmp_path / "a.parquet"))


def test_nothing_is_left_of_a_trace_that_could_not_be_drawn(tmp_path: Path) -> None:
    def draw() -> object:
        yield A_ROW
        raise BadTrace("no")

    with pytest.raises(BadTrace):
        trace_file.write(tmp_path / "trace.csv", draw())  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_timed_things_come_in_the_order_of_time() -> None:
    assert parse_timed("4.000:pix 0.400:alo") == (Timed(0.4, "alo"), Timed(4.0, "pix"))
    assert format_timed(()) == ""
    for broken in ("alo", "x:alo", "1.0:"):
        with pytest.raises(BadTrace, match="esperado segundos:nome"):
            parse_timed(broken)


def test_counts_name_every_kind() -> None:
    found = counts([A_ROW, A_ROW])
    assert found["human"] == 2
    assert set(found) == set(Kind)


def test_outcome_digits_are_read_of_simulated_numbers_only() -> None:
    assert outcome_digits("5511908612345") == "86"
    assert outcome_digits("5511998612345") is None  # a real mobile
    assert outcome_digits("551190861234") is None  # a digit short
    assert outcome_digits("5411908612345") is None  # another country


def test_scripted_numbers_name_the_code_they_end_with() -> None:
    for digits, row in SCRIPTED.items():
        refused = row.kind in (Kind.BUSY, Kind.INVALID, Kind.REJECTED, Kind.CONGESTION)
        if refused:
            code = str(row.code)
            assert digits == (code[1] if code[0] == "4" else code[0]) + code[2]
    assert {row.kind for row in SCRIPTED.values()} == set(Kind)


def test_scripted_numbers_say_only_what_exists() -> None:
    for row in SCRIPTED.values():
        for item in row.says:
            assert sounds.seconds(item.what) > 0
