"""From the switch's clear file to a sealed one in the index, whatever happens between."""

from __future__ import annotations

import asyncio
import io
import resource
import sys
import wave
from asyncio.subprocess import PIPE
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.outbox_runner import Outbox
from dialer.recordings import opening, seal
from dialer.recordings.store import RecordingRow
from foundation.crypto import Keys, SealBroken
from foundation.db.outbox import OutboxRow, enqueue
from foundation.home import Home
from foundation.ids import uuid7
from foundation.sealed_files import open_file, sha256_of
from foundation.settings import ProcessSettings
from tests.integration.worker.calls import (
    a_call,
    a_creditor,
    clear_file,
    kinds_noted,
    recording_row,
    speech,
)
from tests.integration.worker.rows import an_outbox, one_row

ACORDO = Path(sys.executable).with_name("acordo")


@pytest.fixture
def rows(
    engine: AsyncEngine, settings: ProcessSettings, fresh_home: Home, executor: Executor
) -> Outbox:
    fresh_home.prepare()
    own = settings.model_copy(update={"home": fresh_home.root})
    return an_outbox(engine, own, executor, {"recording": seal.seal})


async def order(
    engine: AsyncEngine,
    attempt: UUID,
    creditor: UUID | None = None,
    file: str | None = None,
) -> None:
    payload = {"attempt": str(attempt), "creditor_id": creditor and str(creditor)}
    if file is not None:
        payload["file"] = file
    async with engine.begin() as connection:
        await enqueue(connection, "recording", str(attempt), payload)


async def hurry(engine: AsyncEngine) -> None:
    """Let what waits for another try be due now."""
    async with engine.begin() as connection:
        await connection.execute(
            update(OutboxRow).values(available_at=OutboxRow.created_at)
        )


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file of ours may grow beyond this: what a full disk does, without filling one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_recording_is_sealed_indexed_and_removed(
    engine: AsyncEngine, fresh_home: Home, rows: Outbox
) -> None:
    attempt, creditor = await a_call(engine), await a_creditor(engine)
    sound = speech(2.5)
    clear = clear_file(fresh_home, str(attempt), sound + b"\x01")  # a frame cut short
    await order(engine, attempt, creditor)

    assert await rows.run_one()

    row = await recording_row(engine)
    sealed = fresh_home.recordings_sealed / row.path
    assert row.path == f"2026/03/10/{attempt}.wav.enc"
    assert (row.seconds, row.channels, row.creditor_id) == (2.5, 2, creditor)
    assert (row.bytes, row.sha256) == (sealed.stat().st_size, sha256_of(sealed))
    assert not clear.exists()
    assert sealed.stat().st_mode & 0o777 == 0o600
    key = Keys.of(fresh_home).recording_key(creditor)
    wav = b"".join(open_file(key, sealed, bound_to=str(attempt)))
    with wave.open(io.BytesIO(wav)) as file:
        assert file.readframes(10**6) == sound
    assert sound[1000:1100] not in sealed.read_bytes()


async def test_each_creditor_has_a_key_of_its_own(
    engine: AsyncEngine, fresh_home: Home, rows: Outbox
) -> None:
    attempt, creditor = await a_call(engine), await a_creditor(engine)
    clear_file(fresh_home, str(attempt), speech(0.5))
    await order(engine, attempt, creditor)
    await rows.run_one()
    sealed = fresh_home.recordings_sealed / (await recording_row(engine)).path

    for wrong in (None, uuid7()):
        with pytest.raises(SealBroken):
            list(
                open_file(
                    Keys.of(fresh_home).recording_key(wrong), sealed, bound_to=str(attempt)
                )
            )


async def test_an_inbound_call_names_its_file(
    engine: AsyncEngine, fresh_home: Home, rows: Outbox
) -> None:
    attempt = await a_call(engine)
    clear = clear_file(fresh_home, "1773183000.12", speech(0.5))
    await order(engine, attempt, file="1773183000.12")

    await rows.run_one()

    assert (await recording_row(engine)).attempt_id == attempt
    assert not clear.exists()


@pytest.mark.parametrize("ended", [True, False])
async def test_a_file_still_being_written_is_waited_for(
    engine: AsyncEngine, fresh_home: Home, rows: Outbox, ended: bool
) -> None:
    attempt = await a_call(engine, ended=ended)
    clear = clear_file(fresh_home, str(attempt), speech(1), quiet_s=0 if ended else 60)
    await order(engine, attempt)

    assert await rows.run_one()

    row = await one_row(engine)
    assert row.done_at is None
    assert row.last_error.startswith("Transient: the ")
    assert clear.exists()
    assert await recording_row(engine) is None


async def test_a_full_disk_loses_nothing_and_says_so(
    engine: AsyncEngine,
    fresh_home: Home,
    rows: Outbox,
    caplog: pytest.LogCaptureFixture,
) -> None:
    attempt = await a_call(engine)
    sound = speech(60)  # 1.9 MB
    clear = clear_file(fresh_home, str(attempt), sound)
    await order(engine, attempt)

    with room_for(1_000_000):
        await rows.run_one()

    assert "recording_no_room" in caplog.text
    assert clear.read_bytes() == sound
    left = [path for path in fresh_home.recordings_sealed.rglob("*") if path.is_file()]
    assert left == []
    assert (await one_row(engine)).done_at is None
    await hurry(engine)
    await rows.run_one()
    assert (await recording_row(engine)).seconds == 60
    assert not clear.exists()


