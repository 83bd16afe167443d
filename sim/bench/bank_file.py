"""What reading a bank's file costs over all the steps that take it in."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from sim.bench import cnab_work
from sim.bench.figures import Figure
from sim.bench.stack import database_only

BANK, SIZE = "341", 400


def measure(titles: int) -> list[Figure]:
    """A retorno with every title paid: read once, then step by step from what was kept."""
    with tempfile.TemporaryDirectory() as folder, database_only() as environment:
        base = Path(folder) / "file"
        for work in ("write", "answer"):
            cnab_work.main(work, base, BANK, SIZE, titles)
        program = [sys.executable, "-m", "sim.bench.bank_file_work"]
        done = subprocess.run(
            [*program, str(base.with_suffix(".ret")), BANK],
            check=True,
            stdout=subprocess.PIPE,
            env=environment,
        )
    told = json.loads(done.stdout)
    steps, each_s = int(told["steps"]), told["once_s"]
    name = f"{titles:,} payments of a retorno"
    return [
        Figure(what=f"{name}, kept by the first step", value=told["lines_s"], unit="s"),
        Figure(
            what=f"{name}, read by its {steps} steps",
            value=told["steps_s"],
            unit="s",
            compared_with=f"{steps * each_s:.0f} s if each read the whole file",
        ),
        Figure(
            what=f"memory that the steps of {name} add",
            value=told["step_mb"],
            unit="MB",
            compared_with=f"{told['once_mb']:.0f} MB for the whole file",
        ),
    ]
