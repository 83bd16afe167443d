"""A network of our own between a page and everything else, which can be cut.

Pages, live events and SIP pass a relay byte by byte; the sound passes UDP ports of ours,
which are put into each SDP on its way between console and switch. Nothing here knows what
it carries otherwise.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Literal, cast

from aiohttp import ClientSession, web

Address = tuple[str, int]
HERE = "127.0.0.1"
_OFFER = re.compile(r"^Content-Type\s*:\s*application/sdp", re.IGNORECASE | re.MULTILINE)
_AUDIO = re.compile(r"^m=audio (\d+)", re.MULTILINE)
_CANDIDATE = re.compile(
    rf"^a=candidate:\S+ 1 udp \d+ {re.escape(HERE)} (\d+) ", re.IGNORECASE | re.MULTILINE
)


Cut = Literal["stalled", "broken", "forgotten"]


class NoSip(ValueError):
    """What passes is no SIP message, or its SDP offers no sound."""


class Network:
    """State of the wire. Nothing arrives while it is cut."""

    def __init__(self) -> None:
        self._whole = asyncio.Event()
        self._whole.set()
        self.deaf = False  # sound no longer reaches the page
        self.refuses = False  # whoever connects is sent away
        self.open: set[asyncio.StreamWriter] = set()  # connections of the page
        self._forgotten: set[asyncio.StreamWriter] = set()

    def cut(self, how: Cut) -> None:
        """Let nothing through until `restore`, and then what is still connected.

        stalled: everything is; it was late. broken: the page's connections end, and the
        other side does not hear of it, as when an address changes. forgotten: no side
        hears, and nothing passes the connections any more, as when a router forgets them.
        """
        self._whole.clear()
        self.refuses = how == "broken"
        if how == "broken":
            for writer in self.open:
                writer.transport.abort()
        if how == "forgotten":
            self._forgotten |= self.open

    def restore(self) -> None:
        self.refuses = False
        self._whole.set()

    @property
    def whole(self) -> bool:
        return self._whole.is_set()

    async def passes(self, page: asyncio.StreamWriter) -> None:
        """Return when a connection's bytes get through, if ever."""
        await self._whole.wait()
        if page in self._forgotten:
            await asyncio.Event().wait()


# -- pages, events, SIP -----------------------------------------------------------------


