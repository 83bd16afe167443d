"""What the meters read, which brakes they pull, and what those forbid."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cobranca.compliance.meters.brakes import Brakes
from cobranca.compliance.meters.model import (
    Brake,
    Counts,
    Key,
    Lines,
    Meter,
    Reading,
    Tally,
    readings,
)
from cobranca.compliance.meters.service import lines_of
from cobranca.compliance.meters.telling import sentence, source
from foundation.route import Route
from foundation.settings import Meters

TODAY = date(2026, 3, 10)
LINES = Lines()
CLI, OTHER = "+551130001000", "+551130001001"
A = Route(
    name="a", host="127.0.0.1", caller_ids=(CLI, OTHER), carrier="Alfa", cnpj="12345678"
)
B = Route(name="b", host="127.0.0.1", caller_ids=("+551130002000",), cnpj="12345678")


def tally(route: str = "a", cli: str = CLI, day: date = TODAY, **counts: int) -> Tally:
    return Tally(day=day, route=route, cli=cli, counts=Counts(**counts))


def read(*tallies: Tally, routes: tuple[Route, ...] = (A, B), **more: int) -> list[Reading]:
    return readings(tallies, routes, TODAY, LINES, more)


def one(found: list[Reading], meter: Meter, key: Key) -> Reading:
    (reading,) = [r for r in found if (r.meter, (r.scope, r.name)) == (meter, key)]
    return reading


@pytest.mark.parametrize(
    ("calls", "unanswered", "short", "machines", "used", "alarm", "brake"),
    [
        # less than one of the line's two conditions is the measure
        (1000, 900, 50, 0, 0.01, None, None),  # 95 % short, of few calls
        (60_000, 40_000, 5_000, 0, 0.60, 0.60, None),
        (69_999, 50_000, 9_000, 1_000, 0.69999, 0.60, None),
        (70_000, 40_000, 8_000, 1_000, 0.70, 0.60, "stop"),  # 70 % of both
        (70_000, 40_000, 8_000, 999, 0.70, 0.60, None),  # 69,998 % short
        (80_000, 55_000, 0, 0, 0.80, 0.80, None),  # 68,75 %: below the brake
        (95_000, 80_000, 3_000, 0, 0.95, 0.95, "stop"),
        (100_000, 85_000, 0, 0, 1.0, 0.95, "stop"),
        (200_000, 60_000, 0, 0, 0.353, None, None),  # many calls, people who talk
    ],
)
def test_short_calls_against_the_line_of_two_conditions(
    calls: int, unanswered: int, short: int, machines: int, used: float,
    alarm: float | None, brake: Brake | None,
) -> None:  # fmt: skip
    found = read(tally(calls=calls, unanswered=unanswered, short=short, machines=machines))
    for key in (("cli", CLI), ("carrier", "Alfa 12345678"), ("cnpj", "12345678")):
        reading = one(found, "short", key)
        assert reading.used == pytest.approx(used, abs=0.001)
        assert (reading.alarm, reading.brake) == (alarm, brake)


@pytest.mark.parametrize(
    ("calls", "alarm", "brake"),
    [
        (299_999, None, None), (300_000, 0.60, None), (400_000, 0.80, None),
        (475_000, 0.95, None), (499_999, 0.95, None), (500_000, 0.95, "stop"),
    ],
)  # fmt: skip
def test_the_month_of_one_carrier_and_cnpj(
    calls: int, alarm: float | None, brake: Brake | None
) -> None:
    half = calls // 2
    last_month = tally(day=date(2026, 2, 28), calls=400_000)
    begun = tally(day=date(2026, 3, 1), cli=OTHER, calls=calls - half)
    found = read(tally(calls=half), begun, last_month, tally("b", calls=1))
    reading = one(found, "month", ("carrier", "Alfa 12345678"))
    assert (reading.calls, reading.alarm, reading.brake) == (calls, alarm, brake)
    whole = one(found, "month", ("cnpj", "12345678"))  # shown; the line is the carrier's
    assert (whole.calls, whole.used, whole.brake) == (calls + 1, 0.0, None)


def test_calls_under_way_count_for_the_month() -> None:
    found = read(tally(calls=499_990), a=10)
    assert one(found, "month", ("carrier", "Alfa 12345678")).brake == "stop"
    assert one(found, "short", ("carrier", "Alfa 12345678")).calls == 499_990


@pytest.mark.parametrize(
    ("today", "before", "share", "brake"),
    [
        ((100, 3), (0, 0), 0.03, None),
        ((100, 4), (0, 0), 0.04, "slow"),
        ((49, 9), (0, 0), 0.0, None),  # too few to say
        ((100, 0), (100, 8), 0.04, "slow"),  # over 30 days
        ((20, 9), (980, 9), 0.018, None),  # a bad hour of a good month
    ],
)
def test_abandonment_is_the_worse_of_the_day_and_the_month(
    today: tuple[int, int], before: tuple[int, int], share: float, brake: Brake | None
) -> None:
    month = tally(day=TODAY - timedelta(days=29), answered=before[0], abandoned=before[1])
    older = tally(day=TODAY - timedelta(days=30), answered=99, abandoned=99)
    found = read(tally(answered=today[0], abandoned=today[1]), month, older)
    reading = one(found, "abandonment", ("cli", CLI))
    assert reading.share == pytest.approx(share)
    assert reading.brake == brake


def test_authenticated_calls_are_outside_of_the_regulators_counts_only() -> None:
    signed = A.model_copy(update={"authenticated": True})
    counts = Counts(calls=600_000, unanswered=600_000, answered=100, abandoned=9)
    found = readings(
        [Tally(day=TODAY, route="a", cli=CLI, counts=counts)], [signed], TODAY, LINES
    )
    assert {reading.meter for reading in found} == {"abandonment"}
    short = Reading(
        meter="short", scope="cli", name=CLI, used=1, share=1, calls=9, brake="stop"
    )
    assert Brakes((short,)).on(A, CLI, "stop") == short
    assert Brakes((short,)).on(signed, CLI, "stop") is None


def test_a_route_that_is_gone_is_a_carrier_of_its_own() -> None:
    found = read(tally("velha", cli="", calls=10))
    assert {(r.scope, r.name) for r in found} == {("carrier", "velha")}


def test_two_routes_of_one_carrier_are_counted_together() -> None:
    second = B.model_copy(update={"carrier": "Alfa"})
    found = read(tally(calls=40_000, unanswered=40_000),
                 tally("b", cli="x", calls=30_000, unanswered=30_000),
                 routes=(A, second))  # fmt: skip
    assert one(found, "short", ("carrier", "Alfa 12345678")).brake == "stop"
    assert one(found, "short", ("cli", CLI)).brake is None


def pulled(*keys: Key, brake: Brake = "stop") -> Brakes:
    meter: Meter = "short" if brake == "stop" else "abandonment"
    return Brakes(
        tuple(
            Reading(meter=meter, scope=s, name=n, used=1, share=1, calls=9, brake=brake)
            for s, n in keys
        )
    )


def test_a_braked_number_gives_way_to_the_routes_others() -> None:
    number = "+5511900012340"
    assert Brakes().cli(A, number) == CLI
    assert pulled(("cli", CLI)).cli(A, number) == OTHER
    assert pulled(("cli", CLI), ("cli", OTHER)).cli(A, number) is None
    assert pulled(("cli", CLI)).cli(A, number, wanted=OTHER) == OTHER
    assert (
        pulled(("cli", CLI)).cli(A, number, wanted=CLI) is None
    )  # what was asked, or none
    bare = Route(name="c", host="127.0.0.1")
    assert pulled(("cli", CLI)).cli(bare, number) == ""
    assert pulled(("carrier", "c")).cli(bare, number) is None


@pytest.mark.parametrize(
    ("keys", "wanted", "stops"),
    [
        ([("cli", CLI)], "", False),
        ([("cli", CLI)], CLI, True),
        ([("carrier", "Alfa 12345678")], "", False),  # the other route is left
        ([("carrier", "Alfa 12345678"), ("carrier", "b 12345678")], "", True),
        ([("cnpj", "12345678")], OTHER, True),
        ([("cnpj", "87654321")], "", False),
    ],
)
def test_a_campaign_stops_when_no_way_is_left(
    keys: list[Key], wanted: str, stops: bool
) -> None:
    assert (pulled(*keys).stops((A, B), wanted) is not None) is stops
    assert pulled(*keys).slows((A, B), wanted) is None
    assert pulled(*keys, brake="slow").stops((A, B), wanted) is None


def test_every_reading_is_one_sentence_with_its_source() -> None:
    found = read(tally(calls=71_234, unanswered=60_000, answered=100, abandoned=9))
    said = {(r.meter, r.scope): sentence(r, LINES) for r in found}
    assert said["short", "cli"] == (
        "Freio das chamadas curtas: o número +551130001000 não disca mais hoje; são 84,2% "
        "de curtas em 71.234 chamadas, e o regulador bloqueia com 85% em 100.000."
    )
    assert "9% em 100 atendidas, acima de 3%" in said["abandonment", "carrier"]
    assert all(text.endswith(".") and "{" not in text for text in said.values())
    assert all("lido em" in source(r) for r in found)


def test_settings_draw_lines_nearer_and_never_further() -> None:
    assert lines_of(Meters()) == LINES
    assert lines_of(Meters(calls_per_day=50_000)) == replace(LINES, calls_per_day=50_000)
    for wider in (
        {"calls_per_day": 100_001},
        {"short_share": 0.9},
        {"abandoned_share": 0.04},
    ):
        with pytest.raises(ValueError, match="less than or equal"):
            Meters.model_validate(wider)


COUNTS = st.builds(
    lambda calls, short, abandoned: Counts(
        calls=calls, unanswered=min(calls, short), answered=calls, abandoned=abandoned
    ),
    st.integers(0, 600_000), st.integers(0, 600_000), st.integers(0, 5_000),
)  # fmt: skip


@settings(max_examples=100)
@given(COUNTS, st.integers(1, 50_000))
def test_more_short_calls_never_let_a_brake_go(counts: Counts, more: int) -> None:
    worse = counts + Counts(calls=more, unanswered=more)
    before, after = (
        read(Tally(day=TODAY, route="a", cli=CLI, counts=one_of))
        for one_of in (counts, worse)
    )
    for reading in before:
        if reading.meter != "abandonment" and reading.brake:
            now = one(after, reading.meter, (reading.scope, reading.name))
            assert now.brake == reading.brake
