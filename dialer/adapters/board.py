"""The floor as others see it: agents' states and events on Valkey.

A projection that can be thrown away: the leader writes it anew when it takes office, and
leaves it to the next one when its term is over.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from dialer.calls.agent import SEAT_FACTS, Agent, AgentState
from dialer.campaigns.running import Running
from dialer.figures.stages import by_stage
from dialer.shell.decisions import DecisionLog, Told
from dialer.shell.facts import Step
from dialer.shell.floor import Floor
from dialer.shell.previews import Offer
from foundation.bus import BOARD, EVENTS, LOST, Bus, decisions_of
from foundation.observability import get_logger

GATHER_S = 0.02
LOOK_S = 0.5  # the calls by stage are told that often at most
PICTURE_S = 1.0
DECISIONS_S = 3600.0  # each decision is shown for so long
REDRAW_S = 5.0  # the whole board again: heals an emptied Valkey

AGAIN_S = 0.2  # after Valkey was not there
NEVER = float("-inf")

log = get_logger(__name__)


class Board:
    """Gathers what changed and writes it in the background; never blocks the floor.

    `may_tell` is asked before anything is written: only who leads knows the floor.
    """

    def __init__(self, bus: Bus, may_tell: Callable[[], bool] = lambda: True) -> None:
        self._bus = bus
        self._may_tell = may_tell
        self._changed: dict[str, Any] = {}
        self._events: list[dict[str, Any]] = []
        self._wake = asyncio.Event()
        self._floor: Floor | None = None
        self._rows: list[Told] = []
        self._pictured = 0.0
        self._drawn = 0.0
        self._told: tuple[float, dict[str, Any]] = (0.0, {})

    def look(
        self,
        floor: Floor,
        lacking: Sequence[str],
        aside: Sequence[str] = (),
        checked: Mapping[str, Any] | None = None,
    ) -> None:
        """Tell the calls by stage, what the leader lacks, which routes are left aside and
        when its guard last looked: when it changes, and now and then, so that whoever
        listens knows that somebody leads."""
        seen = {
            "calls": by_stage(floor.calls.values()),
            "lacks": list(lacking),
            "aside": list(aside),
            "checked": checked,
        }
        told_at, told = self._told
        since_s = time.monotonic() - told_at
        if since_s < LOOK_S or (seen == told and since_s < REDRAW_S):
            return
        self._told = (time.monotonic(), seen)
        self._events.append({"kind": "floor", "at": _stamp(datetime.now(UTC)), **seen})
        self._wake.set()

    def draw(self, floor: Floor) -> None:
        """Draw all of it anew, at once: what stands there may be another leader's."""
        self._floor, self._drawn = floor, NEVER
        self._wake.set()

    def pace(self, log: DecisionLog, campaigns: Sequence[Running]) -> None:
        """Tell the decisions that are new, and each campaign's picture now and then."""
        self._rows += log.fresh()
        if time.monotonic() - self._pictured < PICTURE_S:
            return
        self._pictured = time.monotonic()
        for campaign in campaigns:
            picture = log.pictures.get(campaign.id)
            if picture is not None:
                event = picture.as_event(campaign.id, campaign.policy.mode)
                self._events.append({"kind": "pacing"} | event)
        if self._events or self._rows:
            self._wake.set()

    def show(self, step: Step, floor: Floor) -> None:
        """Take what a step changed."""
        self._floor = floor
        for fact in step.facts:
            if fact.kind in SEAT_FACTS and fact.agent:
                agent = floor.agents[fact.agent]
                self._changed[agent.endpoint] = _entry(agent, floor)
                self._events.append(
                    {"kind": "agent", "agent": agent.endpoint} | _entry(agent, floor)
                )
        for ended in step.ended:
            outcome = ended.call.outcome
            self._events.append(
                {
                    "kind": "call_ended",
                    "call": ended.call.id,
                    "agent": ended.agent,
                    "outcome": outcome.value if outcome else None,
                }
            )
        if self._changed or self._events:
            self._wake.set()

    async def run(self) -> None:
        """Write for ever; what Valkey missed is drawn again as soon as it is back."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(REDRAW_S):
                    await self._wake.wait()
            if time.monotonic() - self._drawn >= REDRAW_S:  # however much happens
                self._redraw()
            await asyncio.sleep(GATHER_S)
            self._wake.clear()
            changed, self._changed = self._changed, {}
            events, self._events = self._events, []
            rows, self._rows = self._rows, []
            if not self._may_tell():
                self._floor = None
                continue
            try:
                if changed:
                    await self._bus.put(BOARD, changed)
                for event in events:
                    await self._bus.publish(EVENTS, event)
                for row in rows:
                    await self._decided(row.as_event())
            except LOST as error:
                log.warning("board_unwritten", why=type(error).__name__)
                self._drawn = NEVER  # whatever it knows when it is back
                await asyncio.sleep(AGAIN_S)
                self._wake.set()

    async def _decided(self, row: dict[str, Any]) -> None:
        stream = decisions_of(row["campaign"])
        await self._bus.publish(stream, row, kept_s=DECISIONS_S)
        await self._bus.publish(EVENTS, {"kind": "decision"} | row)

    def _redraw(self) -> None:
        self._drawn = time.monotonic()
        if self._floor is not None:
            self._changed |= entries(self._floor)


def entries(floor: Floor) -> dict[str, dict[str, Any]]:
    """The whole board: endpoint -> entry."""
    return {a.endpoint: _entry(a, floor) for a in floor.agents.values()}


def _entry(agent: Agent, floor: Floor) -> dict[str, Any]:
    wrap_up_until = floor.wrap_up_until(agent)
    state = agent.wants if agent.busy else agent.state  # a pause may be asked for in a call
    pauses = state is AgentState.PAUSED
    return {
        "state": agent.state.value,
        "since": _stamp(agent.since),
        "call": agent.call,
        "pause_code": agent.pause_code if pauses else None,
        "held": agent.held,
        "robot": _with_robot(agent, floor),
        "supervises": agent.supervises,
        "wants": agent.wants.value,
        "wrap_up_until": _stamp(wrap_up_until) if wrap_up_until else None,
        "preview": _preview(floor.offers.get(agent.endpoint)),
    }


def _with_robot(agent: Agent, floor: Floor) -> bool:
    """Whether the automatic conversation has the agent's debtor, or is to."""
    ongoing = floor.calls.get(agent.call or "")
    return agent.held and ongoing is not None and ongoing.robot


def _preview(offer: Offer | None) -> dict[str, Any] | None:
    """Whom the agent is to call; `dial_at` null: when he says so."""
    if offer is None:
        return None
    return {
        "campaign": str(offer.campaign),
        "debtor": str(offer.debtor),
        "point": str(offer.point),
        "dial_at": _stamp(offer.dial_at) if offer.dial_at else None,
    }


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
