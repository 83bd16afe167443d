"""A FastAGI server: one task per call, and nothing a client does harms another call.

A client that connects and goes, sends garbage, goes silent or never ends its line costs
one connection until its deadline. `HANGUP` lines, which come between answers, are told
apart from them, so that no answer is taken for that of another command.

The switch waits for us without a limit of its own, so it holds each call on a leash
(context `ura` of the dialplan): before what is heard, the leash is lengthened by how long
that takes. Should this process freeze, silence begins, and `SILENCE_S` later the dialplan
goes on without it.
"""

from __future__ import annotations

import asyncio
import wave
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from foundation.health import bind_failure
from foundation.observability import bound, get_logger
from ura.adapters.agi_protocol import (
    HANGUP,
    OK,
    USAGE_ENDS,
    Answer,
    BadAgi,
    begins_usage,
    parse_answer,
    parse_environment,
    quoted,
    script_of,
)
from ura.adapters.incoming import close
from ura.ports import CallOver

LONGEST_LINE = 8 * 1024
MOST_LINES = 100  # of an environment or a usage text
HELLO_S = 5.0  # to say what call it is
ANSWER_S = 5.0  # for a command that does nothing audible
PLAY_S = 60.0  # of the longest prompt
MOST_S = PLAY_S + ANSWER_S  # for a prompt to be played: as long as it is, and the answer
SILENCE_S = 8.0  # at most, on a line whose process froze; as the dialplan begins the leash
CONVERSATION_S = 3600.0  # at most: who lengthens his leash for ever would keep the line

VOICE = "voice"  # the dialplan's extension that says where an announcement is
PROMPTS = Path(__file__).parents[1] / "prompts" / "pt_BR"  # as the switch has them

log = get_logger(__name__)


class SilentClient(RuntimeError):
    """The other side did not speak within its deadline."""


