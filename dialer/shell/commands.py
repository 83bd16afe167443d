"""What agents ask of the floor, as it comes over the bus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeGuard, get_args

from dialer.calls import agent as agents
from dialer.shell import previews, taking
from dialer.shell.facts import Fact, Step
from dialer.shell.floor import Floor
from dialer.shell.holding import PARKING

Verb = Literal[
    "log_in", "log_out", "available", "pause", "hang_up", "wrap_up_done",
    "hold", "resume", "reattach", "dial", "skip", "take", "to_robot", "leave_to_robot",
    "hand_on",
]  # fmt: skip


ACTS = frozenset({"hang_up", "hold", "resume", "reattach", "take", "to_robot", "hand_on"})


class BadCommand(ValueError):
    """A command that the floor does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """`code` is a pause code or a disposition; to that belong `note` and `right_party`.

    `own`: who takes a call, or logs in, is a supervisor.
    `call`: the one that is meant; None: whichever the agent has when it is heard.
    """

    do: Verb
    agent: str
    code: str = ""
    note: str = ""
    right_party: bool | None = None
    call: str | None = None
    own: bool = False

    @classmethod
    def parse(cls, fields: Mapping[str, Any]) -> Command:
        """Read a bus message; raises BadCommand."""
        do, agent = fields.get("do"), fields.get("agent")
        named = isinstance(agent, str) and (agent or do == "take")  # from the robot: to any
        if not _is_verb(do) or not isinstance(agent, str) or not named:
            raise BadCommand(f"do={do!r} agent={agent!r}")
        right_party = fields.get("right_party")
        return cls(
            do=do,
            agent=agent,
            code=str(fields.get("code") or ""),
            note=str(fields.get("note") or ""),
            right_party=right_party if isinstance(right_party, bool) else None,
            call=str(fields["call"]) if fields.get("call") else None,
            own=fields.get("own") is True,
        )

    @property
    def acts(self) -> bool:
        """Whether it can only be done while the switch is heard."""
        return self.do in ACTS


def _is_verb(text: object) -> TypeGuard[Verb]:
    return text in get_args(Verb)


def apply_command(floor: Floor, command: Command, at: datetime) -> Step:
    """Bring a command to the floor; one that does not fit its state does nothing.

    Heard late, or twice, it must not do to the next call what was meant for the last.
    """
    agent = floor.agents.get(command.agent)
    elsewhere = command.do != "take" and (agent is None or agent.call != command.call)
    if command.call is not None and elsewhere:
        return Step()
    return _apply(floor, command, at)


def _apply(floor: Floor, command: Command, at: datetime) -> Step:
    match command.do:
        case "log_in":
            return _log_in(floor, command, at)
        case "log_out":
            previews.skip(floor, command.agent, at)
            return floor.on_agent(command.agent, lambda a: agents.logged_out(a, at), at)
        case "available":
            return floor.on_agent(command.agent, lambda a: agents.available(a, at), at)
        case "pause":
            code = command.code or "pause"
            previews.skip(floor, command.agent, at)
            return floor.on_agent(command.agent, lambda a: agents.paused(a, code, at), at)
        case "hang_up":
            return Step(actions=floor.hang_up_for(command.agent))
        case "wrap_up_done":
            return _wrap_up_done(floor, command, at)
        case "hold" | "resume" | "to_robot" | "leave_to_robot" as do:
            return PARKING[do](floor, command.agent, at)
        case "dial":
            previews.dial_now(floor, command.agent, at)
            return Step()
        case "skip":
            return previews.skip(floor, command.agent, at)
        case "reattach":
            return floor.nail_again(command.agent, at)
        case "take" | "hand_on":
            return _taking(floor, command, at)


def _taking(floor: Floor, command: Command, at: datetime) -> Step:
    if command.do == "hand_on":
        return taking.hand_on(floor, command.agent, at)
    return taking.take(floor, command.call or "", command.agent, at, own=command.own)


def _log_in(floor: Floor, command: Command, at: datetime) -> Step:
    return floor.on_agent(
        command.agent,
        lambda agent: agents.logged_in(agent, at, supervises=command.own),
        at,
    )


def _wrap_up_done(floor: Floor, command: Command, at: datetime) -> Step:
    agent = floor.agents.get(command.agent)
    call = agent.call if agent and agent.state is agents.AgentState.WRAP_UP else None
    step = floor.on_agent(command.agent, lambda a: agents.wrapped_up(a, at), at)
    if call is not None and command.code:
        data = {
            "code": command.code,
            "note": command.note,
            "right_party": command.right_party,
        }
        step.facts.append(
            Fact(kind="disposition", at=at, call=call, agent=command.agent, data=data)
        )
    return step
