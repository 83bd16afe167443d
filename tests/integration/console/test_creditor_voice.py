"""A creditor's own recordings over the API and by command: kept, heard, undone, refused."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from aiohttp import ClientResponse
from click.testing import CliRunner
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people.store import AuditRow
from cobranca.voices.cli import creditor_voice
from cobranca.voices.store import CreditorRecordingRow
from foundation.sound import RATE_HZ, silence
from tests.builders.spoken import speech, wav_file
from tests.people import Browser
from ura.speaking.recordings import samples_of

LOJA = {"name": "Loja Nova", "document": "11.222.333/0001-81", "address": "Rua Um, 1"}
SENT = wav_file(speech(2.0, 48_000), 48_000, bits=24, channels=2)


class Voice:
    """One creditor's recordings, as the page asks for them."""

    def __init__(self, browser: Browser, creditor: str) -> None:
        self.browser = browser
        self.path = f"/api/v1/creditors/{creditor}/voice"

    async def send(
        self, prompt: str, content: bytes = SENT, query: str = "?says_the_text=true"
    ) -> tuple[int, dict[str, Any]]:
        answer = await self.browser.client.put(
            f"{self.path}/{prompt}{query}",
            data=io.BytesIO(content),
            headers={"X-CSRF-Token": self.browser.csrf, "Content-Type": "audio/wav"},
        )
        return answer.status, await answer.json()

    async def ask(self, verb: str, prompt: str) -> tuple[int, dict[str, Any]]:
        answer = await self.browser.send(verb, f"{self.path}/{prompt}")
        return answer.status, await answer.json()

    async def hear(self, prompt: str, **headers: str) -> ClientResponse:
        return await self.browser.get(f"{self.path}/{prompt}/audio", headers=headers)

    async def state(self, prompt: str) -> str:
        answer = await self.browser.get(self.path)
        found = (await answer.json())["prompts"]
        return str(next(one["state"] for one in found if one["prompt"] == prompt))


@pytest.fixture
async def voice(supervisor: Browser) -> Voice:
    made = await supervisor.send("POST", "/api/v1/creditors", LOJA, key=uuid4().hex)
    return Voice(supervisor, (await made.json())["id"])


async def _actions(engine: AsyncEngine) -> list[tuple[str, Any]]:
    query = select(AuditRow.action, AuditRow.detail).order_by(AuditRow.id)
    async with engine.connect() as connection:
        rows = await connection.execute(
            query.where(AuditRow.action.startswith("creditor_recording"))
        )
        return [(row.action, row.detail["prompt"]) for row in rows]


async def test_a_recording_is_converted_heard_replaced_and_undone(
    voice: Voice, engine: AsyncEngine
) -> None:
    assert await voice.state("welcome") == "missing"
    status, first = await voice.send("welcome")
    assert (status, first["state"], first["before"]) == (200, "recorded", None)
    answer = await voice.hear("welcome")
    assert (answer.status, answer.content_type) == (200, "audio/wav")
    raw = await answer.read()
    sound = samples_of(raw)  # 8 kHz, mono, 16 bit
    assert sound is not None
    assert len(sound) / RATE_HZ == pytest.approx(first["now"]["seconds"])
    part = await voice.hear("welcome", Range="bytes=0-9")
    assert (part.status, await part.read()) == (206, raw[:10])
    assert (await voice.hear("welcome", Range="bytes=9999999-")).status == 416

    _, second = await voice.send("welcome", wav_file(speech(1.0)))
    assert second["now"]["seconds"] < first["now"]["seconds"]
    assert second["before"]["id"] == first["now"]["id"]
    _, back = await voice.ask("PUT", "welcome/before")
    assert back["now"]["id"] == first["now"]["id"]
    assert back["before"]["id"] == second["now"]["id"]

    status, gone = await voice.ask("DELETE", "welcome")
    assert (status, gone["state"], gone["now"]) == (200, "missing", None)
    assert (await voice.hear("welcome")).status == 404
    assert (await voice.ask("DELETE", "welcome"))[1]["code"] == "no_creditor_recording"
    _, again = await voice.ask("PUT", "welcome/before")
    assert again["now"]["id"] == first["now"]["id"]
    assert await (await voice.hear("welcome")).read() == raw
    done = ["kept", "kept", "put_back", "removed", "put_back"]
    assert await _actions(engine) == [
        (f"creditor_recording.{one}", "welcome") for one in done
    ]


