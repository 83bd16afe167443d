"""The debtor's "alô" in the agent's ear: his 200 OK to the first sound in the browser.

The real dialer, switch, console and network, and a person in a real Chromium at the real
desk. The debtor's side plays a tone from its 200 OK on. Measured is from the moment at
which the network's log has that 200 OK on the wire to the first sample of the tone in the
page's own audio graph; both times are of this machine's one clock.

Included: hearing of the answer, joining the two legs, the switch's recoding to Opus, and
the browser's jitter buffer. Not included: what a sound card and a headset add, and a
network between switch and browser, for there is none. Resolution: the browser hands sound
on in blocks of about 10 ms, and the beginning of a tone is found to about 4 ms.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Sequence
from importlib.resources import files

import numpy as np
from playwright.async_api import Error as BrowserError
from playwright.async_api import Page

from cobranca.people import users
from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from foundation.db.engine import connect
from foundation.home import Home
from foundation.plan import UpSettings
from sim import browser
from sim.bench.figures import Figure, NotMeasured
from sim.bench.load import a_list_of, joined_delays_ms
from sim.bench.onset import Track, onset_s
from sim.carrier import trace_file, truth
from sim.carrier.app import NAME as CARRIER
from sim.installation import installation
from sim.runner import acordo
from sim.throw_away import free_port, throw_away
from sim.traces import numbers_of_database
from sim.world.trace import Kind, Party, Timed, TraceRow
from ura.voice_rendering import SIT_HZ

AIM_MS = 300.0
SECONDS, QUICK_SECONDS = 240.0, 22.0
NEEDED = ("carrier", "dialer", "console")
LOGIN, PASSWORD, CAMPAIGN = "medida", "senha de medida 12345", "Medida"
TONES = "numero_nao_existe"  # begins with SIT_HZ, a third of a second each
TALK_S, DEBTORS = 0.8, 500
BEFORE_S, AFTER_S = 0.1, 1.5  # where a tone is looked for, around its 200 OK
PATIENCE_MS = 60_000
TAKE_S = 2.0


def measure(quick: bool) -> list[Figure]:
    """Let one agent take call after call; raises NotMeasured without a Chromium."""
    found = browser.program()
    if found is None:
        raise NotMeasured(browser.MISSING)
    seconds = QUICK_SECONDS if quick else SECONDS
    more = {"CONSOLE__PORT": str(free_port()), "ASTERISK__ENDPOINTS": "1"}
    with throw_away(processes=NEEDED, more=more) as home:
        settings = UpSettings()
        track, joined_ms = asyncio.run(_listen(settings, found, seconds))
        calls = list(truth.read(home.switch(CARRIER) / truth.FILE))
    answered = [call.answered_at for call in calls if call.answered_at is not None]
    return _figures(_delays_ms(track, answered), joined_ms)


async def _listen(
    settings: UpSettings, found: str, seconds: float
) -> tuple[Track, list[float]]:
    """What came to the agent's ear, and the delays from answer to bridge."""

    async def fill() -> None:
        await _fill(settings)

    async with (
        installation(settings, NEEDED, fill, lambda _line: None),
        browser.chromium(found) as chromium,
    ):
        context = await chromium.new_context(locale="pt-BR", bypass_csp=True)
        context.set_default_timeout(PATIENCE_MS)
        tap = files("sim.bench").joinpath("tap.js").read_text("utf-8")
        await context.add_init_script(tap)
        page = await context.new_page()
        base = f"http://{settings.console.host}:{settings.console.port}"
        try:
            await browser.log_in(page, base, LOGIN, PASSWORD, "/desk")
            await browser.sit_down(page)
        except BrowserError as error:
            raise NotMeasured(f"ninguém se sentou: {error.message}") from error
        await acordo(settings, "campaign", "start", CAMPAIGN)
        track = await _record(page, seconds)
        await acordo(settings, "campaign", "stop", CAMPAIGN)
        await asyncio.sleep(TALK_S + 1)  # the last calls end, and are written down
        return track, await joined_delays_ms(settings)


