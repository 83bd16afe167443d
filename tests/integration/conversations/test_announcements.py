"""A creditor's own announcements: kept for the switch, heard at its numbers alone."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
import pytest_asyncio
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.debtors.store import CreditorRow
from cobranca.inbound import service as inbound
from cobranca.inbound.number import OurNumber
from cobranca.inbound.opening_hours import OpeningHours
from cobranca.voices import service
from cobranca.voices.preparing import Prepared
from cobranca.voices.store import CreditorRecordingRow
from foundation.ids import uuid7
from foundation.sound import tone, wav_of
from tests.builders.processes import Processes
from tests.integration.conversations.calls import a_ura
from tests.real_switch import RealSwitch, eventually
from tests.sound import RATE, Samples, holds, stereo
from ura.adapters.fastagi import PROMPTS
from ura.announcements import Announcements
from ura.speaking.recordings import read_wav

pytestmark = pytest.mark.timeout(300)
OWN, OTHER = "551130000181", "551130000182"
WELCOME_HZ, WAIT_HZ, NEW_HZ, NOBODY_HZ = 1_300.0, 1_700.0, 2_100.0, 2_500.0


async def _keeps(engine: AsyncEngine, creditor: UUID, prompt: str, hz: float) -> None:
    sound = Prepared(wav_of(tone((hz,), 1.0)), 1.0, ())
    async with engine.begin() as connection:
        now = datetime.now(UTC)
        await service.keep(connection, creditor, prompt, sound, None, now)


async def _number(engine: AsyncEngine, digits: str, creditor: UUID | None) -> None:
    ours = OurNumber(
        number=digits, name="x", creditor=creditor, flow="floor", opening=OpeningHours()
    )
    async with engine.begin() as connection:
        await inbound.put(connection, ours, None, datetime.now(UTC))


@pytest_asyncio.fixture
async def creditor(engine: AsyncEngine) -> UUID:
    """One who recorded what its callers hear first, and owns a number; another owns one."""
    own, other = uuid7(), uuid7()
    async with engine.begin() as connection:
        rows = [{"id": own, "name": "Loja A"}, {"id": other, "name": "Loja B"}]
        await connection.execute(insert(CreditorRow), rows)
    await _keeps(engine, own, "inbound_welcome", WELCOME_HZ)
    await _keeps(engine, own, "inbound_wait", WAIT_HZ)
    await _number(engine, OWN, own)
    await _number(engine, OTHER, other)
    return own


def _files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.glob("*/*")}


BOTH = {f"{OWN}/inbound_welcome.wav", f"{OWN}/inbound_wait.wav"}


async def test_the_folder_follows_the_database(
    engine: AsyncEngine, creditor: UUID, tmp_path: Path
) -> None:
    folder = tmp_path / "announcements"
    kept = Announcements(folder)
    await kept.keep_up(engine)
    assert _files(folder) == BOTH
    wait = folder / OWN / "inbound_wait.wav"
    assert wait.read_bytes() == wav_of(tone((WAIT_HZ,), 1.0))
    await _keeps(engine, creditor, "inbound_wait", NEW_HZ)
    await _keeps(engine, creditor, "bye", NEW_HZ)  # of the conversation: no file
    await kept.keep_up(engine)
    assert (_files(folder), wait.read_bytes()) == (BOTH, wav_of(tone((NEW_HZ,), 1.0)))
    await _number(engine, OTHER, creditor)
    await _number(engine, OWN, None)  # it is another's now
    await kept.keep_up(engine)
    assert _files(folder) == {name.replace(OWN, OTHER) for name in BOTH}
    async with engine.begin() as connection:
        await connection.execute(update(CreditorRecordingRow).values(said="Outro texto."))
    await kept.keep_up(engine)
    assert list(folder.iterdir()) == []


async def test_what_somebody_took_broke_or_left_there_is_put_right(
    engine: AsyncEngine, creditor: UUID, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "announcements"
    await Announcements(folder).keep_up(engine)
    kept = Announcements(folder)  # another start, after a restoration perhaps
    (folder / OWN / "inbound_wait.wav").write_bytes(b"half")
    (folder / OWN / "tmpdraft").write_bytes(b"half")
    (folder / "stray").write_bytes(b"x")
    await kept.keep_up(engine)
    assert _files(folder) == BOTH
    shutil.rmtree(folder / OWN)
    await kept.keep_up(engine)
    assert _files(folder) == BOTH
    (folder / OWN / "inbound_wait.wav").unlink()
    (folder / OWN / "inbound_wait.wav" / "in the way").mkdir(parents=True)
    (folder / OWN / "inbound_welcome.wav").unlink()
    await kept.keep_up(engine)  # the other one is written all the same
    assert (folder / OWN / "inbound_welcome.wav").is_file()
    assert "announcements_not_kept" in caplog.text
    (folder / OWN / "inbound_wait.wav" / "in the way").rmdir()
    (folder / OWN / "inbound_wait.wav").rmdir()
    await kept.keep_up(engine)
    assert (folder / OWN / "inbound_wait.wav").is_file()


def _hears(ear: Samples, hz: float) -> bool:
    """Whether that tone is most of what is heard for half a second, not all in a row."""
    frame = RATE // 10
    pieces = ear[: len(ear) // frame * frame].reshape(-1, frame)
    wave = np.exp(-2j * np.pi * hz * np.arange(frame) / RATE)
    share = 2 * np.abs(pieces @ wave) ** 2 / frame / (np.sum(pieces**2, axis=1) + 1e6)
    return int(np.sum(share > 0.8)) >= 5


class Callers:
    """Who calls one of our numbers, and what he heard: tones of ours are none."""

    def __init__(self, switch: RealSwitch) -> None:
        self._switch = switch
        self.sides: tuple[Samples, Samples]

    async def until(self, number: str, enough: Callable[[list[str]], bool]) -> set[float]:
        """Let somebody call until the calls of the switch are so, then end them."""
        self._switch.far.cli(f"channel originate PJSIP/{number}@switch extension s@caller")

        async def rows() -> list[str]:
            told = self._switch.main.cli("core show channels concise")
            return [row for row in told.splitlines() if "!" in row]

        async def came() -> bool:
            return bool(await rows())

        async def so() -> bool:
            return enough(await rows())

        await eventually(came)
        await eventually(so)
        self._switch.main.cli("channel request hangup all")

        async def over() -> bool:
            return "0 active channels" in self._switch.far.cli("core show channels")

        await eventually(over)
        self.sides = stereo(self._switch.heard / "caller.raw")
        every = (WELCOME_HZ, WAIT_HZ, NOBODY_HZ)
        return {hz for hz in every if any(_hears(side, hz) for side in self.sides)}

    async def waits(self, number: str) -> set[float]:
        """Which tones he hears until he waits with music."""
        return await self.until(
            number, lambda rows: any("!WaitExten!" in row for row in rows)
        )

    async def is_released(self, number: str) -> tuple[set[float], bool]:
        """Which tones he hears until the switch ends the call, and whether our word."""
        found = await self.until(number, lambda rows: not rows)
        said = read_wav(PROMPTS / "inbound_no_agent.wav")
        assert said is not None
        return found, any(holds(side, said) for side in self.sides)


@pytest_asyncio.fixture
async def callers(real_switch: RealSwitch) -> AsyncIterator[Callers]:
    yield Callers(real_switch)
    real_switch.main.cli("channel request hangup all")
    shutil.rmtree(real_switch.home.announcements, ignore_errors=True)


async def test_callers_hear_the_creditor_of_their_number_and_else_us(
    engine: AsyncEngine,
    creditor: UUID,
    processes: Processes,
    real_switch: RealSwitch,
    callers: Callers,
) -> None:
    await _keeps(engine, creditor, "inbound_no_agent", NOBODY_HZ)
    own = real_switch.home.announcements / OWN
    ura = await a_ura(processes, real_switch, "551140041080")

    async def written() -> bool:
        return await asyncio.to_thread(lambda: len(_files(own.parent))) == 3

    await eventually(written)
    assert await callers.waits(OWN) == {WELCOME_HZ, WAIT_HZ}
    assert await callers.waits(OTHER) == set()
    await ura.stop()  # the switch needs nobody for what is there
    assert await callers.is_released(OWN) == ({NOBODY_HZ}, False)
    assert await callers.is_released(OTHER) == (set(), True)
    (own / "inbound_no_agent.wav").write_bytes(b"RIFF" + bytes(9_000))
    assert await callers.is_released(OWN) == (set(), True)
    (own / "inbound_no_agent.wav").unlink()
    assert await callers.is_released(OWN) == (set(), True)
