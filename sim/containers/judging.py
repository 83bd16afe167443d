"""Compare a stack's attempts with the carrier's truth; runs inside the carrier's container.

Reads the faults as JSON on standard input, prints what was found as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from typing import Any

from foundation.db.engine import connect
from foundation.home import Home
from foundation.settings import ProcessSettings
from sim.carrier import truth
from sim.carrier.app import NAME
from sim.faults.evidence import Evidence, Fault
from sim.faults.judgement import What, judge
from sim.faults.looking import attempts


async def _judged(settings: ProcessSettings, faults: tuple[Fault, ...]) -> dict[str, Any]:
    engine = connect(settings, pool_size=1)
    try:
        ours = await attempts(engine)
    finally:
        await engine.dispose()
    theirs = truth.seen(truth.read(Home(settings.home).switch(NAME) / truth.FILE))
    found = judge(Evidence(faults=faults, attempts=tuple(ours), network=tuple(theirs)))
    charged = Counter(
        (one.fault.kind if one.fault else "", one.what) for one in found.violations
    )
    return {
        "attempts": len(ours),
        "invites": len(theirs),
        "says": [one.says for one in found.violations][:20],
        "in_flight": {one.fault.kind: one.in_flight for one in found.faults},
        "lost": {kind: n for (kind, what), n in charged.items() if what is What.LOST},
        "doubled": {kind: n for (kind, what), n in charged.items() if what is What.DOUBLED},
    }


def main() -> None:
    faults = tuple(Fault(**one) for one in json.load(sys.stdin))
    print(json.dumps(asyncio.run(_judged(ProcessSettings(), faults))))


if __name__ == "__main__":
    main()
