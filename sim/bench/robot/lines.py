"""Many conversations at once, on prompts and keys: are all frames in time for the callers?

The real switch, the real URA with its database, callers over SIP (SIPp) who press their way
through the identification, each with a CPF that nobody has. Callers, switch and URA share
this machine's processors, so it is CALLS at once; late is counted where they hear.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import psutil
from sqlalchemy import text

from foundation.brasil.document import complete_cpf
from foundation.db.engine import connect
from foundation.embedded.errors import ServerProblem
from foundation.embedded.tools import program
from foundation.plan import UpSettings
from sim.bench.far_ends import FOLDER, STOP_S
from sim.bench.figures import Figure, NotMeasured
from sim.bench.progress import Progress
from sim.bench.robot.beat import Late, late_frames
from sim.bench.robot.bystander import stand_by
from sim.bench.robot.telephones import Telephones
from sim.installation import installation
from sim.throw_away import throw_away

CALLS, QUICK_CALLS = 60, 10
SECONDS, QUICK_SECONDS = 300.0, 65.0  # the first calls are over by then
CALL_S, A_SECOND = 60.0, 4  # length of a call; calls placed
AIM = 0.001  # share of frames
NUMBER = "551130000100"
NEEDED = ("ura",)
SEED = 20_261_123
FIRST_S, BETWEEN_S = 12.0, 0.3  # the greeting is heard out; keys are typed ahead of it
_TURNS = (
    "SELECT count(*) FILTER (WHERE outcome <> ''), count(*) FROM robot_turn"
    " WHERE kind = 'keys'"
)
_CALLS = "SELECT count(*) FROM robot_call"


def measure(quick: bool) -> list[Figure]:
    """Hold CALLS conversations at once for a while. Raises NotMeasured without SIPp."""
    calls = QUICK_CALLS if quick else CALLS
    seconds = QUICK_SECONDS if quick else SECONDS
    more = {"URA__TALKS_ON": NUMBER, "URA__SPEECH": "0", "URA__RECOGNISERS": "0"}
    with throw_away(processes=NEEDED, more=more):
        return asyncio.run(_measure(UpSettings(), calls, seconds))


async def _measure(settings: UpSettings, calls: int, seconds: float) -> list[Figure]:
    async def nothing() -> None:
        return None

    try:
        sipp = await asyncio.to_thread(program, "sipp", settings, lambda _line: None)
    except ServerProblem as problem:
        raise NotMeasured(str(problem)) from problem
    chance = random.Random(SEED)  # noqa: S311 - the same at each run
    async with installation(settings, NEEDED, nothing, lambda _line: None) as children:
        pids = {c.program.name: c.process.pid for c in children if c.process}
        with (
            Telephones("127.0.0.1", lambda: keys_of(chance)) as telephones,
            _callers(sipp, settings, telephones.port, calls),
        ):
            before = _spent(pids)
            psutil.cpu_times_percent()  # shares are counted from here
            began = time.monotonic()
            lasts_s = calls / A_SECOND + seconds
            _, still = await asyncio.gather(
                _talk(telephones, lasts_s), asyncio.to_thread(stand_by, lasts_s)
            )
            took_s = time.monotonic() - began
            shares = psutil.cpu_times_percent()
            spent = {name: s - before[name] for name, s in _spent(pids).items()}
        await asyncio.sleep(2)  # the last conversations are written down
        understood, turns, held = await _kept(settings)
    judged = [late_frames(t.at_s, t.numbers) for t in telephones.calls.values()]
    return [
        *figures_of(judged, still, calls, seconds),
        *_others(understood, turns, held, len(judged)),
        *_processors(spent, shares.idle, shares.steal, took_s, calls),
        _ended(sorted(pids.keys() - spent.keys())),
    ]


async def _talk(telephones: Telephones, seconds: float) -> None:
    progress = Progress("segundos de conversa", round(seconds))
    talk = asyncio.create_task(asyncio.to_thread(telephones.talk, seconds))
    while not talk.done():
        await asyncio.wait([talk], timeout=1.0)
        progress.done()
    await talk


def keys_of(chance: random.Random) -> list[tuple[float, str]]:
    """What one caller presses: wishes to be served, a CPF, a birth date, `repeat`."""
    cpf = complete_cpf("".join(chance.choices("0123456789", k=9)))
    day, month, year = chance.randint(1, 28), chance.randint(1, 12), chance.randint(50, 99)
    birth = f"{day:02d}{month:02d}19{year}"
    found: list[tuple[float, str]] = []
    at_s = FIRST_S + chance.uniform(0.0, 2.0)
    for answer, rest_s in (("1", 4.0), (cpf, 6.0), ("1", 4.0), (birth, 8.0), ("*9", 8.0)):
        for key in answer:
            found.append((at_s, key))
            at_s += BETWEEN_S
        at_s += rest_s
    return found


@contextmanager
def _callers(
    sipp: list[str], settings: UpSettings, receiver: int, calls: int
) -> Iterator[None]:
    numbers = settings.home / "callers.csv"
    numbers.write_text(
        "SEQUENTIAL\n" + "".join(f"55119000{n:05d};\n" for n in range(1000)), "ascii"
    )
    switch = f"127.0.0.1:{settings.asterisk.sip_port}"
    process = subprocess.Popen(
        [
            *sipp, switch, "-sf", str(FOLDER / "callers.xml"), "-inf", str(numbers),
            "-i", "127.0.0.1", "-p", str(settings.trunk.port), "-key", "called", NUMBER,
            "-key", "receiver", str(receiver), "-l", str(calls), "-r", str(A_SECOND),
            "-d", str(round(CALL_S * 1000)), "-nostdin",
        ],
        cwd=settings.home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def _kept(settings: UpSettings) -> tuple[int, int, int]:
    """Keys understood, keys pressed, conversations; as the database has them."""
    engine = connect(settings, pool_size=1)
    try:
        async with engine.connect() as connection:
            understood, turns = (await connection.execute(text(_TURNS))).one()
            held = await connection.scalar(text(_CALLS))
            return int(understood), int(turns), int(held or 0)
    finally:
        await engine.dispose()


def _spent(pids: dict[str, int]) -> dict[str, float]:
    """Processor seconds of each process that lives."""
    found = {}
    for name, pid in pids.items():
        with suppress(psutil.NoSuchProcess):
            times = psutil.Process(pid).cpu_times()
            found[name] = times.user + times.system
    return found


def figures_of(
    judged: Sequence[Late], still: Late, calls: int, seconds: float
) -> list[Figure]:
    """Frames late, of all that the callers should have heard; and beside them."""
    frames = sum(each.frames for each in judged)
    late = sum(each.late for each in judged)
    share = late / max(frames, 1)
    worst_ms = 1000 * max((each.worst_s for each in judged), default=0.0)
    return [
        Figure(
            what=f"frames more than 20 ms late, {calls} calls at once, {seconds:.0f} s",
            value=100 * share,
            unit="%",
            compared_with=(
                f"{late} of {frames:,} at the callers, who share the processors; "
                f"worst {worst_ms:.0f} ms"
            ),
            aim=f"<= {AIM:.1%}",
            met=frames > 0 and share <= AIM,
        ),
        Figure(
            what="the same beat, beside them, of a thread that does nothing else",
            value=100 * still.late / max(still.frames, 1),
            unit="%",
            compared_with=(
                f"{still.late} of {still.frames:,}; worst {1000 * still.worst_s:.0f} ms"
            ),
        ),
    ]


def _others(understood: int, turns: int, held: int, heard: int) -> list[Figure]:
    return [
        Figure(
            what=f"answers by keys that were understood, of {turns} in {held} calls",
            value=100 * understood / max(turns, 1),
            unit="%",
            compared_with=f"{heard} calls were heard",
            aim=">= 99 %",
            met=turns > 0 and understood >= 0.99 * turns,
        )
    ]


def _ended(names: Sequence[str]) -> Figure:
    """Who went away in the middle, and took his conversations along."""
    return Figure(
        what="processes that ended meanwhile",
        value=len(names),
        unit="",
        compared_with=", ".join(names),
        aim="none",
        met=not names,
    )


def _processors(
    spent: dict[str, float], idle: float, stolen: float, took_s: float, calls: int
) -> list[Figure]:
    """What each took, and what a virtual machine's host had, which frames wait for (%)."""
    each = ", ".join(f"{n} {100 * s / took_s:.0f} %" for n, s in sorted(spent.items()))
    return [
        Figure(
            what="processor of the URA per call",
            value=1000 * spent.get("ura", 0.0) / took_s / calls,
            unit="ms/s",
            compared_with=(
                f"of one core: {each}; the machine was idle {idle:.0f} %, "
                f"its host had {stolen:.1f} %"
            ),
        )
    ]
