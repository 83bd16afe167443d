"""A real switch for tests: the product's own configuration, and a far end to talk to.

One pair of Asterisk instances a run, on free ports, children of the test run.
"""

from __future__ import annotations

import asyncio
import itertools
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
import pytest_asyncio

from dialer.adapters.ami.connection import Timing
from dialer.adapters.ami.telephony import AmiTelephony
from dialer.calls.events import ChannelEvent, ConnectionRestored, Said, SwitchEvent
from dialer.ports import LoginRefused, Telephony
from foundation.db.prepare import prepare
from foundation.db.switch_role import switch_database
from foundation.embedded import asterisk, switch
from foundation.embedded.program import running
from foundation.embedded.templates import render
from foundation.home import Home
from foundation.settings import ProcessSettings
from sim.throw_away import free_port
from tests.databases import copy_of

FAR_END = Path(__file__).parent / "contract" / "telephony" / "far_end"
PHONES = ("agent001", "agent002")
PATIENCE_S = 60.0  # for what takes milliseconds by itself: only a failure waits so long
Event = TypeVar("Event", bound=SwitchEvent)
FAR_MODULES = """
    res_timing_timerfd res_sorcery_config res_sorcery_memory res_sorcery_astdb
    func_channel func_callerid func_global codec_alaw codec_resample
    format_pcm format_sln format_wav
    bridge_simple res_rtp_asterisk res_pjproject res_pjsip res_pjsip_session
    res_pjsip_pubsub res_pjsip_authenticator_digest res_pjsip_caller_id
    res_pjsip_dlg_options res_pjsip_endpoint_identifier_ip res_pjsip_nat
    res_pjsip_outbound_authenticator_digest res_pjsip_outbound_registration
    res_pjsip_path res_pjsip_rfc3326 res_pjsip_sdp_rtp chan_pjsip
    app_mixmonitor app_playtones app_playback app_originate res_clioriginate
    app_read app_senddtmf app_verbose app_waitforsilence
    pbx_config
"""

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class RealSwitch:
    """The switch under test, and the far end of its lines."""

    settings: ProcessSettings
    main: asterisk.Instance
    far: asterisk.Instance
    pid: int
    started_at: datetime

    @property
    def home(self) -> Home:
        return self.main.home

    @property
    def secret(self) -> str:
        return self.home.secret("ami")

    @property
    def heard(self) -> Path:
        """Where the far end records what a debtor said and heard, `<number>.raw`."""
        return self.far.root

    def telephony(
        self,
        *,
        port: int | None = None,
        timing: Timing | None = None,
    ) -> AmiTelephony:
        """A new connection, through another port if a test stands in between."""
        ami = self.settings.ami.model_copy(update={"port": port or self.settings.ami.port})
        return AmiTelephony(ami, lambda: self.secret, timing=timing)

    def number(self, ending: str) -> str:
        """A simulated number that no other test calls."""
        return f"55119001{next(_numbers) % 1000:03}{ending}"

    def dial(self, ending: str) -> str:
        return f"PJSIP/{self.number(ending)}@trunk"


class Heard:
    """The events of one telephony, kept in order, to look at and to wait for."""

    def __init__(self) -> None:
        self.events: list[SwitchEvent] = []
        self.failure: Exception | None = None
        self._more = asyncio.Event()

    async def listen(self, telephony: Telephony) -> None:
        try:
            async for event in telephony.events():
                self.events.append(event)
                self._more.set()
        except LoginRefused as refused:
            self.failure = refused
            self._more.set()

    async def first(
        self, kind: type[Event], channel: str | None = None, *, within_s: float = PATIENCE_S
    ) -> Event:
        """The first event of that kind (of that channel), waited for."""
        async with asyncio.timeout(within_s):
            while not self.all(kind, channel):
                self._more.clear()
                await self._more.wait()
        return self.all(kind, channel)[0]

    async def until(
        self, enough: Callable[[], bool], *, within_s: float = PATIENCE_S
    ) -> None:
        """Wait until the events satisfy `enough`."""
        async with asyncio.timeout(within_s):
            while not enough():
                self._more.clear()
                await self._more.wait()

    async def said(self, what: str, channel: str, *, within_s: float = PATIENCE_S) -> Said:
        """The first word of that name from that channel, waited for."""

        def words() -> list[Said]:
            return [said for said in self.all(Said, channel) if said.what == what]

        await self.until(lambda: bool(words()), within_s=within_s)
        return words()[0]

    def all(self, kind: type[Event], channel: str | None = None) -> list[Event]:
        return [
            event
            for event in self.events
            if isinstance(event, kind)
            and channel in (None, getattr(event, "channel", None))
        ]

    def story(self, channel: str) -> list[str]:
        """Names of the events of one channel, in order."""
        return [type(event).__name__ for event in self.all(ChannelEvent, channel)]