async def test_what_cannot_be_used_is_refused_and_changes_nothing(voice: Voice) -> None:
    await voice.send("bye")
    _, mute = await voice.send("bye", wav_file(silence(2.0)))
    assert (mute["code"], mute["status"]) == ("recording_refused", 422)
    assert "Nada se ouve" in mute["title"]
    _, large = await voice.send("bye", SENT + bytes(10_000_000))
    assert "10 MB" in large["title"]
    _, unsure = await voice.send("bye", query="")
    assert unsure["code"] == "recording_unconfirmed"
    assert (await voice.send("protocol"))[1]["code"] == "prompt_has_values"
    assert (await voice.send("nothing_like_it"))[1]["code"] == "no_prompt"
    nobody = Voice(voice.browser, str(uuid4()))
    assert (await nobody.send("bye"))[1]["code"] == "no_creditor"
    assert (await nobody.ask("DELETE", "bye"))[1]["code"] == "no_creditor"
    _, still = await voice.ask("PUT", "bye/before")
    assert still["code"] == "no_creditor_recording"  # nothing was replaced
    assert await voice.state("bye") == "recorded"


async def test_a_text_that_changed_wants_a_new_recording(
    voice: Voice, engine: AsyncEngine
) -> None:
    await voice.send("bye")
    async with engine.begin() as connection:
        await connection.execute(update(CreditorRecordingRow).values(said="Até logo!"))
    assert await voice.state("bye") == "changed"
    _, anew = await voice.send("bye")
    assert (anew["state"], anew["before"]["changed"]) == ("recorded", True)


async def test_two_who_send_at_once_leave_one_that_is_spoken(
    voice: Voice, engine: AsyncEngine
) -> None:
    short = wav_file(speech(1.0))
    told = await asyncio.gather(
        voice.send("bye"), voice.send("bye", short), voice.send("bye")
    )
    assert [status for status, _ in told] == [200, 200, 200]
    async with engine.connect() as connection:
        rows = list(await connection.execute(select(CreditorRecordingRow.replaced_at)))
    assert sorted(row.replaced_at is None for row in rows) == [False, True]


async def test_agents_neither_see_nor_send(agent: Browser) -> None:
    theirs = Voice(agent, str(uuid4()))
    assert (await theirs.send("bye"))[0] == 403
    assert (await agent.get(theirs.path)).status == 403
    page = theirs.path.replace("/api/v1/", "/back-office/")
    assert (await agent.get(page)).status == 403


async def test_a_creditor_of_whom_nothing_else_is_kept_goes_with_its_voice(
    voice: Voice, engine: AsyncEngine
) -> None:
    await voice.send("bye")
    answer = await voice.browser.send("DELETE", voice.path.removesuffix("/voice"))
    assert answer.status == 204
    async with engine.connect() as connection:
        assert list(await connection.execute(select(CreditorRecordingRow.id))) == []


async def test_the_same_by_command(
    voice: Voice, settings_env: Mapping[str, str], tmp_path: Path
) -> None:
    good, bad = tmp_path / "bye.wav", tmp_path / "welcome.wav"
    good.write_bytes(SENT)
    bad.write_bytes(wav_file(np.clip(speech(2.0) * 30, -1, 1)))
    files = [str(good), str(bad)]

    async def command(*words: str) -> tuple[int, str]:
        run = partial(CliRunner().invoke, env=settings_env)
        done = await asyncio.to_thread(run, creditor_voice, list(words))
        return done.exit_code, done.output

    assert (await command("add", "Loja Nova", *files))[0] == 2  # not confirmed
    status, told = await command("add", "Loja Nova", *files, "--says-the-text")
    assert status == 1
    assert "bye.wav: gravada, " in told
    assert "welcome.wav: A gravação está estourada" in told
    assert "1 de 2 não serviram." in told
    status, listed = await command("list", "Loja Nova", "--json")
    states = {one["prompt"]: one["state"] for one in json.loads(listed)}
    assert (states["bye"], states["welcome"], states["protocol"]) == (
        "recorded", "missing", "values",
    )  # fmt: skip
    missing = json.loads((await command("list", "Loja Nova", "--missing", "--json"))[1])
    assert len(missing) == sum(state == "missing" for state in states.values())
    assert (await command("remove", "Loja Nova", "bye"))[0] == 0
    assert await voice.state("bye") == "missing"
    assert (await command("put-back", "Loja Nova", "bye"))[0] == 0
    assert await voice.state("bye") == "recorded"
    status, told = await command("remove", "Loja Azul", "bye")
    assert (status, "Loja Azul" in told) == (1, True)
