"""Alert rules and the dashboard name metrics that our processes have, and only those."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry

from foundation.settings import ProcessSettings
from tests.unit.house.tree import ROOT

FOLDER = ROOT / "monitoring"
_NAME = re.compile(r"\b(?:acordo|process)_[a-z0-9_]+\b")
_OF_PROMETHEUS = re.compile(r"_(bucket|sum|count|created)$")
PROCESS = {"process_resident_memory_bytes"}  # of the library's ProcessCollector


def existing() -> set[str]:
    """Names under which the processes' metrics are scraped."""
    from cobranca import outbox_runner, payments
    from dialer.metrics import FloorMetrics
    from foundation.metrics import REGISTRY

    assert outbox_runner
    assert payments
    import ura.app
    from agent_console.softphone.relay_metrics import RelayMetrics
    from foundation.server_metrics import POSTGRES, VALKEY, ServerMetrics

    assert ura.app
    registry, servers = CollectorRegistry(), ServerMetrics()
    servers.postgres, servers.valkey = (
        dict.fromkeys(POSTGRES, 1.0),
        dict.fromkeys(VALKEY, 1.0),
    )
    registry.register(servers)
    registry.register(RelayMetrics())
    FloorMetrics(registry)
    names: set[str] = set()
    for each in (registry, REGISTRY):
        for metric in each.collect():
            names.add(metric.name)
            names.update(sample.name for sample in metric.samples)
            if metric.type == "counter":
                names.add(f"{metric.name}_total")
    return names | PROCESS


def rules() -> Iterator[dict[str, Any]]:
    for group in yaml.safe_load((FOLDER / "alerts.yml").read_text("utf-8"))["groups"]:
        yield from group["rules"]


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        (FOLDER / "dashboard.json").read_text("utf-8")
    )["panels"]
    return found


def unknown(expression: str, names: set[str]) -> list[str]:
    asked = _NAME.findall(expression)
    return [
        name
        for name in asked
        if name not in names and _OF_PROMETHEUS.sub("", name) not in names
    ]


def test_every_metric_of_a_rule_exists() -> None:
    names = existing()
    assert [(r["alert"], unknown(r["expr"], names)) for r in rules()] == [
        (r["alert"], []) for r in rules()
    ]


def test_every_metric_of_the_dashboard_exists() -> None:
    names = existing()
    asked = [target["expr"] for panel in panels() for target in panel["targets"]]
    assert asked
    assert [unknown(expression, names) for expression in asked] == [[] for _ in asked]


def test_a_misspelt_metric_is_found() -> None:
    assert unknown("rate(acordo_atempts_total[1m])", existing()) == ["acordo_atempts_total"]


def test_what_is_divided_has_the_same_labels_on_both_sides() -> None:
    """Prometheus finds no pair otherwise, and says nothing of it."""
    asked = [target["expr"] for panel in panels() for target in panel["targets"]]
    divided = [e for e in (*asked, *(r["expr"] for r in rules())) if " / " in e]
    assert divided
    for expression in divided:
        above, below = expression.split(" / ", 1)
        assert above.startswith("sum(")
        assert below.startswith("clamp_min(sum(")


def test_every_alert_says_what_to_do() -> None:
    for rule in rules():
        assert rule["expr"]
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["action"]


def test_every_server_that_shows_metrics_is_scraped() -> None:
    content = yaml.safe_load((FOLDER / "prometheus.yml").read_text("utf-8"))
    ports = {
        one["job_name"]: one["static_configs"][0]["targets"][0].split(":")[1]
        for one in content["scrape_configs"]
    }
    assert ports["asterisk"] == str(ProcessSettings().asterisk.http_port)
    caddy = (ROOT / "containers/proxy/Caddyfile").read_text("utf-8")
    assert f"http://:{ports['proxy']} {{" in caddy


@pytest.mark.parametrize("name", ["dialer", "ura", "console", "worker"])
def test_every_process_is_scraped(name: str) -> None:
    from foundation.plan import UpSettings

    content = yaml.safe_load((FOLDER / "prometheus.yml").read_text("utf-8"))
    jobs = content["scrape_configs"][0]["static_configs"]
    ports = {job["labels"]["process"]: job["targets"][0].split(":")[1] for job in jobs}
    assert ports[name] == str(getattr(UpSettings(), name).health_port)
    assert Path(FOLDER / content["rule_files"][0]).is_file()
