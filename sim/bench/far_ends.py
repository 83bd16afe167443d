"""SIPp on both sides of the switch: a network that answers, and headsets that speak."""

from __future__ import annotations

import socket
import subprocess
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from cobranca.people.service import endpoint
from foundation.embedded.tools import program
from sim.bench.stack import Stack
from sim.personas import sounds
from sim.throw_away import free_port

FOLDER = Path(__file__).with_name("sipp")
STOP_S = 5.0


@contextmanager
def far_ends(stack: Stack, *, seats: int, talk_s: float) -> Iterator[None]:
    """Start the network and the headsets, register the seats; end both after the block."""
    sipp = program("sipp", stack.settings, _quiet)
    folder = stack.home.root / "sipp"
    folder.mkdir(exist_ok=True)
    (folder / "voice.alaw").write_bytes(_alaw(sounds.path(sounds.ids("agent")[0])))
    headsets = free_port(socket.SOCK_DGRAM)
    trunk = str(stack.settings.trunk.port)
    talk_ms = str(int(talk_s * 1000))
    commands = {
        # only one side echoes: two would pass every packet to and fro for ever
        "carrier": [
            "-sf", str(FOLDER / "carrier.xml"), "-p", trunk, "-d", talk_ms, "-rtp_echo",
        ],
        "headsets": ["-sf", str(FOLDER / "headsets.xml"), "-p", str(headsets)],
    }  # fmt: skip
    started = []
    try:
        # the switch calls a seat back at the address that registered it
        _register(sipp, stack, folder, seats, headsets)
        for number, (name, arguments) in enumerate(commands.items()):
            process = _start(sipp, arguments, number, folder)
            stack.pids[name] = process.pid
            started.append(process)
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _start(
    sipp: list[str], arguments: list[str], number: int, folder: Path
) -> subprocess.Popen[bytes]:
    media = 44_000 + 6_000 * number
    common = ["-i", "127.0.0.1", "-aa", "-nostdin", "-mp", str(media)]
    return subprocess.Popen(
        [*sipp, *arguments, *common],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _register(
    sipp: list[str], stack: Stack, folder: Path, seats: int, headsets: int
) -> None:
    names = [endpoint(number) for number in range(1, seats + 1)]
    lines = []
    for name in names:
        password = stack.home.derived_secret("sip", name)
        # SIPp fills in the digest only where a whole field asks for it
        asked = f"[authentication username={name} password={password}]"
        lines.append(f"{name};{asked};{headsets};\n")
    users = folder / "users.csv"
    users.touch(mode=0o600)
    users.write_text("SEQUENTIAL\n" + "".join(lines))
    switch = f"127.0.0.1:{stack.settings.asterisk.sip_port}"
    subprocess.run(
        [
            *sipp, switch, "-sf", str(FOLDER / "register.xml"), "-inf", str(users),
            "-i", "127.0.0.1", "-p", str(headsets),
            "-m", str(seats), "-r", "50", "-nostdin", "-timeout", "30s",
        ],
        cwd=folder,
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip


def _alaw(path: Path) -> bytes:
    """The samples of a WAV file in A-law (ITU-T G.711), for SIPp's streaming."""
    with wave.open(str(path)) as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int32)
    sign = np.where(pcm >= 0, 0x80, 0)
    magnitude = np.minimum(np.where(pcm >= 0, pcm, -pcm - 1), 32_635)
    exponent = np.maximum(np.floor(np.log2(np.maximum(magnitude, 1))).astype(int) - 7, 0)
    shift = np.where(exponent > 0, exponent + 3, 4)
    mantissa = (magnitude >> shift) & 0x0F
    coded = (sign | (exponent << 4) | mantissa) ^ 0x55
    return bytes(coded.astype(np.uint8))


def _quiet(_line: str) -> None:
    """Progress of unpacking is not part of a measurement."""
