"""The metrics of this process: one registry, which its health listener shows.

Names carry units (`_seconds`, `_total`) and no personal data ever becomes a label.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