async def _fill(settings: UpSettings) -> None:
    """Debtors who all answer at once, the trace of their calls, an agent, a campaign."""
    await a_list_of(settings, debtors=DEBTORS)
    engine, passwords = connect(settings, pool_size=1), Passwords()
    try:
        hashed = await passwords.hash(PASSWORD)
        async with engine.begin() as connection:
            await users.create(
                connection, login=LOGIN, name="Medida", role=Role.AGENT,
                password_hash=hashed, seat_pool=1,
            )  # fmt: skip
        numbers = await numbers_of_database(engine)
    finally:
        passwords.close()
        await engine.dispose()
    trace = Home(settings.home).demo_trace
    trace.parent.mkdir(mode=0o700)
    trace_file.write(trace, map(_answers, numbers))
    # one call for the one agent: what is not his turn is not what is measured
    options = "--creditor Medida --retries none --wrap-up 0 --mode progressive".split()
    await acordo(settings, "campaign", "create", CAMPAIGN, *options)


def _answers(number: str) -> TraceRow:
    return TraceRow(
        number=number, nth=1, kind=Kind.HUMAN, code=200, post_dial_s=0.05, ring_s=0.4,
        talk_s=TALK_S, hangs_up=Party.CALLEE, says=(Timed(0.0, TONES),),
    )  # fmt: skip


async def _record(page: Page, seconds: float) -> Track:
    """Keep what comes to the ear for so long."""
    rate, at, pcm = 0.0, [], []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        await asyncio.sleep(TAKE_S)
        taken = await page.evaluate("window.tap.take()")
        rate = float(taken["rate"])
        at.append(np.asarray(taken["at"], dtype=np.float64) / 1000)
        pcm.append(np.frombuffer(base64.b64decode(taken["pcm"]), "<i2"))
    return Track(rate, np.concatenate(at), np.concatenate(pcm) / 32768)


def _delays_ms(track: Track, answered: Sequence[float]) -> list[float | None]:
    """From each 200 OK to its tone; None: it was not heard. Raises NotMeasured."""
    if len(track.at_s) == 0:
        raise NotMeasured("nada chegou ao navegador")
    begin_s, end_s = track.at_s[0] + BEFORE_S, track.at_s[-1] - AFTER_S
    delays: list[float | None] = []
    for ok_s in answered:
        if begin_s < ok_s < end_s:
            heard_s = onset_s(track.between(ok_s - BEFORE_S, ok_s + AFTER_S), SIT_HZ)
            delays.append(None if heard_s is None else 1000 * (heard_s - ok_s))
    if min((ms for ms in delays if ms is not None), default=0.0) < 0:
        raise NotMeasured("um tom veio antes da sua chamada: a medida não vale")
    return delays


def _figures(delays: Sequence[float | None], joined_ms: Sequence[float]) -> list[Figure]:
    heard = sorted(ms for ms in delays if ms is not None)
    if not heard:
        raise NotMeasured("nenhuma chamada foi ouvida")
    p50, p99 = (
        heard[min(len(heard) - 1, int(len(heard) * share))] for share in (0.5, 0.99)
    )
    bridged = joined_ms[len(joined_ms) // 2] if joined_ms else float("nan")
    unheard = len(delays) - len(heard)
    return [
        Figure(
            what=f"200 OK to audio in the browser, p99 of {len(heard)} calls",
            value=p99,
            unit="ms",
            compared_with=(
                f"best {heard[0]:.0f} ms, p50 {p50:.0f} ms, worst {heard[-1]:.0f} ms; "
                f"of it Newstate Up to bridge p50 {bridged:.1f} ms"
            ),
            aim=f"p99 < {AIM_MS:.0f} ms",
            met=p99 < AIM_MS,
        ),
        Figure(
            what=f"answered calls that were not heard within {AFTER_S:g} s",
            value=unheard,
            unit="calls",
            aim="0",
            met=unheard == 0,
        ),
    ]
