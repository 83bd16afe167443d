"""The recordings' own disk is small, full when wanted, and nobody else's."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
from pathlib import Path
from sim.faults import disk

folder = Path(sys.argv[1])
try:
    disk.alone()
except disk.NoPrivateMounts as error:
    print("refused", error)
    sys.exit()
with disk.small(folder):
    ballast = disk.fill(folder)
    print(ballast.stat().st_size <= disk.SIZE_BYTES)
    try:
        (folder / "more").write_bytes(bytes(65536))
        print("room")
    except OSError as error:
        print(error.strerror)
    ballast.unlink()
    (folder / "more").write_bytes(bytes(65536))
    print(sorted(path.name for path in folder.iterdir()))
print(sorted(path.name for path in folder.iterdir()))
"""


def test_it_fills_up_and_vanishes(tmp_path: Path) -> None:
    (tmp_path / "before").touch()
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    said = run.stdout.splitlines()
    if _kernel_allows(tmp_path):
        assert said == ["True", "No space left on device", "['more']", "['before']"]
    else:
        assert said == [f"refused disco das gravações: {os.strerror(errno.EPERM)}"]
    assert [path.name for path in tmp_path.iterdir()] == ["before"]


def _kernel_allows(folder: Path) -> bool:
    """Whether this user may mount something of his own: a container may forbid it."""
    alone = ["unshare", "--mount", *(["--user", "--map-root-user"] if os.getuid() else [])]
    mounts = [*alone, "mount", "-t", "tmpfs", "acordo", str(folder)]
    return subprocess.run(mounts, capture_output=True, check=False).returncode == 0
