"""The Debian images that ours begin with: there already, pulled, or else built here.

ACORDO_BUILD_MIRROR and ACORDO_BUILD_CA (a folder of *.crt) are for networks that have a
mirror or an authority of their own; they go into the base images, never into a Dockerfile.
Without them, this host's own mirror and added authorities are taken.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path

from foundation.cli import Failure
from foundation.embedded.apt import host_sources
from foundation.embedded.debian import Say
from sim.containers.client import Engine

BASES = ("trixie", "forky")
PULL_LIMIT_S = 120.0
BUILD_LIMIT_S = 1200.0
ADDED = Path("/usr/local/share/ca-certificates")
LEFT_OUT = ("doc", "man", "locale")
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"


def ensure(engine: Engine, say: Say) -> None:
    """Have every base; raises Failure when one can neither be pulled nor built."""
    missing = []
    for suite in BASES:
        tag = _tag(suite)
        if engine.can("image", "inspect", tag):
            continue
        if engine.can("pull", "--quiet", tag, limit_s=PULL_LIMIT_S):
            say(f"{tag}: baixada")
        else:
            say(f"{tag}: nenhum registro responde; construindo")
            missing.append(suite)
    if missing:
        _build(engine, missing)
        say("imagens de base construídas")


def _tag(suite: str) -> str:
    return f"debian:{suite}-slim"


def _build(engine: Engine, suites: list[str]) -> None:
    """All at the same time: they wait for the network in turns."""
    authorities = Path(os.environ.get("ACORDO_BUILD_CA") or ADDED)
    extra = sorted(authorities.glob("*.crt"))
    changes = ['CMD ["bash"]', "ENV LANG=C.UTF-8"]
    if extra:  # programs that bring authorities of their own would not know these
        changes.append(f"ENV PIP_CERT={BUNDLE} SSL_CERT_FILE={BUNDLE}")
    options = [option for each in changes for option in ("--change", each)]
    with tempfile.TemporaryDirectory() as draft:
        roots = {suite: f"{draft}/{suite}.tar" for suite in suites}
        mirror = os.environ.get("ACORDO_BUILD_MIRROR") or _mirror()
        _run(
            [[*_command(extra), suite, root, mirror] for suite, root in roots.items()],
            Path(draft),
        )
        for suite, root in roots.items():
            engine.docker("import", *options, root, _tag(suite))


def _command(extra: list[Path]) -> list[str]:
    return [
        "mmdebstrap", "--quiet", "--variant=minbase", "--include=ca-certificates",
        *(f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in LEFT_OUT),
        "--dpkgopt=force-unsafe-io",
        '--aptopt=Acquire::Check-Valid-Until "false"',  # a mirror may be a snapshot
        '--aptopt=Acquire::Languages "none"',
        *(f"--customize-hook=upload {one} {ADDED / one.name}" for one in extra),
        '--customize-hook=chroot "$1" update-ca-certificates',
    ]  # fmt: skip


def _mirror() -> str:
    with tempfile.TemporaryDirectory() as draft:
        return host_sources(Path(draft))[0].base


def _run(commands: list[list[str]], draft: Path) -> None:
    """Run them beside each other; whoever is interrupted lets them put away their own."""
    deadline = time.monotonic() + BUILD_LIMIT_S
    running: list[tuple[subprocess.Popen[bytes], Path]] = []
    try:
        for number, command in enumerate(commands):
            said = draft / f"said.{number}"
            with said.open("wb") as output:
                process = subprocess.Popen(
                    command, env={**os.environ, "TMPDIR": str(draft)}, stdout=output,
                    stderr=output, stdin=subprocess.DEVNULL, start_new_session=True,
                )  # fmt: skip
            running.append((process, said))
        for process, said in running:
            if process.wait(deadline - time.monotonic()) != 0:
                why = said.read_text("utf-8", errors="replace").strip()
                raise Failure(f"{commands[0][0]}: {why[-400:]}")
    except subprocess.TimeoutExpired:
        raise Failure(f"{commands[0][0]}: mais de {BUILD_LIMIT_S:.0f} s") from None
    finally:
        for process, _ in running:
            process.terminate()
            process.wait()
