"""`python -m foundation NAME`: how the supervisor starts each process."""

from __future__ import annotations

from foundation.cli import main

main(prog_name="acordo")
