"""Figures of the floor for Prometheus; units in the names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from cobranca.compliance.meters.model import Meter, Reading
from dialer.calls.agent import AgentState
from dialer.shell.facts import Step
from dialer.shell.floor import Floor


class FloorMetrics:
    """Counters and histograms of one dialer process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.attempts = Counter(
            "acordo_attempts_total", "Attempts by outcome", ["outcome"], registry=registry
        )
        self.abandoned = Counter(
            "acordo_abandoned_total", "Abandoned calls", registry=registry
        )
        self.rerouted = Counter(
            "acordo_rerouted_total",
            "Calls that went on by another route, after 503 or silence",
            ["of", "to"],
            registry=registry,
        )
        self.routes_aside = Gauge(
            "acordo_routes_aside",
            "Routes left to others, because they carried nothing of late",
            registry=registry,
        )
        self.answer_to_bridge = Histogram(
            "acordo_answer_to_bridge_seconds",
            "Newstate Up to the bridge, by the switch's clock",
            buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
            registry=registry,
        )
        self.placing_seconds = Histogram(
            "acordo_placing_seconds",
            "Transaction that commits a batch of attempts",
            buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5),
            registry=registry,
        )
        self.agents = Gauge(
            "acordo_agents", "Agents by state", ["state"], registry=registry
        )
        self.violations = Gauge(
            "acordo_violations_now", "Invariants that do not hold", registry=registry
        )
        self.violations_seen = Counter(
            "acordo_violations_total", "Violations that were found", registry=registry
        )
        self.open_calls = Gauge("acordo_open_calls", "Calls not ended", registry=registry)

        self.meter_used = Gauge(
            "acordo_meter_used_ratio",
            "Part of a regulator's line that is used up",
            ["meter", "scope", "name"],
            registry=registry,
        )
        self.meter_brakes = Gauge(
            "acordo_meter_brakes", "Brakes that are pulled", ["meter"], registry=registry
        )

    def meters(self, found: Sequence[Reading]) -> None:
        """Set the gauges of the meters; what is counted no more is forgotten."""
        self.meter_used.clear()
        for one in found:
            self.meter_used.labels(one.meter, one.scope, one.name).set(one.used)
        for meter in get_args(Meter):
            pulled = sum(one.meter == meter and one.brake is not None for one in found)
            self.meter_brakes.labels(meter).set(pulled)

    def count(self, step: Step) -> None:
        for ended in step.ended:
            call = ended.call
            self.attempts.labels(call.outcome.value if call.outcome else "none").inc()
            if ended.abandoned:
                self.abandoned.inc()
            if call.answered_at is not None and call.joined_at is not None:
                waited = (call.joined_at - call.answered_at).total_seconds()
                self.answer_to_bridge.observe(max(0.0, waited))

    def look(self, floor: Floor) -> None:
        """Set the gauges from the floor as it is."""
        agents = [agent for agent in floor.agents.values() if not agent.supervises]
        states = [agent.state for agent in agents]
        for state in AgentState:
            self.agents.labels(state.value).set(states.count(state))
        self.open_calls.set(len(floor.calls))
