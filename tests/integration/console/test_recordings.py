"""Recordings over HTTP: sealed on disk, opened for supervisors, each opening audited."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from dialer.calls.store import AttemptRow
from dialer.recordings.files import seal_recording, sealed_path
from dialer.recordings.raw import RATE_HZ, WAV_HEADER_BYTES
from dialer.recordings.store import RecordingRow
from foundation.crypto import Keys
from foundation.home import Home
from foundation.ids import uuid7
from tests.people import Browser, Client, a_user, log_in

API = "/api/v1/recordings"
SECONDS = 5


@dataclass(frozen=True)
class Recorded:
    id: UUID
    attempt: UUID
    clear: bytes  # without the header
    path: Path


@pytest.fixture
async def sol(engine: AsyncEngine, client: Client, passwords: Passwords) -> Browser:
    await a_user(engine, passwords, "sol", Role.SUPERVISOR)
    return await log_in(client, "sol")


@pytest.fixture
async def recorded(engine: AsyncEngine, home: Home, tmp_path: Path) -> Recorded:
    return await a_recording(engine, home, tmp_path)


async def a_recording(
    engine: AsyncEngine, home: Home, folder: Path, *, hours_ago: float = 1
) -> Recorded:
    """The debtor speaks in the first half, our side in the second."""
    attempt, number = uuid7(), uuid7()
    at = datetime.now(UTC) - timedelta(hours=hours_ago)
    samples = np.zeros((SECONDS * RATE_HZ, 2), dtype="<i2")
    half = len(samples) // 2
    noise = np.random.default_rng(7).integers(-16000, 16000, half)
    samples[:half, 0], samples[half:, 1] = noise, noise
    clear = folder / f"{attempt}.raw"
    clear.write_bytes(samples.tobytes())
    path = home.recordings_sealed / sealed_path(attempt, at)
    done = seal_recording(clear, path, Keys.of(home).recording_key(None), attempt)
    clear.unlink()
    async with engine.begin() as connection:
        await connection.execute(
            insert(AttemptRow).values(
                id=attempt, direction="outbound", number="+5511900012345", route="trunk",
                epoch=1, placed_at=at, contact_day=at.date(), answered_at=at, ended_at=at,
                bridged_at=at, outcome="answered", abandoned=False,
            )
        )  # fmt: skip
        await connection.execute(
            insert(RecordingRow).values(
                id=number, attempt_id=attempt, path=str(sealed_path(attempt, at)),
                key_id="k", seconds=SECONDS, channels=2, bytes=done.file.bytes,
                sha256=done.file.sha256, sealed_at=at,
            )
        )  # fmt: skip
    return Recorded(number, attempt, samples.tobytes(), path)


async def audited(engine: AsyncEngine) -> list[str]:
    query = "SELECT action FROM audit WHERE subject_kind = 'recording' ORDER BY id"
    async with engine.connect() as connection:
        return list((await connection.execute(text(query))).scalars())


async def test_the_whole_and_any_part_of_it(
    sol: Browser, recorded: Recorded, engine: AsyncEngine
) -> None:
    at = f"{API}/{recorded.id}/audio"
    whole = await sol.get(at)
    body = await whole.read()
    assert (whole.status, whole.content_type) == (200, "audio/wav")
    assert whole.headers["Cache-Control"] == "no-store"
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert body[:4] == b"RIFF"
    assert body[WAV_HEADER_BYTES:] == recorded.clear

    for start, stop in (
        (0, 10),
        (65_530, 65_550),
        (131_000, len(body)),
        (len(body) - 1, 10**9),
    ):
        part = await sol.get(at, headers={"Range": f"bytes={start}-{stop - 1}"})
        assert part.status == 206
        assert await part.read() == body[start:stop]
        end = min(stop, len(body)) - 1
        assert part.headers["Content-Range"] == f"bytes {start}-{end}/{len(body)}"
    tail = await sol.get(at, headers={"Range": "bytes=-100"})
    assert await tail.read() == body[-100:]
    beyond = await sol.get(at, headers={"Range": f"bytes={len(body)}-"})
    assert (beyond.status, beyond.headers["Content-Range"]) == (416, f"bytes */{len(body)}")

    assert await audited(engine) == ["recording.listen"]  # one player, one opening
    query = "SELECT data->>'by' FROM call_event WHERE kind = 'recording_opened'"
    async with engine.connect() as connection:
        assert list((await connection.execute(text(query))).scalars()) == ["sol"]


async def test_the_shape_shows_who_spoke_when(
    sol: Browser, recorded: Recorded, engine: AsyncEngine
) -> None:
    seen = await (await sol.get(f"{API}/{recorded.id}/waveform")).json()
    half = len(seen["debtor"]) // 2
    assert min(seen["debtor"][: half - 1]) > 20
    assert max(seen["debtor"][half:]) == 0
    assert max(seen["ours"][:half]) == 0
    assert min(seen["ours"][half + 1 :]) > 20
    assert await audited(engine) == ["recording.view"]


async def test_the_list_hides_the_number_and_obeys_the_filters(
    sol: Browser, engine: AsyncEngine, home: Home, tmp_path: Path, recorded: Recorded
) -> None:
    old = await a_recording(engine, home, tmp_path, hours_ago=24 * 30)
    answer = await sol.get(API)
    assert "90001" not in await answer.text()
    (only,) = (await answer.json())["recordings"]
    assert (only["id"], only["ending"]) == (str(recorded.id), "talked")
    assert only["number"] == "+55 11 *****-2345"
    for query, expected in (
        ("?ending=abandoned", []),
        ("?ending=talked", [recorded.id]),
        ("?disposition=promise", []),
        (f"?campaign={uuid7()}", []),
        (f"?before={recorded.id}", []),
        ("?from_day=2020-01-01", [old.id, recorded.id]),
        ("?to_day=2020-01-01", []),
    ):
        found = (await (await sol.get(API + query)).json())["recordings"]
        assert {one["id"] for one in found} == {str(number) for number in expected}, query
    assert (await sol.get(f"{API}?ending=bored")).status == 422
    assert (await sol.get(f"{API}?from_day=0001-01-01&to_day=9999-12-31")).status == 200


async def test_a_broken_or_missing_file_is_said_and_nothing_of_it_sent(
    sol: Browser, recorded: Recorded
) -> None:
    at = f"{API}/{recorded.id}/audio"
    content = bytearray(recorded.path.read_bytes())
    content[100] ^= 1
    recorded.path.write_bytes(content)
    broken = await sol.get(at)
    assert (broken.status, (await broken.json())["code"]) == (409, "recording_broken")
    recorded.path.unlink()
    missing = await sol.get(at)
    assert (missing.status, (await missing.json())["code"]) == (404, "recording_missing")
    assert (await sol.get(f"{API}/{uuid7()}/audio")).status == 404


async def test_nobody_else_listens(recorded: Recorded, agent: Browser) -> None:
    for path in (API, f"{API}/{recorded.id}/audio", f"{API}/{recorded.id}/waveform"):
        assert (await agent.get(path)).status == 403


async def test_listening_leaves_no_clear_file(
    recorded: Recorded, sol: Browser, home: Home
) -> None:
    before = files_of(home)
    for what in ("audio", "waveform"):
        answer = await sol.get(f"{API}/{recorded.id}/{what}")
        assert answer.status == 200
        await answer.read()
    assert files_of(home) == before


def files_of(home: Home) -> set[str]:
    """All of the recordings' folders: other tests keep their files there too."""
    folders = os.walk(home.root / "recordings")
    return {str(Path(folder) / name) for folder, _, names in folders for name in names}
