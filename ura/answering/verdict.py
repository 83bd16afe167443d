"""Who answered, from what was heard so far. Pure.

Three answers: a machine (mailbox, announcement, data tone, dead line), a person, unsure.
Only what a person cannot be is called a machine: words that recordings say, tones of
the network, a mailbox's beep. Words that people say, or a word or two and then waiting, is
a person. Whoever is unsure is treated as a person. Nothing is done to a person for a
verdict, so that this one may come early: a machine's may replace it (`replaces`), for many
a mailbox begins as a person does. A machine stays one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ura.answering.hearing import Hearing, Tone

Who = Literal["person", "machine", "unsure"]

REPLACING = ("phrase", "wording", "beep")  # reasons that hold after another verdict
UNNAMED = "recording"  # kind of a machine of which no phrase is known

LIMIT_S = 8.0  # after the answer: whoever is not known by then is unsure
GOES_ON_S = 12.0  # so long a beep or a tone may still tell a machine
LEAST_PAUSE_S = 0.2  # shorter ones are between words
SYLLABLE_S = 0.16  # less than that is a click, or the edge of a tone
WORD_S = 0.75  # one word or two, which no announcement is ...
WAITS_S = 0.6  # ... when so much quiet follows
END_S = 0.1  # of the last word, which nobody needs to have recognised

RECORDED_ODDS = 3.9  # of all texts `together`
PERSON_ODDS = -1.0  # from here on a person; with the quiet after it, too
ODDS_OF_PAUSE = 5.0  # against a recording, for each second of quiet after speech

SIT_HZ = (950.0, 1_400.0, 1_800.0)
SIT_OFF_HZ, SIT_LEAST_S = 40.0, 0.18
DATA_HZ = ((2_100.0, 0.5), (1_100.0, 0.4), (1_650.0, 0.6))  # fax and modem; s at least
DATA_OFF_HZ = 25.0
NETWORK_HZ, NETWORK_OFF_HZ = 425.0, 10.0  # 440 Hz is a mailbox's beep
BUSY_ON_S, BUSY_TIMES = (0.15, 0.4), 3
DIAL_S = 2.5
BEEP_HZ, BEEP_S = (380.0, 1_700.0), (0.15, 1.3)
BEFORE_BEEP_S = 0.9  # of speech


@dataclass(frozen=True, slots=True)
class Verdict:
    """`why` names the rule; `evidence` is what it saw, for whoever reviews it."""

    who: Who
    kind: str  # mailbox, off, invalid, unavailable, network, data, busy, dial, "" ...
    why: str
    at_s: float  # of the sound, from the answer on
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """What the recogniser and the lists made of the speech up to `until_s`."""

    until_s: float
    text: str | None  # None: there was no recogniser for it
    kind: str = ""  # of a known phrase in it
    patterns: tuple[str, ...] = ()
    odds: float = 0.0  # of this text alone; above 0 it is rather a recording
    together: float = 0.0  # of all texts so far
    signs: tuple[str, ...] = ()  # what weighed most in them


def verdict(hearing: Hearing, said: Sequence[Said]) -> Verdict | None:
    """The verdict, None while it is open."""
    rule = _machine(hearing, said) or _person(hearing, said)
    if rule is None and hearing.now_s < LIMIT_S:
        return None
    who, kind, why = rule or ("unsure", "", "silence" if not hearing.speech else "unknown")
    return Verdict(who, kind, why, hearing.now_s, _evidence(hearing, said, who))


def replaces(before: Verdict | None, after: Verdict) -> bool:
    """Whether a verdict takes the place of the one before it.

    Only a machine's does, by words or a beep: the tone of a line that was put down comes
    after people too.

    >>> person = Verdict("person", "", "word", 1.5)
    >>> mailbox, busy = (Verdict("machine", "", why, 6.0) for why in ("beep", "tone"))
    >>> replaces(person, mailbox), replaces(mailbox, person), replaces(person, busy)
    (True, False, False)
    """
    if before is None:
        return True
    by_words = after.who == "machine" and after.why in REPLACING
    return before.who != "machine" and by_words


_Rule = tuple[Who, str, str]


def _machine(hearing: Hearing, said: Sequence[Said]) -> _Rule | None:
    last = _last(said)
    if last is not None and last.together >= RECORDED_ODDS:
        return "machine", last.kind or UNNAMED, "phrase" if last.kind else "wording"
    if _special_information(hearing.tones):
        return "machine", "invalid", "sit"
    return _by_tone(hearing)


def _by_tone(hearing: Hearing) -> _Rule | None:
    busy = 0
    for tone in hearing.tones:
        if any(_near(tone, hz, DATA_OFF_HZ) and tone.seconds >= s for hz, s in DATA_HZ):
            return "machine", "data", "tone"
        if _near(tone, NETWORK_HZ, NETWORK_OFF_HZ):
            if tone.seconds >= DIAL_S:
                return "machine", "dial", "tone"
            over = tone.end_s < hearing.now_s - 0.05
            busy += over and BUSY_ON_S[0] <= tone.seconds <= BUSY_ON_S[1]
        elif _is_beep(tone, hearing):
            return "machine", "mailbox", "beep"
    return ("machine", "busy", "tone") if busy >= BUSY_TIMES else None


def _person(hearing: Hearing, said: Sequence[Said]) -> _Rule | None:
    spoken_s, last = hearing.speech_s, _last(said)
    odds = last.odds if last is not None else 0.0
    if odds <= PERSON_ODDS:
        return "person", "", "wording"
    if spoken_s < SYLLABLE_S or hearing.quiet_s < LEAST_PAUSE_S:
        return None
    if spoken_s <= WORD_S:
        return ("person", "", "word") if hearing.quiet_s >= WAITS_S else None
    all_heard = last is not None and last.until_s >= hearing.speech[-1].end_s - END_S
    if not all_heard:
        return None
    waits = odds - hearing.quiet_s * ODDS_OF_PAUSE  # for an answer: no recording does
    return ("person", "", "greeting") if waits <= PERSON_ODDS else None


def _last(said: Sequence[Said]) -> Said | None:
    """The latest that was recognised: each is of the whole opening so far."""
    return next((heard for heard in reversed(said) if heard.text is not None), None)


def _is_beep(tone: Tone, hearing: Hearing) -> bool:
    """A tone of some length, alone after speech, that has ended."""
    if not BEEP_HZ[0] <= tone.hz <= BEEP_HZ[1] or tone.end_s > hearing.now_s - 0.05:
        return False
    before_s = sum(s.seconds for s in hearing.speech if s.end_s <= tone.begin_s + 0.05)
    return BEEP_S[0] <= tone.seconds <= BEEP_S[1] and before_s >= BEFORE_BEEP_S


def _special_information(tones: Sequence[Tone]) -> bool:
    """The three tones before an announcement of the network (ITU-T E.180)."""
    for three in zip(tones, tones[1:], tones[2:], strict=False):
        if all(
            _near(tone, hz, SIT_OFF_HZ) and tone.seconds >= SIT_LEAST_S
            for tone, hz in zip(three, SIT_HZ, strict=True)
        ):
            return True
    return False


def _near(tone: Tone, hz: float, off_hz: float) -> bool:
    return abs(tone.hz - hz) <= off_hz


def _evidence(hearing: Hearing, said: Sequence[Said], who: Who) -> dict[str, Any]:
    """What a person said is nobody's business: words are kept of machines alone."""
    last = _last(said)
    found: dict[str, Any] = {
        "speech": [[round(s.begin_s, 2), round(s.end_s, 2)] for s in hearing.speech],
        "tones": [
            [round(t.hz), round(t.begin_s, 2), round(t.end_s, 2)] for t in hearing.tones
        ],
        "recognised": sum(heard.text is not None for heard in said),
        "odds": round(last.odds, 1) if last is not None else None,
        "together": round(last.together, 1) if last is not None else None,
    }
    if who == "machine":
        found["patterns"] = sorted({p for heard in said for p in heard.patterns})
        found["text"] = next((h.text for h in reversed(said) if h.text), "")
        found["signs"] = list(last.signs) if last is not None else []
    return found


def left(hearing: Hearing) -> Verdict:
    """The call ended before anything was known."""
    return Verdict("unsure", "", "hung_up", hearing.now_s, _evidence(hearing, (), "unsure"))
