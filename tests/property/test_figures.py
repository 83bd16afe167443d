"""Abandonment and occupancy hold what their definitions say, whatever happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from dialer.calls.agent import AgentState
from dialer.calls.call import Call, CallState, is_abandoned
from dialer.calls.shift import Change, shift
from dialer.figures.abandonment import Answer, Rate, rate, rolling
from dialer.figures.minutes import MinuteBook
from dialer.figures.month import MONTH, HourRate, RateBook, whole_hour
from dialer.figures.occupancy import OccupancyBook

T0 = datetime(2026, 3, 10, 13, tzinfo=UTC)
THRESHOLD_S = 2.0

seconds = st.integers(0, 7200)
answers = st.builds(
    Answer,
    seconds.map(lambda s: T0 + timedelta(seconds=s)),
    st.booleans(),
    st.sampled_from(["person", "unsure", "machine"]),
)


@given(st.lists(answers), seconds)
def test_the_unsure_count_and_machines_do_not(known: list[Answer], at: int) -> None:
    now = T0 + timedelta(seconds=at)
    seen = [a for a in known if T0 <= a.at < now]
    found = rate(known, T0, now)

    assert found.answered == sum(a.by in ("person", "unsure") for a in seen)
    assert found.abandoned == sum(a.abandoned and a.by != "machine" for a in seen)
    assert found.share is None if found.answered == 0 else 0 <= (found.share or 0) <= 1


@given(st.lists(answers), seconds, st.lists(st.integers(1, 7200), min_size=2, unique=True))
def test_a_longer_window_holds_the_shorter(
    known: list[Answer], at: int, windows: list[int]
) -> None:
    found = rolling(known, T0 + timedelta(seconds=at), sorted(windows))
    for short, long in pairwise(found.values()):
        assert short.answered <= long.answered
        assert short.abandoned <= long.abandoned


@given(st.lists(answers), seconds)
def test_two_halves_make_the_whole(known: list[Answer], at: int) -> None:
    middle, end = T0 + timedelta(seconds=at), T0 + timedelta(hours=3)
    assert rate(known, T0, middle) + rate(known, middle, end) == rate(known, T0, end)
    assert Rate() + Rate(1, 3) == Rate(1, 3)


@given(
    st.floats(0, 10).map(lambda s: round(s, 3)),
    st.none() | st.floats(0, 10).map(lambda s: round(s, 3)),
)
def test_what_counts_as_abandoned(ended_s: float, joined_s: float | None) -> None:
    """The numerator's own rule: no agent in time, and the person was still there."""
    if joined_s is not None and joined_s > ended_s:
        joined_s = None
    call = Call(
        id="c",
        state=CallState.ENDED,
        answered_at=T0,
        joined_at=None if joined_s is None else T0 + timedelta(seconds=joined_s),
        ended_at=T0 + timedelta(seconds=ended_s),
    )
    in_time = joined_s is not None and joined_s <= THRESHOLD_S
    assert is_abandoned(call, THRESHOLD_S) == (not in_time and ended_s >= THRESHOLD_S)


changes = st.lists(
    st.tuples(st.integers(0, 7200), st.sampled_from(list(AgentState))), max_size=30
).map(lambda found: sorted(found, key=lambda one: one[0]))


@given(st.lists(changes, max_size=4), st.integers(0, 3600))
def test_the_book_agrees_with_each_agents_own_day(
    floor: list[list[tuple[int, AgentState]]], more_s: int
) -> None:
    until = T0 + timedelta(seconds=7200 + more_s)
    book = OccupancyBook(T0)
    days = []
    for number, own in enumerate(floor):
        known = [Change(T0 + timedelta(seconds=at), state) for at, state in own]
        for change in known:
            book.change(str(number), change.state, change.at)
        days.append(shift(known, T0, until))
    found = book.between(T0, until)

    assert abs(found.busy_s - sum(d.talk_s + d.wrap_up_s for d in days)) < 1e-3
    assert abs(found.logged_in_s - sum(d.logged_in_s for d in days)) < 1e-3
    assert abs(found.breaks_s - sum(sum(d.paused_s.values()) for d in days)) < 1e-3
    if found.share is not None and found.without_breaks is not None:
        assert 0 <= found.share <= found.without_breaks <= 1 + 1e-9


@given(changes, st.integers(1, 120))
def test_windows_of_the_book_add_up(own: list[tuple[int, AgentState]], cut: int) -> None:
    book, middle = OccupancyBook(T0), T0 + timedelta(minutes=cut)
    for at, state in own:
        book.change("a", state, T0 + timedelta(seconds=at))
    until = T0 + timedelta(hours=3)
    early, late, whole = (
        OccupancyBook(T0),
        book.between(middle, until),
        book.between(T0, until),
    )
    for at, state in own:
        if at < cut * 60:
            early.change("a", state, T0 + timedelta(seconds=at))
    before = early.between(T0, middle)
    assert abs((before + late).logged_in_s - whole.logged_in_s) < 1e-3
    assert abs((before + late).busy_s - whole.busy_s) < 1e-3


@given(
    st.lists(
        st.tuples(
            seconds.map(lambda s: T0 + timedelta(seconds=s)),
            st.sampled_from(["answered", "busy"]),
            st.integers(1, 9),
        )
    )
)
def test_every_ended_call_is_in_one_minute(rows: list[tuple[datetime, str, int]]) -> None:
    book = MinuteBook()
    book.put(rows, T0)
    book.put(rows, T0)  # read again: replaces
    found = book.series(T0 + timedelta(seconds=7200), minutes=121)

    assert found.start == T0
    for outcome in ("answered", "busy"):
        expected = sum(count for _, name, count in rows if name == outcome)
        assert sum(found.outcomes.get(outcome, [])) == expected
    assert all(len(series) == 121 for series in found.outcomes.values())


CAMPAIGN = UUID(int=1)
hours_ago = st.integers(0, 24 * 40)


@given(st.lists(st.tuples(hours_ago, st.integers(0, 5), st.integers(0, 5))), hours_ago)
def test_a_month_is_the_sum_of_its_hours_however_it_was_read(
    calls: list[tuple[int, int, int]], read_again: int
) -> None:
    now = T0 + timedelta(minutes=17)
    true = [
        HourRate(whole_hour(now - timedelta(hours=ago)), CAMPAIGN, Rate(lost, lost + kept))
        for ago, lost, kept in {
            ago: (ago, lost, kept) for ago, lost, kept in calls
        }.values()
    ]
    since = now - timedelta(hours=read_again)
    book = RateBook()
    before = [one for one in true if one.hour < whole_hour(since)]
    stale = [HourRate(whole_hour(since), CAMPAIGN, Rate(7, 9))]
    book.put([*before, *stale], now - 2 * MONTH)
    book.put([one for one in true if one.hour >= whole_hour(since)], since)

    wanted = [one.rate for one in true if one.hour >= whole_hour(now - MONTH)]
    assert book.month(now).get(CAMPAIGN, Rate()) == sum(wanted, Rate())
