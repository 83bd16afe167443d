"""Programs from this host's own Debian suite, unpacked beside the project when missing.

Only what the host lacks is fetched. The programs run with the host's own loader and find
their libraries and data by environment variables, set for them alone.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from foundation.embedded import debian
from foundation.embedded.errors import ProgramMissing
from foundation.settings import ProcessSettings

PACKAGES = {"espeak-ng": "espeak-ng", "sipp": "sip-tester", "sox": "sox"}


def tools_prefix(settings: ProcessSettings, say: debian.Say) -> Path:
    """Return the folder with all of `PACKAGES`; raises what `debian.unpack` raises."""
    wanted = debian.Wanted(
        name="tools", packages=tuple(sorted(PACKAGES.values())), depth="missing"
    )
    return debian.unpack(wanted, settings.cache, say)


def program(
    name: str, settings: ProcessSettings, say: debian.Say, *, path: str | None = None
) -> list[str]:
    """Return the command that runs a program: the host's, else the unpacked one.

    Raises ProgramMissing and what `debian.unpack` raises.
    """
    found = shutil.which(name, path=path)
    if found is not None:
        return [found]
    if name not in PACKAGES:
        raise ProgramMissing(name)
    prefix = tools_prefix(settings, say)
    binary = prefix / "usr/bin" / name
    if not binary.exists():
        raise ProgramMissing(name, prefix)
    return ["/usr/bin/env", *_environment(prefix), str(binary)]


def _environment(prefix: Path) -> list[str]:
    libraries = []
    for folder in debian.library_folders(prefix):
        # plug-ins and private libraries lie one folder below (sox, pulseaudio)
        inner = {file.parent for file in folder.glob("*/*.so*")}
        libraries += [folder, *sorted(inner)]
    joined = ":".join(map(str, libraries))
    variables = [f"LD_LIBRARY_PATH={joined}"] if joined else []
    voices = next(prefix.glob("usr/lib/*/espeak-ng-data"), None)
    if voices is not None:
        variables.append(f"ESPEAK_DATA_PATH={voices.parent}")
    return variables
