"""Speech, pauses and single tones in made sounds."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from ura.answering.hearing import FRAME, RATE_HZ, Hearing, Samples
from ura.answering.listener import MOST_ASKS, Listener
from ura.answering.verdict import GOES_ON_S, LIMIT_S, Verdict


def tone(hz: float, seconds: float, level: float = 0.2) -> Samples:
    return level * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE_HZ)) / RATE_HZ)


def quiet(seconds: float, level: float = 0.0003) -> Samples:
    noise = np.random.default_rng(1).normal(size=round(seconds * RATE_HZ))
    return np.asarray(level * noise)


def speech(seconds: float) -> Samples:
    """Harmonics that glide, in syllables: no single tone, not even."""
    at = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    pitch = 120 + 40 * np.sin(2 * np.pi * 1.3 * at)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE_HZ
    voice = sum(np.sin(n * phase) / n for n in range(3, 14))
    return np.asarray(0.1 * voice * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * at)))


def heard(*pieces: Samples) -> Hearing:
    hearing = Hearing()
    whole = np.concatenate(pieces)
    for begin in range(0, len(whole) - FRAME + 1, FRAME):
        hearing.feed(whole[begin : begin + FRAME])
    return hearing


def verdict_of(*pieces: Samples, text: str | None = "") -> tuple[str, str, str]:
    """Who, kind and why; the recogniser answers every question with `text` at once."""
    listener = Listener()
    whole = np.concatenate([*pieces, quiet(GOES_ON_S)])
    for begin in range(0, len(whole), FRAME):
        if listener.feed(whole[begin : begin + FRAME]) is not None:
            listener.heard(text)
    assert listener.verdict is not None
    return listener.verdict.who, listener.verdict.kind, listener.verdict.why


def test_a_word_is_one_stretch_at_its_place() -> None:
    hearing = heard(quiet(0.5), speech(0.6), quiet(1.0))
    (only,) = hearing.speech
    assert only.begin_s == pytest.approx(0.5, abs=0.06)
    assert only.end_s == pytest.approx(1.1, abs=0.1)
    assert hearing.quiet_s == pytest.approx(1.0, abs=0.1)


def test_a_pause_parts_two_stretches() -> None:
    assert len(heard(quiet(0.3), speech(0.6), quiet(0.5), speech(0.6)).speech) == 2


def test_a_click_is_no_speech() -> None:
    assert heard(quiet(0.5), speech(0.03), quiet(0.5)).speech == []


def test_a_tone_is_no_speech_and_has_its_frequency() -> None:
    hearing = heard(quiet(0.5), tone(1000.0, 0.5), quiet(0.5))
    assert hearing.speech_s < 0.1
    (only,) = hearing.tones
    assert only.hz == pytest.approx(1000.0, abs=5)
    assert only.seconds == pytest.approx(0.5, abs=0.1)


def test_speech_is_no_tone() -> None:
    assert heard(quiet(0.3), speech(3.0)).tones == []


def test_a_noisy_place_is_not_taken_for_speech() -> None:
    hearing = heard(quiet(2.0, level=0.02), quiet(2.0, level=0.02))
    assert hearing.speech_s < 0.3


def test_a_word_and_waiting_is_a_person_and_nobody_is_asked() -> None:
    listener = Listener()
    whole = np.concatenate([quiet(0.4), speech(0.5), quiet(2.0)])
    asked = [listener.feed(whole[at : at + FRAME]) for at in range(0, len(whole), FRAME)]
    assert listener.verdict is not None
    assert (listener.verdict.who, listener.verdict.why) == ("person", "word")
    assert listener.verdict.at_s < 0.9 + 0.7
    assert not any(asked)


def test_a_short_sentence_is_a_person_when_no_announcement_is_in_it() -> None:
    told = verdict_of(quiet(0.4), speech(1.8), quiet(1.0), text="Restaurante Almeida")
    assert told == ("person", "", "greeting")
    sooner = verdict_of(quiet(0.4), speech(1.8), quiet(1.0), text="Oficina do Beto")
    assert sooner == ("person", "", "wording")


def test_who_says_what_people_say_is_a_person_before_he_stops() -> None:
    listener = Listener()
    whole = np.concatenate([quiet(0.4), speech(4.0)])
    for begin in range(0, len(whole), FRAME):
        if listener.feed(whole[begin : begin + FRAME]) is not None:
            listener.heard("Alô, quem está falando?")
    assert listener.verdict is not None
    assert (listener.verdict.who, listener.verdict.why) == ("person", "wording")
    assert listener.verdict.at_s < 2.0


def test_an_announcement_is_a_machine_while_it_is_still_spoken() -> None:
    listener = Listener()
    whole = np.concatenate([quiet(0.4), speech(6.0)])
    for begin in range(0, len(whole), FRAME):
        if listener.feed(whole[begin : begin + FRAME]) is not None:
            listener.heard("sua chamada está sendo encaminhada")
    assert listener.verdict is not None
    assert (listener.verdict.who, listener.verdict.kind) == ("machine", "mailbox")
    assert listener.verdict.at_s < 2.5


def test_who_speaks_on_without_saying_an_announcement_is_unsure() -> None:
    told = verdict_of(quiet(0.4), speech(9.0), text="hoje choveu na serra")
    assert told == ("unsure", "", "unknown")


def test_without_a_recogniser_a_long_greeting_is_unsure() -> None:
    assert verdict_of(quiet(0.4), speech(2.0), text=None)[0] == "unsure"


def test_silence_is_unsure() -> None:
    assert verdict_of(quiet(1.0)) == ("unsure", "", "silence")


def test_a_beep_after_speech_is_a_mailbox() -> None:
    pieces = (quiet(0.3), speech(2.5), quiet(0.3), tone(1000.0, 0.4))
    assert verdict_of(*pieces, text=None) == ("machine", "mailbox", "beep")


def verdicts_of(*pieces: Samples, text: str | None = "") -> list[tuple[float, str, str]]:
    """Every verdict as it came: when, who, why."""
    listener = Listener()
    found: list[tuple[float, str, str]] = []
    whole = np.concatenate([*pieces, quiet(GOES_ON_S)])
    for begin in range(0, len(whole), FRAME):
        if listener.feed(whole[begin : begin + FRAME]) is not None:
            listener.heard(text)
        new = listener.verdict
        if new is not None and (not found or found[-1][1:] != (new.who, new.why)):
            found.append((new.at_s, new.who, new.why))
    return found


def test_a_person_whom_a_beep_follows_was_a_mailbox() -> None:
    pieces = (quiet(0.3), speech(0.5), quiet(1.0), speech(2.6), quiet(0.9))
    person, mailbox = verdicts_of(*pieces, tone(1000.0, 0.4), text=None)
    assert person[1:] == ("person", "word")
    assert mailbox[1:] == ("machine", "beep")
    assert person[0] < 1.7 < 5.3 < mailbox[0]
    assert [each[1:] for each in verdicts_of(*pieces, text=None)] == [("person", "word")]


def who_went_on(text: str, *ends: Samples) -> list[Verdict]:
    """Verdicts on a word, a pause, and speech in which that is heard."""
    listener, found = Listener(), []
    whole = np.concatenate([quiet(0.3), speech(0.5), quiet(1.0), speech(5.0), *ends])
    for begin in range(0, len(whole), FRAME):
        if listener.feed(whole[begin : begin + FRAME]) is not None:
            listener.heard(text)
        if listener.verdict is not None and listener.verdict not in found:
            found.append(listener.verdict)
    return found


def test_a_person_who_goes_on_as_a_recording_was_one() -> None:
    found = who_went_on("alô, não posso atender, deixe seu recado após o sinal")
    assert [each.who for each in found] == ["person", "machine"]
    assert "recado" in found[1].evidence["text"]
    assert "text" not in found[0].evidence


def test_who_says_little_more_than_a_person_is_a_recording_by_its_beep_alone() -> None:
    short = "alô, deixe seu recado após o sinal"
    assert [each.who for each in who_went_on(short)] == ["person"]
    beep = (quiet(0.5), tone(1000.0, 0.4), quiet(0.3))
    assert [each.who for each in who_went_on(short, *beep)] == ["person", "machine"]


def test_a_person_who_is_misheard_once_is_no_machine() -> None:
    texts = iter(["alô quem fala", "oi tudo bem", "deixe seu recado após o sinal"])
    listener = Listener()
    whole = np.concatenate([quiet(0.3), speech(3.6), quiet(4.0)])
    for begin in range(0, len(whole), FRAME):
        if listener.feed(whole[begin : begin + FRAME]) is not None:
            listener.heard(next(texts, "alô quem fala"))
    assert listener.verdict is not None
    assert listener.verdict.who == "person"


def test_nobody_is_asked_about_words_after_the_limit_but_a_beep_still_tells() -> None:
    pieces = (quiet(0.3), speech(LIMIT_S + 1.0), quiet(0.3), tone(1000.0, 0.4))
    unsure, mailbox = verdicts_of(*pieces, text="hoje choveu na serra")
    assert unsure[1:] == ("unsure", "unknown")
    assert unsure[0] == pytest.approx(LIMIT_S, abs=0.03)
    assert mailbox[1:] == ("machine", "beep")


def test_a_beep_of_440_hz_is_no_tone_of_the_network() -> None:
    greeting = (quiet(0.3), speech(2.5), quiet(0.5))
    told = verdict_of(*greeting, tone(440.0, 0.45), quiet(0.3), text=None)
    assert told == ("machine", "mailbox", "beep")
    once = verdict_of(*greeting, tone(425.0, 0.45), quiet(0.3), text=None)
    assert once[0] != "machine"


def test_the_tone_of_a_line_that_a_person_put_down_makes_him_no_machine() -> None:
    busy = [piece for _ in range(5) for piece in (tone(425.0, 0.25), quiet(0.25))]
    (person,) = verdicts_of(quiet(0.3), speech(0.5), quiet(1.5), *busy)
    assert person[1] == "person"


def test_a_machine_stays_one_and_nothing_more_is_heard() -> None:
    listener = Listener()
    for piece in (quiet(0.3), speech(2.5), quiet(0.3), tone(1000.0, 0.4), quiet(0.3)):
        listener.feed(piece)
    before = listener.hearing.now_s
    assert listener.done
    listener.feed(quiet(2.0))
    assert listener.hearing.now_s == before


def test_the_last_of_a_word_needs_no_question_of_its_own() -> None:
    listener = Listener()
    whole = np.concatenate([quiet(0.4), speech(1.36), quiet(LIMIT_S)])
    asked = []
    for begin in range(0, len(whole), FRAME):
        ask = listener.feed(whole[begin : begin + FRAME])
        if ask is not None:
            asked.append(ask.until_s)
            listener.heard("restaurante almeida")
    assert asked[-1] < listener.hearing.speech[-1].end_s
    assert listener.verdict is not None
    assert (listener.verdict.who, listener.verdict.why) == ("person", "greeting")


def test_a_beep_alone_is_unsure() -> None:
    assert verdict_of(quiet(0.3), tone(1000.0, 0.4), text=None)[0] == "unsure"


def test_tones_of_the_network_and_of_machines() -> None:
    sit = [tone(hz, 0.33) for hz in (950.0, 1400.0, 1800.0)]
    assert verdict_of(quiet(0.3), *sit) == ("machine", "invalid", "sit")
    assert verdict_of(quiet(0.3), tone(2100.0, 2.0)) == ("machine", "data", "tone")
    assert verdict_of(quiet(0.3), tone(425.0, 4.0)) == ("machine", "dial", "tone")
    busy = [piece for _ in range(4) for piece in (tone(425.0, 0.25), quiet(0.25))]
    assert verdict_of(quiet(0.3), *busy) == ("machine", "busy", "tone")


def test_a_ring_tone_decides_nothing() -> None:
    ring = (tone(425.0, 1.0), quiet(3.0))
    assert verdict_of(quiet(0.3), *ring)[0] == "unsure"
    assert verdict_of(quiet(0.3), *ring, speech(0.5))[0] == "person"


def test_words_of_people_are_not_kept() -> None:
    listener = Listener()
    whole = np.concatenate([quiet(0.4), speech(1.8), quiet(2.0)])
    for begin in range(0, len(whole), FRAME):
        if listener.feed(whole[begin : begin + FRAME]) is not None:
            listener.heard("Alô, aqui é a Sandra")
    assert listener.verdict is not None
    assert "Sandra" not in str(listener.verdict.evidence)


def test_questions_are_few_and_one_at_a_time() -> None:
    listener, places = Listener(), []
    whole = np.concatenate([quiet(0.3), speech(9.0)])
    for begin in range(0, len(whole), FRAME):
        ask = listener.feed(whole[begin : begin + FRAME])
        if ask is not None:
            places.append(ask.until_s)
            listener.heard("nada que se conheça")
    assert 2 <= len(places) <= MOST_ASKS
    assert all(later - earlier >= 0.4 for earlier, later in pairwise(places))


def test_the_noisy_edge_of_a_tone_is_no_person() -> None:
    edge = tone(425.0, 0.06) + quiet(0.06, level=0.05)
    assert verdict_of(quiet(0.3), edge, tone(425.0, 4.0)) == ("machine", "dial", "tone")


def test_nobody_is_a_person_while_a_tone_sounds() -> None:
    told = verdict_of(quiet(0.3), speech(0.4), quiet(0.3), tone(425.0, 3.0), text=None)
    assert told == ("machine", "dial", "tone")
