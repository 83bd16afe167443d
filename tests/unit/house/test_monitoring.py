"""Alert rules and the dashboard name metrics that our processes have, and only those."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry

from dialer.calls.events import NetworkOutcome
from foundation.settings import ProcessSettings
from tests.unit.house.tree import ROOT

FOLDER = ROOT / "monitoring"
_NAME = re.compile(r"\b(?:acordo|process)_[a-z0-9_]+\b")
_OF_PROMETHEUS = re.compile(r"_(bucket|sum|count|created)$")
OF_THE_SCRAPED = frozenset({"process", "job", "instance"})
PROCESS = {"process_resident_memory_bytes"}  # of the library's ProcessCollector


def registries() -> tuple[CollectorRegistry, CollectorRegistry]:
    """With all that our processes register: of a floor and servers, and of the rest."""
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
    return registry, REGISTRY


def existing() -> set[str]:
    """Names under which the processes' metrics are scraped."""
    names: set[str] = set()
    for each in registries():
        for metric in each.collect():
            names.add(metric.name)
            names.update(sample.name for sample in metric.samples)
            if metric.type == "counter":
                names.add(f"{metric.name}_total")
    return names | PROCESS


def labels_of(expression: str) -> set[str]:
    """That a result of it may have: of its metrics, of who is scraped, or those kept."""
    if kept := re.search(r"\bby \(([a-z_, ]+)\)", expression):
        return set(kept[1].replace(" ", "").split(",")) - {"le"}
    if re.match(r"(sum|histogram_quantile)\(", expression):
        return set()
    found = set(OF_THE_SCRAPED)
    for name in _NAME.findall(expression):
        found |= _labels().get(_OF_PROMETHEUS.sub("", name).removesuffix("_total"), set())
    return found


@cache
def _labels() -> dict[str, set[str]]:
    """Of each metric that has some, by its name without an ending."""
    found: dict[str, set[str]] = {}
    for registry in registries():
        for collector in registry._collector_to_names:
            names = getattr(collector, "_labelnames", ())
            if names:
                found[collector._name.removesuffix("_total")] = set(names)  # type: ignore[attr-defined]
    return found


def chosen(expression: str) -> list[tuple[str, str, str]]:
    """Metric, label and value of each choice among series."""
    return re.findall(r'\b([a-z_]+)\{([a-z_]+)="([^"]+)"\}', expression)


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


def test_labels_that_are_chosen_kept_or_shown_exist() -> None:
    """One that does not exist chooses nothing, for ever, and no alert rings."""
    assert _labels()["acordo_attempts"] == {"outcome"}
    targets = [target for panel in panels() for target in panel["targets"]]
    for expression in [one["expr"] for one in (*rules(), *targets)]:
        kept = re.findall(r"\bby \(([a-z_, ]+)\)", expression)
        metrics = [_OF_PROMETHEUS.sub("", name) for name in _NAME.findall(expression)]
        own = set().union(
            *(_labels().get(n.removesuffix("_total"), set()) for n in metrics)
        )
        for names in kept:
            assert set(names.replace(" ", "").split(",")) <= own | {"le"}, expression
        for metric, label, value in chosen(expression):
            name = _OF_PROMETHEUS.sub("", metric).removesuffix("_total")
            if label == "job":
                assert value == "acordo", expression
            else:
                assert label in _labels()[name], expression
                assert label != "outcome" or value in set(NetworkOutcome), expression


def test_what_an_alert_or_a_legend_shows_is_there() -> None:
    shown = [
        (rule["expr"], re.findall(r"\$labels\.([a-z_]+)", str(rule["annotations"])))
        for rule in rules()
    ]
    shown += [
        (target["expr"], re.findall(r"\{\{([a-z_]+)\}\}", target["legendFormat"]))
        for panel in panels()
        for target in panel["targets"]
    ]
    assert any(names for _, names in shown)
    assert [one for one in shown if not set(one[1]) <= labels_of(one[0])] == []
    assert labels_of("sum by (outcome) (rate(acordo_attempts_total[1m]))") == {"outcome"}
    assert "topic" in labels_of("increase(acordo_outbox_failed_total[15m])")
    assert "topik" not in labels_of("increase(acordo_outbox_failed_total[15m])")


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
