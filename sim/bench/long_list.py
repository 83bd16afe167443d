"""A campaign over every debtor, ordered on the page: how long the page waits, and the list.

The worker's part runs in this process; nothing else differs from a console and a worker.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aiohttp.test_utils import TestClient
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.outbox_runner import Outbox
from cobranca.settings import WorkerSettings
from dialer.campaigns.filling import TOPIC
from dialer.campaigns.list_job import fill_list
from sim.bench.figures import Figure

PAGE_GIVES_UP_S = 15.0
AIM_S = 5.0
TERMS = {
    "name": "Todos", "mode": "predictive", "target": 0.025, "max_attempts": 5,
    "ring_timeout_s": 30, "threshold_s": 2, "wrap_up_s": 30,
}  # fmt: skip


async def measure_list(
    browser: TestClient[Any, Any],
    headers: dict[str, str],
    creditor: str,
    engine: AsyncEngine,
    debtors: int,
) -> list[Figure]:
    """Order the campaign, then let the worker fill what it was left."""
    began = time.perf_counter()
    body = {"terms": TERMS, "filter": {"creditor": creditor}, "key": "medida-01"}
    answer = await browser.post("/api/v1/campaigns", json=body, headers=headers)
    answer.raise_for_status()
    number = (await answer.json())["id"]
    answered_s = time.perf_counter() - began
    with ThreadPoolExecutor(1) as executor:
        rows = Outbox(
            engine=engine,
            settings=WorkerSettings(),
            handlers={TOPIC: fill_list},
            executor=executor,
        )
        left = await rows.run_one()
    ready_s = time.perf_counter() - began
    seen = await (await browser.get(f"/api/v1/campaigns/{number}")).json()
    whole = (seen["status"], seen["size"]) == ("draft", debtors)
    return [
        Figure(
            what=f"a campaign is made over {debtors:,} debtors: the page's answer",
            value=answered_s,
            unit="s",
            compared_with=f"the page gives up after {PAGE_GIVES_UP_S:.0f} s",
            aim=f"< {AIM_S:.0f} s",
            met=answered_s < AIM_S,
        ),
        Figure(
            what="the same: its list is whole",
            value=ready_s,
            unit="s",
            compared_with="by the worker" if left else "at once",
            aim=f"{debtors:,} debtors",
            met=whole,
        ),
    ]
