"""When a caller interrupts, has answered, or says nothing; which timer wins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ura.dialogue.pacing import AHEAD, Pacer
from ura.dialogue.turn import BEGINS, FRAME_S, Interrupt, Over, Turn, Why
from ura.flow.nodes import Waits

WAITS = Waits(silence_s=5, pause_s=0.5, between_keys_s=3, total_s=10)


class Caller:
    """Feeds a turn frame by frame."""

    def __init__(self, turn: Turn) -> None:
        self.turn, self.now_s = turn, 0.0
        self.interrupts: list[Interrupt] = []

    def hears(self, seconds: float, *, voiced: bool = False) -> Over | None:
        for _ in range(round(seconds / FRAME_S)):
            self.now_s += FRAME_S
            self._note(self.turn.frame(self.now_s, voiced=voiced))
            if over := self.turn.at(self.now_s):
                return over
        return None

    def presses(self, keys: str, apart_s: float = 0.2) -> Over | None:
        for key in keys:
            self._note(self.turn.key(self.now_s, key))
            if over := self.turn.at(self.now_s):
                return over
            if over := self.hears(apart_s):
                return over
        return None

    def prompt_is_over(self) -> None:
        self.turn.prompt_over(self.now_s)

    def _note(self, interrupt: Interrupt | None) -> None:
        self.interrupts += [interrupt] if interrupt else []


def caller(
    *, digits: int = 0, at_once: str = "", deaf: bool = False, whole: bool = False
) -> Caller:
    keys = frozenset(at_once)
    return Caller(Turn(waits=WAITS, digits=digits, at_once=keys, deaf=deaf, whole=whole))


def test_who_speaks_is_heard_from_before_his_first_word_to_the_end_of_the_pause() -> None:
    who = caller()
    who.prompt_is_over()
    who.hears(1.0)
    who.hears(0.8, voiced=True)
    over = who.hears(2.0)
    assert over is not None
    assert over.why is Why.SPEECH
    assert over.begin_s == pytest.approx(0.7)  # 0.3 s before the first voiced frame
    assert over.end_s == pytest.approx(2.3)  # half a second after the last


def test_a_voice_stops_the_prompt_when_it_is_decided() -> None:
    who = caller()
    who.hears(1.0)
    who.hears(0.5, voiced=True)
    assert [each.at_s for each in who.interrupts] == [pytest.approx(1.0 + BEGINS * FRAME_S)]


def test_a_click_stops_nothing_and_is_no_answer() -> None:
    who = caller()
    for _ in range(20):
        who.hears((BEGINS - 1) * FRAME_S, voiced=True)
        who.hears(0.3)
    assert who.interrupts == []
    who.prompt_is_over()
    over = who.hears(6)
    assert over is not None
    assert over.why is Why.SILENCE


def test_silence_counts_from_the_end_of_the_prompt() -> None:
    who = caller()
    assert who.hears(30) is None  # a long prompt
    who.prompt_is_over()
    assert who.hears(4.9) is None
    over = who.hears(0.2)
    assert over is not None
    assert over.why is Why.SILENCE


def test_a_key_that_is_an_answer_ends_the_turn_at_once() -> None:
    who = caller(at_once="12")
    over = who.presses("1")
    assert over == Over(why=Why.KEYS, keys="1", end_s=0.0)
    assert len(who.interrupts) == 1


def test_the_last_digit_that_fits_ends_a_value() -> None:
    over = caller(digits=11).presses("52998224725")
    assert over is not None
    assert over.keys == "52998224725"


def test_hash_ends_a_value_and_is_nothing_by_itself() -> None:
    who = caller(digits=6)
    assert who.presses("#") is None
    over = who.presses("250#")
    assert over is not None
    assert over.keys == "250"


def test_a_star_and_a_key_is_an_option_where_a_value_is_asked() -> None:
    over = caller(digits=11).presses("*0")
    assert over is not None
    assert over.keys == "*0"


def test_while_keys_come_only_the_inter_digit_timer_counts() -> None:
    who = caller(digits=11)
    who.prompt_is_over()
    assert who.presses("5299822", apart_s=2.8) is None  # 19.6 s: past total and silence
    over = who.hears(1)
    assert over is not None
    assert (over.why, over.keys) == (Why.KEYS, "5299822")


def test_keys_make_void_what_was_said_before() -> None:
    who = caller(digits=3)
    who.prompt_is_over()
    who.hears(0.4, voiced=True)
    who.presses("52")
    who.hears(0.4, voiced=True)
    over = who.presses("9")
    assert over is not None
    assert (over.why, over.keys) == (Why.KEYS, "529")


def test_who_never_pauses_is_cut_by_the_total_timer() -> None:
    who = caller()
    who.prompt_is_over()
    over = who.hears(30, voiced=True)
    assert over is not None
    assert over.why is Why.SPEECH
    assert over.end_s == pytest.approx(10, abs=0.5)


def test_who_is_to_press_is_not_heard() -> None:
    who = caller(deaf=True, at_once="1")
    who.hears(3, voiced=True)
    assert who.interrupts == []
    who.prompt_is_over()
    over = who.hears(6, voiced=True)
    assert over is not None
    assert over.why is Why.SILENCE


def test_a_prompt_that_must_be_heard_is_not_interrupted_but_keys_count() -> None:
    who = caller(whole=True, digits=2)
    who.hears(1, voiced=True)
    assert who.presses("1") is None
    assert who.interrupts == []
    over = who.presses("5")
    assert over is not None
    assert over.keys == "15"


EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("frame"), st.booleans()),
        st.tuples(st.just("key"), st.sampled_from("0123456789*#ABCD")),
        st.tuples(st.just("prompt_over"), st.none()),
        st.tuples(st.just("wait"), st.integers(1, 4000)),
    ),
    max_size=80,
)


@given(EVENTS, st.integers(0, 11), st.booleans(), st.booleans())
def test_a_turn_ends_once_and_after_it_nothing_happens(
    events: list[tuple[str, object]], digits: int, deaf: bool, whole: bool
) -> None:
    turn = Turn(waits=WAITS, digits=digits, deaf=deaf, whole=whole)
    now_s, ended = 0.0, None
    for kind, value in events:
        now_s += int(value) / 1000 if isinstance(value, int) and kind == "wait" else FRAME_S
        before = turn.over
        interrupt = None
        if kind == "frame":
            interrupt = turn.frame(now_s, voiced=bool(value))
        elif kind == "key":
            interrupt = turn.key(now_s, str(value))
        elif kind == "prompt_over":
            turn.prompt_over(now_s)
        ended = turn.at(now_s)
        if before is not None:
            assert ended == before
            assert interrupt is None
    turn.prompt_over(now_s)
    assert turn.at(now_s + 60) is not None  # and it does end


def test_frames_leave_in_step_and_at_most_two_ahead() -> None:
    pacer = Pacer()
    left = 0
    for tick in range(1000):
        now_s = 5.0 + tick * 0.007
        due = pacer.due(now_s)
        pacer.leave(now_s, due)
        left += due
        ahead = left - (now_s - 5.0) / FRAME_S
        assert -1 <= ahead <= AHEAD + 1e-9
    assert pacer.late == 0


def test_who_stood_still_goes_on_without_a_rush() -> None:
    pacer = Pacer()
    pacer.leave(0.0, pacer.due(0.0))
    assert pacer.due(3.0) <= AHEAD
    assert pacer.due(3.0) > 0


def test_a_frame_that_leaves_too_late_is_counted() -> None:
    pacer = Pacer()
    pacer.leave(0.0, 2)
    pacer.leave(0.1, 1)  # its time was 0.04
    assert pacer.late == 1


def test_after_a_rest_the_clock_begins_anew() -> None:
    pacer = Pacer()
    pacer.leave(0.0, pacer.due(0.0))
    pacer.rest()
    assert pacer.due(100.0) == AHEAD
