"""The simulated network on the wire: it plays its trace, and writes down what it did."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from foundation.home import Home
from sim.carrier import truth
from sim.carrier.inbound import BadCall, NoNetwork, Persona, call_in
from sim.carrier.settings import CarrierSettings
from sim.world.trace import RINGS_ON, Kind, Party, Timed, TraceRow
from tests.integration.carrier import network as networks
from tests.integration.carrier.caller import Call, Caller, loudness

GIVES_UP_S = 1.5
EVENTS = {"5": 5, "#": 11}  # RFC 4733
LATE_S = 3.0  # how much later than planned a loaded machine may be


def row(serial: int, kind: Kind, code: int, **more: object) -> TraceRow:
    values: dict[str, object] = {
        "number": f"55119000{serial:05d}",
        "nth": 1,
        "kind": kind,
        "code": code,
        "post_dial_s": 0.2,
        "ring_s": 0.4,
    }
    return TraceRow(**(values | more))  # type: ignore[arg-type]


SPEAKS = (Timed(0.3, "alo_dora"),)
TRACE = (
    row(1, Kind.HUMAN, 200, talk_s=1.5, says=SPEAKS),
    row(2, Kind.HUMAN, 200, talk_s=30.0, hangs_up=Party.CALLER, says=SPEAKS),
    row(3, Kind.MACHINE, 200, talk_s=2.0, says=(Timed(0.2, "caixa_postal_curta"),)),
    row(4, Kind.HUMAN, 200, talk_s=2.5, keys=(Timed(0.5, "5"), Timed(1.2, "#"))),
    row(10, Kind.BUSY, 486),
    row(11, Kind.NO_ANSWER, 480),
    row(12, Kind.NO_ANSWER, 408),
    row(13, Kind.NO_ANSWER, RINGS_ON),
    row(14, Kind.INVALID, 404, ring_s=0.0),
    row(15, Kind.INVALID, 410, ring_s=0.0),
    row(16, Kind.INVALID, 484, ring_s=0.0),
    row(17, Kind.REJECTED, 403),
    row(18, Kind.REJECTED, 603),
    row(19, Kind.CONGESTION, 503),
    row(20, Kind.CONGESTION, 500),
    row(21, Kind.CONGESTION, 488),
    row(22, Kind.SILENT, RINGS_ON),
    row(23, Kind.EARLY_MEDIA, 404, ring_s=1.0, says=(Timed(0.0, "numero_nao_existe"),)),
    row(24, Kind.EARLY_MEDIA, 480, ring_s=1.0, says=(Timed(0.0, "fora_de_area"),)),
)
OUTCOMES = {
    Kind.HUMAN: "answered",
    Kind.MACHINE: "answered",
    Kind.BUSY: "busy",
    Kind.NO_ANSWER: "no_answer",
    Kind.INVALID: "invalid_number",
    Kind.REJECTED: "rejected",
    Kind.CONGESTION: "congestion",
    Kind.SILENT: "carrier_silent",
}


async def place(caller: Caller, planned: TraceRow) -> Call:
    if planned.code == RINGS_ON:
        return await caller.call(planned.number, gives_up_s=GIVES_UP_S)
    leaves = planned.hangs_up is Party.CALLER
    return await caller.call(planned.number, hangs_up_s=1.0 if leaves else None)


async def test_every_kind_of_call_is_played_and_written_down(fresh_home: Home) -> None:
    async with networks.calling(fresh_home.root, TRACE) as (network, caller):
        calls = await asyncio.gather(*(place(caller, planned) for planned in TRACE))
    written = {call.called: call for call in network.truth()}
    assert len(network.truth()) == len(TRACE)
    for planned, call in zip(TRACE, calls, strict=True):
        assert_played(planned, call)
        assert truth.outcome(written[planned.number]) == expected(planned), planned
        assert written[planned.number].final_code == call.final


async def test_sipp_takes_the_place_of_the_network_and_knows_every_code(
    fresh_home: Home,
) -> None:
    more = (
        row(30, Kind.BUSY, 600),
        row(31, Kind.INVALID, 604),
        row(32, Kind.CONGESTION, 504),
    )
    plain = [replace(planned, says=(), keys=()) for planned in (*TRACE, *more)]
    async with networks.calling(fresh_home.root, plain, "--sipp") as (network, caller):
        calls = await asyncio.gather(*(place(caller, planned) for planned in plain))
        scripted = await caller.call("5511908800077")
        unknown = await caller.call("5511998765432")
    written = {call.called: call for call in network.truth()}
    assert len(network.truth()) == len(plain) + 2
    for planned, call in zip(plain, calls, strict=True):
        assert_played(planned, call)
        assert truth.outcome(written[planned.number]) == expected(planned), planned
    assert (scripted.final, unknown.final) == (488, 404)


def expected(planned: TraceRow) -> str:
    if planned.kind is Kind.EARLY_MEDIA:
        return {404: "invalid_number", 480: "no_answer"}[planned.code]
    return OUTCOMES[planned.kind]


def assert_played(planned: TraceRow, call: Call) -> None:
    assert call.final == (planned.code or 487), planned
    rang = call.seen(183 if planned.kind is Kind.EARLY_MEDIA else 180)
    if planned.kind is Kind.SILENT or not planned.ring_s:
        assert rang is None
    else:
        assert rang is not None
        assert planned.post_dial_s <= rang < planned.post_dial_s + LATE_S
    if call.answered_at is not None and rang is not None:
        assert planned.ring_s - 0.05 <= call.answered_at - rang < planned.ring_s + LATE_S
    if planned.code == 200 and planned.hangs_up is Party.CALLEE:
        assert call.bye_at is not None
        assert call.answered_at is not None
        talked = call.bye_at - call.answered_at
        assert planned.talk_s - 0.05 <= talked < planned.talk_s + LATE_S
    elif planned.code == 200:
        assert call.bye_at is None
    assert (loudness(call.sound) > 200) == bool(planned.says)
    assert call.keys == {EVENTS[key.what] for key in planned.keys}


async def test_the_nth_attempt_has_its_own_row_and_the_last_stays_true(
    fresh_home: Home,
) -> None:
    first = row(1, Kind.BUSY, 486)
    trace = [first, replace(first, nth=2, kind=Kind.INVALID, code=404)]
    async with networks.calling(fresh_home.root, trace) as (network, caller):
        found = [(await caller.call(first.number)).final for _ in range(3)]
        unknown = await caller.call("5511998765432")
        scripted = await caller.call("5511908600077")
    assert found == [486, 404, 404]
    assert (unknown.final, scripted.final) == (404, 486)
    assert [call.final_code for call in network.truth()] == [486, 404, 404, 404, 486]


async def test_calls_that_last_at_the_stop_are_written_too(fresh_home: Home) -> None:
    rings = row(1, Kind.NO_ANSWER, RINGS_ON)
    async with networks.calling(fresh_home.root, [rings]) as (network, caller):
        call = asyncio.create_task(caller.call(rings.number))
        async with asyncio.timeout(60):
            while not any(known.seen(180) for known in caller.calls.values()):
                await asyncio.sleep(0.01)
        await network.started.stop()
        call.cancel()
        await asyncio.wait({call})
    (written,) = network.truth()
    assert written.called == rings.number
    assert network.started.process.returncode == 0
    assert not _processes_of(fresh_home)


def _processes_of(home: Home) -> list[str]:
    return [line for line in _command_lines() if str(home.root) in line]


def _command_lines() -> Iterator[str]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                yield (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except (FileNotFoundError, ProcessLookupError):
                continue


async def test_a_debtor_calls_into_the_switch(
    fresh_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as switch:
        switch.setblocking(False)
        switch.bind(("127.0.0.1", 0))
        port = int(switch.getsockname()[1])
        async with networks.serving(fresh_home.root, (), switch_port=port) as network:
            for name, value in network.settings.items():
                monkeypatch.setenv(name, value)
            persona = Persona(talk_s=5.0, says=SPEAKS)
            call_in(CarrierSettings(), "+5511900000042", "551140040001", persona)
            async with asyncio.timeout(60):
                invite, address = await loop.sock_recvfrom(switch, 65_535)
            switch.sendto(busy(invite.decode()), address)
            async with asyncio.timeout(60):
                await loop.sock_recvfrom(switch, 65_535)  # the ACK
    assert invite.startswith(b"INVITE sip:551140040001@127.0.0.1")
    (written,) = network.truth()
    assert (written.direction, written.called) == ("to_switch", "551140040001")
    assert (written.caller, written.final_code) == ("5511900000042", 486)


def busy(invite: str) -> bytes:
    kept = ("via", "from", "call-id", "cseq")
    lines = invite.partition("\r\n\r\n")[0].split("\r\n")
    head = [line for line in lines if line.partition(":")[0].lower() in kept]
    to = next(line for line in lines if line.startswith("To:")) + ";tag=switch"
    return "\r\n".join(
        ["SIP/2.0 486 Busy", *head, to, "Content-Length: 0", "", ""]
    ).encode()


def test_a_call_in_needs_numbers_and_a_network(
    fresh_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACORDO_HOME", str(fresh_home.root))
    with pytest.raises(BadCall):
        call_in(CarrierSettings(), "1140040001\nSetvar: x=1", "551140040001", Persona())
    with pytest.raises(NoNetwork):
        call_in(CarrierSettings(), "5511900000042", "551140040001", Persona())


async def test_a_busy_port_and_a_bad_trace_are_one_clear_line(fresh_home: Home) -> None:
    fresh_home.root.mkdir()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        async with networks.starting(fresh_home.root, port=port) as network:
            assert "já está em uso" in await network.started.refusal()
    bad = fresh_home.root / "bad.csv"
    bad.write_text("número;desfecho\n")
    async with networks.starting(fresh_home.root, "--trace", str(bad)) as network:
        assert "falta a coluna number" in await network.started.refusal()


def _child(pid: int) -> int:
    (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(child)


async def test_a_network_whose_switch_dies_ends_with_a_clear_line(fresh_home: Home) -> None:
    async with networks.serving(fresh_home.root, ()) as network:
        os.kill(_child(network.started.pid), signal.SIGKILL)
        assert "asterisk-carrier terminou sozinho" in await network.started.refusal()