async def test_a_file_that_never_comes_is_loud_and_noted(
    engine: AsyncEngine, rows: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    attempt = await a_call(engine)
    await order(engine, attempt)

    for _ in range(seal.NOT_THERE_TRIES + 1):
        await hurry(engine)
        await rows.run_one()

    assert (await one_row(engine)).done_at is not None
    assert "recording_missing" in caplog.text
    assert await kinds_noted(engine, attempt) == ["recording_missing"]


async def test_sealing_again_changes_nothing_and_clears_what_a_crash_left(
    engine: AsyncEngine, fresh_home: Home, rows: Outbox
) -> None:
    attempt = await a_call(engine)
    clear_file(fresh_home, str(attempt), speech(1))
    await order(engine, attempt)
    await rows.run_one()
    before = await recording_row(engine)
    clear = clear_file(fresh_home, str(attempt), speech(1))  # as if never removed

    await rows.sweep({"recordings": seal.sweep})
    assert await rows.run_one()

    assert await recording_row(engine) == before
    assert sha256_of(fresh_home.recordings_sealed / before.path) == before.sha256
    assert not clear.exists()


async def test_a_clear_file_stays_when_the_sealed_copy_is_not_sound(
    engine: AsyncEngine, fresh_home: Home, rows: Outbox
) -> None:
    attempt = await a_call(engine)
    clear_file(fresh_home, str(attempt), speech(1))
    await order(engine, attempt)
    await rows.run_one()
    sealed = fresh_home.recordings_sealed / (await recording_row(engine)).path
    sealed.write_bytes(b"damaged")
    clear = clear_file(fresh_home, str(attempt), speech(1))

    await rows.sweep({"recordings": seal.sweep})
    await rows.run_one()

    assert clear.exists()


async def test_the_sweep_finds_what_was_forgotten_and_nothing_else(
    engine: AsyncEngine, fresh_home: Home, rows: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    forgotten, ordered = await a_call(engine), await a_call(engine)
    still_up, fresh = await a_call(engine, ended=False), await a_call(engine)
    for attempt in (forgotten, ordered, still_up, uuid7()):
        clear_file(fresh_home, str(attempt), speech(0.1))
    clear_file(fresh_home, str(fresh), speech(0.1), quiet_s=2)
    await order(engine, ordered)

    await rows.sweep({"recordings": seal.sweep})
    await rows.sweep({"recordings": seal.sweep})

    async with engine.connect() as connection:
        keys = list((await connection.execute(select(OutboxRow.key))).scalars())
    assert sorted(key.partition(":")[0] for key in keys) == sorted(
        map(str, (forgotten, ordered))
    )
    assert "recordings_without_attempt" in caplog.text
    while await rows.run_one():
        pass
    async with engine.connect() as connection:
        done = (await connection.execute(select(RecordingRow.attempt_id))).scalars()
        assert set(done) == {forgotten, ordered}


async def test_two_orders_for_one_call_make_one_recording(
    engine: AsyncEngine, fresh_home: Home, rows: Outbox
) -> None:
    attempt = await a_call(engine)
    clear_file(fresh_home, str(attempt), speech(5))
    await order(engine, attempt)
    async with engine.begin() as connection:
        payload = {"attempt": str(attempt), "creditor_id": None}
        await enqueue(connection, "recording", f"{attempt}:again", payload)

    await asyncio.gather(rows.run_one(), rows.run_one())

    row = await recording_row(engine)
    assert row.sha256 == sha256_of(fresh_home.recordings_sealed / row.path)
    async with engine.connect() as connection:
        tries = (await connection.execute(select(OutboxRow.tries))).scalars()
        assert list(tries) == [0, 0]


async def test_opening_leaves_a_trace(
    engine: AsyncEngine, fresh_home: Home, rows: Outbox
) -> None:
    attempt = await a_call(engine)
    clear_file(fresh_home, str(attempt), speech(1))
    await order(engine, attempt)
    await rows.run_one()

    pieces = await opening.open_recording(engine, fresh_home, attempt, by="maria")

    assert b"".join(pieces)[:4] == b"RIFF"
    assert await kinds_noted(engine, attempt) == [opening.OPENED]
    with pytest.raises(opening.NoRecording):
        await opening.open_recording(engine, fresh_home, uuid7(), by="maria")


async def export(
    home: Home, env: dict[str, str], attempt: UUID, out: Path, *more: str
) -> tuple[int, str]:
    child = await asyncio.create_subprocess_exec(
        ACORDO, "recording", "export", str(attempt), "--out", out, *more,
        env={**env, "ACORDO_HOME": str(home.root), "USER": "maria"},
        stdout=PIPE, stderr=PIPE,
    )  # fmt: skip
    out_text, err_text = await child.communicate()
    assert child.returncode is not None
    return child.returncode, (out_text or err_text).decode()


async def test_export_writes_a_wav_file_for_a_person(
    engine: AsyncEngine,
    fresh_home: Home,
    rows: Outbox,
    settings_env: dict[str, str],
    tmp_path: Path,
) -> None:
    attempt = await a_call(engine)
    clear_file(fresh_home, str(attempt), speech(1.5))
    await order(engine, attempt)
    await rows.run_one()
    out = tmp_path / "chamada.wav"

    status, text = await export(fresh_home, settings_env, attempt, out)
    assert (status, text) == (
        0, f"{out}: 1.5 s, esquerda = devedor, direita = atendimento.\n"
    )  # fmt: skip
    with wave.open(str(out)) as file:
        assert file.getnframes() == 12_000
    assert await kinds_noted(engine, attempt) == [opening.OPENED]

    status, text = await export(fresh_home, settings_env, attempt, out)
    assert (status, text) == (1, f"acordo: {out} já existe; use --force para substituir.\n")
    status, text = await export(fresh_home, settings_env, uuid7(), tmp_path / "x.wav")
    assert status == 1
    assert text.startswith("acordo: Esta chamada não tem gravação.")
    assert not (tmp_path / "x.wav").exists()