class AgiChannel:
    """A call, as a CallControl."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.environment: dict[str, str] = {}
        self.hung_up = False

    async def hello(self) -> None:
        """Hear what call it is. Raises CallOver, BadAgi, SilentClient."""
        lines: list[str] = []
        async with _deadline(HELLO_S):
            while line := await self._line():
                lines.append(line)
                if len(lines) > MOST_LINES:
                    raise BadAgi("endless environment")
        self.environment = parse_environment(lines)

    async def play(self, prompt: str) -> bool:
        ours = f"{await self.variable('PROMPTS')}/{prompt}"
        chosen = await self._chosen(prompt) or ours
        if chosen != ours and await self._play(chosen, seconds_at(chosen)):
            return True
        return await self._play(ours, seconds_of(prompt))

    async def _chosen(self, prompt: str) -> str:
        """Where the dialplan would play it from; empty when it cannot say."""
        context = self.environment.get("agi_context", "")
        asks = f"GOSUB {quoted(context)} {VOICE} 1 {quoted(prompt)}"
        answer = await self.command(asks)
        return await self.variable("GOSUB_RETVAL") if answer.result == "0" else ""

    async def _play(self, path: str, lasts_s: float) -> bool:
        await self.lengthen_leash(lasts_s)
        answer = await self.command(f'STREAM FILE {quoted(path)} ""', within_s=MOST_S)
        if answer.endpos > 0 and answer.result != "-1":
            return True
        if answer.endpos > 0:  # hung up while it played; the HANGUP line follows later
            raise CallOver
        await self.command("NOOP")  # not a sample: is he gone, or is the sound?
        if self.hung_up:
            raise CallOver
        log.error("prompt_not_played", prompt=Path(path).name, code=answer.code)
        return False

    async def set_variable(self, name: str, value: str) -> None:
        await self.command(f"SET VARIABLE {name} {quoted(value)}")

    async def variable(self, name: str) -> str:
        """Return what the dialplan left with the call; empty when it left nothing."""
        return (await self.command(f"GET VARIABLE {name}")).value or ""

    async def lengthen_leash(self, heard_s: float) -> None:
        """Let the call last for what is about to be heard, and `SILENCE_S` of silence."""
        await self.command(f"SET VARIABLE TIMEOUT(absolute) {heard_s + SILENCE_S:.1f}")

    async def command(self, text: str, *, within_s: float | None = None) -> Answer:
        """Send one command and return its answer. Raises CallOver, BadAgi, SilentClient."""
        if self.hung_up:
            raise CallOver
        async with _deadline(ANSWER_S if within_s is None else within_s):
            try:
                self._writer.write(f"{text}\n".encode())
                await self._writer.drain()
            except ConnectionError as error:
                raise CallOver from error
            return await self._answer(text)

    async def _answer(self, text: str) -> Answer:
        while True:
            line = await self._line()
            if line == HANGUP:
                self.hung_up = True
                continue
            if begins_usage(line):
                await self._skip_usage()
                raise BadAgi(f"refused: {text.split(' ', 1)[0]}")
            answer = parse_answer(line)
            if answer is None:
                continue
            if answer.code != OK and self.hung_up:
                raise CallOver  # 511: not on a dead channel
            return answer

    async def _skip_usage(self) -> None:
        for _ in range(MOST_LINES):
            if (await self._line()).startswith(USAGE_ENDS):
                return

    async def _line(self) -> str:
        try:
            raw = await self._reader.readuntil(b"\n")
        except asyncio.IncompleteReadError as error:
            raise CallOver from error
        except asyncio.LimitOverrunError as error:
            raise BadAgi("endless line") from error
        except ConnectionError as error:
            raise CallOver from error
        return raw.decode("utf-8", "replace").rstrip("\r\n")


Conversation = Callable[[AgiChannel], Awaitable[None]]


class AgiServer:
    """Serves the named conversations to at most `most_calls` calls at once."""

    def __init__(self, conversations: Mapping[str, Conversation], most_calls: int) -> None:
        self._conversations = conversations
        self._most = most_calls
        self._calls: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def serving(self, host: str, port: int) -> AsyncIterator[int]:
        """Listen while the block runs; yields the port. Raises PortBusy, AddressUnusable.

        At the end no call is taken any more; those that last are waited for, unless the
        block was cancelled.
        """
        tasks = asyncio.TaskGroup()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if len(self._calls) >= self._most:
                log.error("agi_calls_refused", most=self._most)
                writer.close()
                return
            task = tasks.create_task(self._call(reader, writer), name="call")
            self._calls.add(task)
            task.add_done_callback(self._calls.discard)

        try:
            server = await asyncio.start_server(
                accept, host, port, limit=LONGEST_LINE, start_serving=False
            )
        except OSError as error:
            raise bind_failure(error, host, port, "FastAGI") from error
        async with tasks:
            try:
                await server.start_serving()
                yield int(server.sockets[0].getsockname()[1])
            finally:
                server.close()

    async def _call(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        channel = AgiChannel(reader, writer)
        try:
            await channel.hello()
            script = script_of(channel.environment)
            with bound(channel=channel.environment.get("agi_uniqueid", ""), script=script):
                await self._converse(script, channel)
        except CallOver:
            log.warning("agi_client_refused", why="went before it said which call it is")
        except (BadAgi, SilentClient) as error:
            log.warning("agi_client_refused", why=str(error))
        except Exception:  # the top of a call: the others go on
            log.exception("call_failed")
        finally:
            await close(writer)

    async def _converse(self, script: str, channel: AgiChannel) -> None:
        conversation = self._conversations.get(script)
        if conversation is None:
            log.error("script_unknown")
            return
        try:
            async with asyncio.timeout(CONVERSATION_S):
                await conversation(channel)
        except CallOver:
            log.info("caller_hung_up")
        except TimeoutError:
            log.error("conversation_endless", limit_s=CONVERSATION_S)


@cache
def seconds_of(prompt: str) -> float:
    """How long one of our prompts is."""
    return seconds_at(str(PROMPTS / prompt))


def seconds_at(path: str) -> float:
    """How long a sound is, named as the switch names it; unread, it may be as any."""
    try:
        with wave.open(f"{path}.wav", "rb") as sound:
            return sound.getnframes() / sound.getframerate()
    except (OSError, EOFError, wave.Error):
        log.error("prompt_unread", prompt=Path(path).name)
        return PLAY_S


@asynccontextmanager
async def _deadline(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise SilentClient(f"nothing in {seconds:.0f} s") from error
