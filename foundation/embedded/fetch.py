"""Put the programs that are unpacked beside the project into the cache, and end.

For images, which are built once and may fetch nothing when they run.
"""

from __future__ import annotations

from foundation.embedded.asterisk import unpacked, version
from foundation.settings import ProcessSettings


def _say(line: str) -> None:
    print(line, flush=True)


def main() -> None:
    prefix = unpacked(ProcessSettings(), _say)
    _say(f"Asterisk {version(prefix)}")


if __name__ == "__main__":
    main()
