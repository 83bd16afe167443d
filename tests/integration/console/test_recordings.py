"""Recordings over HTTP: sealed on disk, opened for supervisors, each opening audited."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.debtors.store import DebtorRow
from dialer.calls.store import AttemptRow
from dialer.recordings.files import seal_recording, sealed_path
from dialer.recordings.raw import RATE_HZ, WAV_HEADER_BYTES
from dialer.recordings.store import RecordingRow
from foundation.crypto import Keys
from foundation.home import Home
from foundation.ids import uuid7
from tests.builders.conversations import known_person
from tests.builders.portfolio import a_portfolio
from tests.people import Browser

API = "/api/v1/recordings"
SECONDS = 5


@dataclass(frozen=True)
class Recorded:
    id: UUID
    attempt: UUID
    clear: bytes  # without the header
    path: Path


@pytest.fixture
async def recorded(engine: AsyncEngine, home: Home, tmp_path: Path) -> Recorded:
    return await a_recording(engine, home, tmp_path)


async def a_recording(
    engine: AsyncEngine,
    home: Home,
    folder: Path,
    *,
    hours_ago: float = 1,
    debtor: UUID | None = None,
) -> Recorded:
    """The debtor speaks in the first half, our side in the second. Sealed just now."""
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
                bridged_at=at, outcome="answered", abandoned=False, debtor_id=debtor,
            )
        )  # fmt: skip
        await connection.execute(
            insert(RecordingRow).values(
                id=number, attempt_id=attempt, path=str(sealed_path(attempt, at)),
                key_id="k", seconds=SECONDS, channels=2, bytes=done.file.bytes,
                sha256=done.file.sha256, sealed_at=datetime.now(UTC), began_at=at,
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


async def test_the_list_is_in_the_order_of_the_begin_and_reads_on_there(
    sol: Browser, engine: AsyncEngine, home: Home, tmp_path: Path
) -> None:
    """The worker seals what it finds: yesterday's may be sealed after today's."""
    hours = (3, 1, 50, 2)
    made = {ago: await a_recording(engine, home, tmp_path, hours_ago=ago) for ago in hours}
    expected = [str(made[ago].id) for ago in sorted(hours)]
    listed = (await (await sol.get(API)).json())["recordings"]
    assert [one["id"] for one in listed] == expected
    begun = [one["began_at"] for one in listed]
    assert begun == sorted(begun, reverse=True)
    for place, number in enumerate(expected):
        rest = (await (await sol.get(f"{API}?before={number}")).json())["recordings"]
        assert [one["id"] for one in rest] == expected[place + 1 :]
    nothing = (await (await sol.get(f"{API}?before={uuid7()}")).json())["recordings"]
    assert nothing == []


async def test_a_debtor_is_found_by_name_or_document_and_the_search_is_audited(
    sol: Browser, engine: AsyncEngine, home: Home, tmp_path: Path
) -> None:
    async with engine.begin() as connection:
        debtors = await a_portfolio(connection, debtors=2, phones=1)
        await known_person(connection, Keys.of(home), debtors[0])
        for debtor, name in zip(debtors, ("João Ávila", "Joana 100%"), strict=True):
            renamed = update(DebtorRow).where(DebtorRow.id == debtor)
            await connection.execute(renamed.values(name=name))
    old = await a_recording(engine, home, tmp_path, hours_ago=24 * 30, debtor=debtors[0])
    new = await a_recording(engine, home, tmp_path, debtor=debtors[1])
    for wanted, expected in (
        ("joao", [old]),
        ("JOÃO áv", [old]),
        (" joa ", [new, old]),
        ("vila", []),
        ("joana 1", [new]),
        ("joana%", []),
        ("jo_", []),
        ("529.982.247-25", [old]),
        ("52998224725", [old]),
        ("11144477735", []),
    ):
        answer = await sol.send("POST", f"{API}/search", {"debtor": wanted})
        assert answer.status == 200, await answer.text()
        found = (await answer.json())["recordings"]
        assert [one["id"] for one in found] == [str(one.id) for one in expected], wanted
    narrow = {"debtor": "joa", "before": str(new.id)}
    on = await (await sol.send("POST", f"{API}/search", narrow)).json()
    assert [one["id"] for one in on["recordings"]] == [str(old.id)]
    dated = {"debtor": "joa", "to_day": "2020-01-01"}
    assert (await (await sol.send("POST", f"{API}/search", dated)).json())[
        "recordings"
    ] == []

    query = "SELECT detail->>'by' AS by, subject_id FROM audit WHERE action = :action"
    async with engine.connect() as connection:
        rows = await connection.execute(text(query), {"action": "recording.search"})
        trail = [(row.by, row.subject_id) for row in rows]
        everything = (
            "SELECT string_agg(detail::text || coalesce(subject_id, ''), '') FROM audit"
        )
        written = str(await connection.scalar(text(everything)))
    assert trail.count(("document", str(debtors[0]))) == 2
    assert trail.count(("document", None)) == 1
    assert trail.count(("name", None)) == 8  # reading on is no new search
    assert "529" not in written
    assert "joa" not in written.lower()


@pytest.mark.parametrize("wanted", ["jo", "  jo  ", "x" * 81])
async def test_too_little_and_too_much_of_a_name_is_refused(
    sol: Browser, wanted: str
) -> None:
    answer = await sol.send("POST", f"{API}/search", {"debtor": wanted})
    assert answer.status == 422


async def test_a_wrong_document_is_told(sol: Browser) -> None:
    answer = await sol.send("POST", f"{API}/search", {"debtor": "529.982.247-24"})
    told = await answer.json()
    assert (answer.status, told["code"]) == (422, "bad_document")
    assert "dígitos verificadores" in told["title"]


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
