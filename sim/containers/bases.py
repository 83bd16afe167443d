"""The Debian images that ours begin with: there already, pulled, or else built here.

ACORDO_BUILD_MIRROR and ACORDO_BUILD_CA (a folder of *.crt) are for networks that have a
mirror or an authority of their own; they go into the base images, never into a Dockerfile.
Without them, this host's own mirror and added authorities are taken.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from foundation.cli import Failure
from foundation.embedded.apt import host_sources
from foundation.embedded.debian import Say
from sim.containers.engine import Engine

BASES = ("trixie", "forky")
PULL_LIMIT_S = 120.0
ADDED = Path("/usr/local/share/ca-certificates")
LEFT_OUT = ("doc", "man", "locale")
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"


def ensure(engine: Engine, say: Say) -> None:
    """Have every base; raises Failure when one can neither be pulled nor built."""
    for suite in BASES:
        tag = f"debian:{suite}-slim"
        if engine.can("image", "inspect", tag):
            continue
        if engine.can("pull", "--quiet", tag, limit_s=PULL_LIMIT_S):
            say(f"{tag}: baixada")
            continue
        say(f"{tag}: nenhum registro responde; construindo")
        _build(engine, suite, tag)


def _build(engine: Engine, suite: str, tag: str) -> None:
    with tempfile.TemporaryDirectory() as draft:
        root = Path(draft) / "root.tar"
        command = [
            "mmdebstrap", "--quiet", "--variant=minbase", "--include=ca-certificates",
            *(f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in LEFT_OUT),
            "--dpkgopt=force-unsafe-io",
            '--aptopt=Acquire::Check-Valid-Until "false"',  # a mirror may be a snapshot
            '--aptopt=Acquire::Languages "none"',
        ]  # fmt: skip
        authorities = Path(os.environ.get("ACORDO_BUILD_CA") or ADDED)
        extra = sorted(authorities.glob("*.crt"))
        command += [f"--customize-hook=upload {one} {ADDED / one.name}" for one in extra]
        command.append('--customize-hook=chroot "$1" update-ca-certificates')
        mirror = os.environ.get("ACORDO_BUILD_MIRROR") or _mirror()
        _run([*command, suite, str(root), mirror])
        changes = ['CMD ["bash"]', "ENV LANG=C.UTF-8"]
        if extra:  # programs that bring authorities of their own would not know these
            changes.append(f"ENV PIP_CERT={BUNDLE} SSL_CERT_FILE={BUNDLE}")
        options = [option for each in changes for option in ("--change", each)]
        engine.docker("import", *options, str(root), tag)


def _mirror() -> str:
    with tempfile.TemporaryDirectory() as draft:
        return host_sources(Path(draft))[0].base


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"{command[0]}: {done.stderr.strip()[-400:]}")
