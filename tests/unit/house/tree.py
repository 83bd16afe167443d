"""The files that git would commit, for the rules that hold for all of them."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
NOT_TEXT = {".wav", ".parquet", ".png", ".ico", ".woff2", ".onnx"}


@cache
def files() -> tuple[Path, ...]:
    """Every file that is committed, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    paths = (ROOT / name for name in listed.split("\0") if name)
    return tuple(sorted(path for path in paths if path.is_file()))


def texts() -> list[Path]:
    return [path for path in files() if path.suffix not in NOT_TEXT]


def modules() -> list[Path]:
    return [path for path in files() if path.suffix == ".py"]


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))
