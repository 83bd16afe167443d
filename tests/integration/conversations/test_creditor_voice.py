"""A creditor's recordings in conversations: of whose number, and of whose debt it is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from cobranca.debts.store import ContractRow
from cobranca.inbound import service as inbound
from cobranca.inbound.number import OurNumber
from cobranca.inbound.opening_hours import OpeningHours
from cobranca.voices import service
from cobranca.voices.preparing import Prepared
from foundation.settings import ProcessSettings
from foundation.sound import RATE_HZ, tone, wav_of
from tests.builders.processes import Processes
from tests.integration.conversations.calls import a_ura, dial, over
from tests.integration.conversations.persons import BYE, Person, persons
from tests.integration.conversations.place import Place
from tests.real_switch import RealSwitch
from ura import creditor_recordings
from ura.creditor_recordings import CreditorRecordings
from ura.flow.prompts import prompts
from ura.ports import Samples

pytestmark = pytest.mark.timeout(300)
OWN, EVERYBODYS = "551130000171", "551130000172"
WELCOME_HZ, BYE_HZ, OURS_HZ = 1_300.0, 1_700.0, 500.0
WRONG_NUMBER = "21"
TEXT = prompts()["bye"].text


async def _keeps(engine: AsyncEngine, creditor: UUID, prompt: str, hz: float) -> None:
    sound = Prepared(wav_of(tone((hz,), 0.8)), 0.8, ())
    async with engine.begin() as connection:
        now = datetime.now(UTC)
        await service.keep(connection, creditor, prompt, sound, None, now)


async def _creditor_of(engine: AsyncEngine, person: Person) -> UUID:
    query = select(ContractRow.creditor_id).where(ContractRow.debtor_id == person.debtor)
    async with engine.connect() as connection:
        (found,) = set(await connection.scalars(query))
    return found


def _loudness(heard: Samples, hz: float) -> float:
    """The loudest tenth of a second of that tone; 1 is our prompts' level."""
    size = RATE_HZ // 10
    pieces = heard[: len(heard) // size * size].reshape(-1, size)
    wave = np.exp(-2j * np.pi * hz * np.arange(size) / RATE_HZ)
    level = np.abs((pieces * np.hanning(size)) @ wave).max()
    return float(level / np.abs((tone((hz,), 0.1)[:size] * np.hanning(size)) @ wave))


def _heard(switch: RealSwitch, channel: str) -> Samples:
    """What the caller heard: the right channel of the recording."""
    raw = (switch.home.recordings_clear / f"{channel}.raw").read_bytes()
    both = np.frombuffer(raw[: len(raw) // 4 * 4], "<i2").reshape(-1, 2)
    return both[:, 1] / 32768


async def test_callers_hear_the_creditor_of_the_number_or_of_the_matter(
    engine: AsyncEngine,
    settings: ProcessSettings,
    processes: Processes,
    real_switch: RealSwitch,
) -> None:
    (person,) = await persons(engine, settings, 1)
    creditor = await _creditor_of(engine, person)
    await _keeps(engine, creditor, "welcome", WELCOME_HZ)
    await _keeps(engine, creditor, "bye", BYE_HZ)
    ours = OurNumber(
        number=OWN, name="x", creditor=creditor, flow="receptive", opening=OpeningHours()
    )
    async with engine.begin() as connection:
        await inbound.put(connection, ours, None, datetime.now(UTC))
    await a_ura(processes, real_switch, EVERYBODYS)
    dial(real_switch, OWN, WRONG_NUMBER)
    dial(real_switch, EVERYBODYS, f"{person.identifies}211{BYE}")
    calls = await over(engine, [OWN, EVERYBODYS])
    own = _heard(real_switch, calls[OWN].channel)
    everybodys = _heard(real_switch, calls[EVERYBODYS].channel)
    told = {
        (name, hz): _loudness(heard, hz) > 0.3
        for name, heard in (("own", own), ("everybody's", everybodys))
        for hz in (WELCOME_HZ, BYE_HZ, OURS_HZ)
    }
    assert told == {
        ("own", WELCOME_HZ): True,
        ("own", BYE_HZ): True,
        ("own", OURS_HZ): True,  # what it did not record
        ("everybody's", WELCOME_HZ): False,  # nobody knew yet whose matter it is
        ("everybody's", BYE_HZ): True,
        ("everybody's", OURS_HZ): True,
    }


async def test_the_matter_in_hand_decides_whose_voice_it_is(place: Place) -> None:
    creditor = await _creditor_of(place.engine, place.person)
    other = UUID(int=7)
    desk = await place.call(creditor=other)
    assert desk.case.speaks_for == other
    known = await place.identified()
    assert known.case.speaks_for == creditor
    agreed = await place.agreed(creditor=other)
    assert agreed.case.speaks_for == creditor


@pytest.fixture
async def creditor(place: Place) -> UUID:
    found = await _creditor_of(place.engine, place.person)
    await _keeps(place.engine, found, "bye", BYE_HZ)
    return found


async def test_what_changes_is_heard_soon_and_nobody_elses_ever(
    place: Place, creditor: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(creditor_recordings, "FRESH_S", 0.0)
    own = CreditorRecordings(place.engine)

    async def heard(whose: UUID = creditor, text: str = TEXT) -> int | None:
        found = await own.recording(whose, "bye", text)
        return None if found is None else round(_peak_hz(found))

    assert await heard() == BYE_HZ
    assert await heard(UUID(int=7)) is None
    assert await heard(text="Até logo!") is None  # the text is another now
    await _keeps(place.engine, creditor, "bye", WELCOME_HZ)
    assert await heard() == WELCOME_HZ
    async with place.engine.begin() as connection:
        await service.remove(connection, creditor, "bye", None, datetime.now(UTC))
    assert await heard() is None


def _peak_hz(sound: Samples) -> float:
    return float(np.abs(np.fft.rfft(sound)).argmax() * RATE_HZ / len(sound))


async def test_little_memory_holds_what_was_heard_last(
    place: Place, creditor: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(creditor_recordings, "MOST_KEPT", 20_000)  # one, of 12.8 kB
    await _keeps(place.engine, creditor, "welcome", WELCOME_HZ)
    own = CreditorRecordings(place.engine)
    found = [
        await own.recording(creditor, name, prompts()[name].text)
        for name in ("bye", "welcome", "bye", "bye")
    ]
    told = [None if one is None else round(_peak_hz(one)) for one in found]
    assert told == [BYE_HZ, WELCOME_HZ, BYE_HZ, BYE_HZ]


async def test_without_a_database_we_say_it_ourselves(
    creditor: UUID, tmp_path: Path
) -> None:
    lost = create_async_engine(f"postgresql+asyncpg://nobody@/none?host={tmp_path}")
    assert await CreditorRecordings(lost).recording(creditor, "bye", TEXT) is None
    await lost.dispose()
