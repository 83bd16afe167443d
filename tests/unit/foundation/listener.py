"""Where a process under test listens for its health."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TestListener:
    """Port 0: any free one."""

    __test__ = False

    health_port: int = 0
    health_host: str = "127.0.0.1"