@asynccontextmanager
async def hearing(telephony: Telephony) -> AsyncIterator[Heard]:
    """Listen from the first event on; the stream is open when the block begins."""
    heard = Heard()
    task = asyncio.create_task(heard.listen(telephony))
    try:
        await heard.first(ConnectionRestored)
        yield heard
    finally:
        task.cancel()
        await asyncio.wait({task})


async def eventually(
    check: Callable[[], Awaitable[bool]], *, within_s: float = PATIENCE_S
) -> None:
    """Ask until the answer is yes; for what no event announces."""
    async with asyncio.timeout(within_s):
        while True:
            if await check():
                return
            await asyncio.sleep(0.02)


def free_ports(count: int) -> list[int]:
    """Ports that are free for UDP and TCP on loopback, all different."""
    found: set[int] = set()
    while len(found) < count:
        port = free_port(socket.SOCK_DGRAM)
        with socket.socket() as tcp, suppress(OSError):
            tcp.bind(("127.0.0.1", port))
            found.add(port)
    return list(found)


def is_taken(port: int) -> bool:
    """Whether somebody receives UDP there; looked up, as a probe would be in his way."""
    lines = Path("/proc/net/udp").read_text("ascii").splitlines()[1:]
    return any(line.split()[1].endswith(f":{port:04X}") for line in lines)


def switch_settings(root: Path, database: str | None = None) -> ProcessSettings:
    """Settings of a switch of its own below `root`, on free ports."""
    sip, ami, http, trunk, agi, hearing_port = free_ports(6)
    return ProcessSettings.model_validate(
        {
            "home": root,
            "ami": {"port": ami},
            "asterisk": {
                "sip_port": sip,
                "http_port": http,
                "rtp_start": 30000,
                "rtp_end": 31999,
                "endpoints": 3,
                "database_url": database,
            },
            "trunk": {"port": trunk},
            "agi": {"port": agi},
            "hearing": {"port": hearing_port},
        }
    )


@pytest_asyncio.fixture(scope="session")
async def switch_database_url(database: str, home: Home) -> AsyncIterator[str]:
    """The database of the switch's seats, for its owner; the switch may enter it."""
    async with copy_of(database, "switch") as url:
        await prepare(_owner(home, url))
        yield url


def _owner(home: Home, url: str) -> ProcessSettings:
    return ProcessSettings.model_validate({"home": home.root, "database_url": url})


@pytest.fixture(scope="session")
def real_switch(
    home: Home, asterisk_prefix: Path, switch_database_url: str
) -> Iterator[RealSwitch]:
    """Both instances, booted."""
    reads = switch_database(_owner(home, switch_database_url))
    settings = switch_settings(home.root, reads.render_as_string(hide_password=False))
    main = switch.main_instance(settings, asterisk_prefix)
    far = _far_end(settings, home, asterisk_prefix)
    with (
        running(main.program(), home.logs / "asterisk.log") as process,
        running(far.program(), home.logs / "asterisk-far.log"),
    ):
        _wait_for_phones(main)
        yield RealSwitch(settings, main, far, process.pid, datetime.now(UTC))


@pytest_asyncio.fixture
async def telephony(real_switch: RealSwitch) -> AsyncIterator[AmiTelephony]:
    """A connection of the test's own; every channel it left behind is ended."""
    async with real_switch.telephony() as telephony:
        yield telephony
    real_switch.main.cli("channel request hangup all")


def _far_end(settings: ProcessSettings, home: Home, prefix: Path) -> asterisk.Instance:
    far = asterisk.Instance("asterisk-far", home, prefix)
    far.prepare({"transmit_silence": "yes"})
    seats = [seat for seat in switch.seats(settings) if seat["name"] in PHONES]
    values = {
        "port": settings.trunk.port,
        "switch_port": settings.asterisk.sip_port,
        "phones": seats,
        "modules": FAR_MODULES.split(),
        "heard": str(far.root),
    }
    render(FAR_END, far.root, values)
    return far


def _wait_for_phones(main: asterisk.Instance, within_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + within_s
    while not all(f"{phone}/sip:" in main.cli("pjsip show contacts") for phone in PHONES):
        assert time.monotonic() < deadline, "the phones do not register"
        time.sleep(0.1)
