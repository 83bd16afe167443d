"""A floor of the past, for a person at the command line and for a program."""

from __future__ import annotations

import json
from typing import Any

from dialer.state.replay import Told
from dialer.state.words import words
from foundation.clock import SAO_PAULO


def as_values(told: Told) -> dict[str, Any]:
    """The floor as JSON knows it; instants are ISO 8601, real UTC."""
    floor = told.floor
    lead = floor.leading
    return {
        "at": floor.at.isoformat(),
        "leading": {
            "epoch": lead.epoch,
            "holder": lead.holder,
            "since": lead.since and lead.since.isoformat(),
            "blind_since": lead.blind_since and lead.blind_since.isoformat(),
        },
        "agents": [
            {
                "seat": agent.endpoint,
                "name": told.people.get(agent.endpoint, agent.endpoint),
                "state": agent.state.value,
                "since": agent.since.isoformat(),
                "attempt": agent.call,
                "pause_code": agent.pause_code if agent.state == "paused" else None,
                "held": agent.held,
            }
            for agent in floor.agents
        ],
        "calls": [
            {
                "attempt": call.attempt,
                "campaign": told.campaigns.get(call.campaign) if call.campaign else None,
                "inbound": call.inbound,
                "state": call.state.value,
                "placed_at": call.placed_at.isoformat(),
                "seat": call.agent,
            }
            for call in floor.calls
        ],
        "campaigns": [
            {"id": str(number), "name": told.campaigns.get(number), "status": status}
            for number, status in floor.campaigns.items()
        ],
        "agents_by_state": floor.by_state(),
        "calls_by_state": floor.by_stage(),
    }


def then_json(told: Told) -> str:
    return json.dumps(as_values(told), ensure_ascii=False)


def then_text(told: Told) -> str:
    floor, lead = told.floor, told.floor.leading
    local = floor.at.astimezone(SAO_PAULO)
    lines = [f"Operação em {local:%d/%m/%Y %H:%M:%S} (São Paulo)"]
    if lead.epoch is None:
        lines.append("Nenhum discador no comando.")
    else:
        lines.append(f"Discador no comando: {lead.holder} (mandato {lead.epoch}).")
    if lead.blind_since is not None:
        since = lead.blind_since.astimezone(SAO_PAULO)
        lines.append(f"Sem eventos da central desde {since:%H:%M:%S}: discagem parada.")
    names = ", ".join(
        f"{told.campaigns.get(number, number)} ({words()['campaigns'][status]})"
        for number, status in floor.campaigns.items()
    )
    lines.append(f"Campanhas: {names or 'nenhuma em andamento'}.")
    lines.append(f"Atendentes: {_counts(floor.by_state(), 'agents') or 'nenhum'}.")
    for agent in floor.agents:
        seconds = (floor.at - agent.since).total_seconds()
        name = told.people.get(agent.endpoint, agent.endpoint)
        state = words()["agents"][agent.state.value]
        lines.append(f"  {agent.endpoint} {name}: {state}, há {seconds:.0f} s")
    lines.append(f"Chamadas: {_counts(floor.by_stage(), 'calls') or 'nenhuma'}.")
    return "\n".join(lines)


def _counts(counts: dict[str, int], section: str) -> str:
    return ", ".join(f"{count} {words()[section][code]}" for code, count in counts.items())