@asynccontextmanager
async def bytes_relayed(network: Network, to: Address) -> AsyncIterator[str]:
    """Pass on TCP to an address; the relay's own address as a page would call it."""

    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if network.refuses:
            writer.transport.abort()
            return
        network.open.add(writer)
        await network.passes(writer)
        with suppress(OSError):
            beyond, upstream = await asyncio.open_connection(*to)
            await _both_ways(network, (reader, upstream), (beyond, writer))
        network.open.discard(writer)

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(serve(reader, writer))
        serving.add(task)
        task.add_done_callback(serving.discard)

    server = await asyncio.start_server(accept, HERE, 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://{HERE}:{port}"
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        for writer in network.open:
            writer.transport.abort()


_Way = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _both_ways(network: Network, up: _Way, down: _Way) -> None:
    """Until one side is done, or for as long as the other does not hear that it is."""
    page = down[1]
    ways = [asyncio.create_task(_one_way(network, page, *way)) for way in (up, down)]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        await network.passes(page)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.wait(ways)
        for _, writer in (up, down):
            writer.transport.abort()


async def _one_way(
    network: Network,
    page: asyncio.StreamWriter,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    with suppress(OSError):
        while some := await reader.read(65_536):
            await network.passes(page)
            writer.write(some)
            await writer.drain()


# -- sound ------------------------------------------------------------------------------


class _Port(asyncio.DatagramProtocol):
    """Stands for one party's sound port before the other one."""

    def __init__(self, network: Network, *, before_page: bool) -> None:
        self._network = network
        self._before_page = before_page
        self.other: _Port | None = None
        self.party: Address | None = None  # who sends here

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    @property
    def number(self) -> int:
        return int(self.transport.get_extra_info("sockname")[1])

    def datagram_received(self, data: bytes, addr: Address) -> None:
        network, other = self._network, self.other
        if other is None or other.party is None or addr != self.party or not network.whole:
            return
        if network.deaf and not self._before_page:
            return
        other.transport.sendto(data, other.party)


class Sound:
    """The sound of all calls: two ports for each, made when its SDP is first seen."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._calls: dict[str, tuple[_Port, _Port]] = {}  # before the page, the switch

    async def through(self, message: str, *, from_page: bool) -> str:
        """The SIP message with our port in its SDP, if it has one."""
        head, _, body = message.partition("\r\n\r\n")
        if not _OFFER.search(head):
            return message
        before_page, before_switch = await self._ports(_call_of(head))
        found = _CANDIDATE.search(body) or _AUDIO.search(body)
        if found is None:
            raise NoSip(body)
        party, stands = (
            (before_page, before_switch) if from_page else (before_switch, before_page)
        )
        party.party = (HERE, int(found[1]))
        body = _moved(body, stands.number)
        head = re.sub(
            r"(?im)^(Content-Length|l)\s*:.*$", f"Content-Length: {len(body)}", head
        )
        return f"{head}\r\n\r\n{body}"

    async def _ports(self, call: str) -> tuple[_Port, _Port]:
        if call not in self._calls:
            pair = (await self._port(before_page=True), await self._port(before_page=False))
            pair[0].other, pair[1].other = pair[1], pair[0]
            self._calls[call] = pair
        return self._calls[call]

    async def _port(self, *, before_page: bool) -> _Port:
        loop = asyncio.get_running_loop()
        _, port = await loop.create_datagram_endpoint(
            lambda: _Port(self._network, before_page=before_page), local_addr=(HERE, 0)
        )
        return port

    def close(self) -> None:
        for pair in self._calls.values():
            for port in pair:
                port.transport.close()


def _call_of(head: str) -> str:
    found = re.search(r"(?im)^(?:Call-ID|i)\s*:\s*(\S+)", head)
    if found is None:
        raise NoSip(head)
    return found[1]


def _moved(sdp: str, port: int) -> str:
    """The same offer, to be reached at a port of ours and nowhere else."""
    lines = [line for line in sdp.split("\r\n") if not line.startswith("a=candidate:")]
    ours = f"a=candidate:1 1 UDP 2130706431 {HERE} {port} typ host"
    place = next(at for at, line in enumerate(lines) if line.startswith("m=audio"))
    lines[place] = _AUDIO.sub(f"m=audio {port}", lines[place])
    after = next(at for at, line in enumerate(lines) if line.startswith("a=ice-pwd"))
    lines.insert(max(place, after) + 1, ours)
    return "\r\n".join(lines)


@asynccontextmanager
async def sip_relayed(sound: Sound, switch_port: int) -> AsyncIterator[int]:
    """Stand between console and switch; yields the port of our WebSocket."""

    async def serve(request: web.Request) -> web.WebSocketResponse:
        ours = web.WebSocketResponse(protocols=("sip",))
        await ours.prepare(request)
        async with (
            ClientSession() as client,
            client.ws_connect(
                f"http://{HERE}:{switch_port}/ws", protocols=("sip",)
            ) as theirs,
        ):

            async def up() -> None:
                async for message in ours:
                    await theirs.send_str(await sound.through(message.data, from_page=True))

            async def down() -> None:
                async for message in theirs:
                    data = message.data
                    text = data if isinstance(data, str) else data.decode()
                    await ours.send_str(await sound.through(text, from_page=False))

            ways = [asyncio.create_task(up()), asyncio.create_task(down())]
            try:
                done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                next(iter(done)).result()
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.wait(ways)
        return ours

    app = web.Application()
    app.router.add_get("/ws", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, HERE, 0).start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
        sound.close()
