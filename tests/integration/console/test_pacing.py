"""A campaign's pace as supervisors see and set it, on real servers."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.calls.store import AttemptRow, CallEventRow
from dialer.campaigns.running import Running, finish_campaigns, running_campaigns
from dialer.campaigns.store import CampaignRow
from foundation.bus import EVENTS, Bus, decisions_of
from foundation.ids import uuid7
from tests.builders.portfolio import a_campaign, a_portfolio
from tests.people import Browser

API = "/api/v1/campaigns"
DAY_S, MONTH_S = 86_400.0, 30 * 86_400.0
ROW = {
    "at": "2026-03-10T13:00:00.000+00:00", "until": "2026-03-10T13:00:04.000+00:00",
    "calls": 0, "cancels": 0, "held": 0, "count": 16,
    "reasons": [["one_to_one", {"calls": 0.0}]],
}  # fmt: skip


def pace(**changed: Any) -> dict[str, Any]:
    limits = [{"share": 0.025, "window_s": DAY_S}, {"share": 0.01, "window_s": MONTH_S}]
    return {"mode": "predictive", "limits": limits} | changed


async def put(who: Browser, campaign: UUID, version: int, **changed: Any) -> Any:
    body = {"version": version, "pace": pace(**changed)}
    return await who.send("PUT", f"{API}/{campaign}/pacing", body)


async def test_what_is_set_is_what_the_dialer_paces_by(
    sol: Browser, campaign: UUID, engine: AsyncEngine
) -> None:
    inbound = {"share": 0.8, "within_s": 20}
    more = {"max_cps": 5, "max_lines": 60, "inbound": inbound, "priority": 3}
    answer = await put(sol, campaign, 1, **more)
    assert answer.status == 200, await answer.text()
    assert (await answer.json())["version"] == 2
    running = await paced(engine)
    policy = running.policy
    assert policy.limits == ((0.025, DAY_S), (0.01, MONTH_S))
    assert (policy.max_cps, policy.max_lines) == (5, 60)
    assert (policy.inbound_target, running.priority) == ((0.8, 20), 3)
    assert (await (await put(sol, campaign, 2)).json())["pace"]["inbound"] is None
    assert (await paced(engine)).policy.inbound_target is None


async def paced(engine: AsyncEngine) -> Running:
    async with engine.connect() as connection:
        (running,) = await running_campaigns(connection)
    return running


async def test_who_saves_from_an_older_version_overwrites_nothing(
    sol: Browser, campaign: UUID
) -> None:
    assert (await put(sol, campaign, 1, priority=1)).status == 200
    late = await put(sol, campaign, 1, priority=2)
    problem = await late.json()
    assert (late.status, problem["code"]) == (409, "campaign_changed")
    assert problem["current"]["pace"]["priority"] == 1
    assert "sol" in problem["title"].lower()


@pytest.mark.parametrize(
    "wrong",
    [
        {"limits": []},
        {"limits": [{"share": 1.5, "window_s": DAY_S}]},
        {"limits": [{"share": 0.02, "window_s": 1}]},
        {"mode": "guess"},
        {"ratio": 0.5},
        {"max_cps": 0},
        {"inbound": {"share": 1.0, "within_s": 10}},
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_changes(
    sol: Browser, campaign: UUID, wrong: dict[str, Any]
) -> None:
    assert (await put(sol, campaign, 1, **wrong)).status == 422
    seen = await (await sol.get(f"{API}/{campaign}/pacing")).json()
    assert seen["version"] == 1


async def test_to_go_by_the_chances_of_the_list_is_a_setting_with_a_history(
    sol: Browser, campaign: UUID, engine: AsyncEngine
) -> None:
    assert not (await paced(engine)).scored
    answer = await put(sol, campaign, 1, scored=True)
    assert (await answer.json())["pace"]["scored"] is True
    assert (await paced(engine)).scored
    await put(sol, campaign, 2)
    assert not (await paced(engine)).scored
    newest, first = (await changed(sol, campaign))["changes"]
    assert newest["what"] == {"scored": [True, False]}
    assert first["what"]["scored"] == [False, True]
    assert (await put(sol, campaign, 3, scored="talvez")).status == 422


async def test_how_many_numbers_have_a_chance_of_a_list_is_told(
    sol: Browser, engine: AsyncEngine
) -> None:
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=2, phones=2)
        campaign = await a_campaign(connection)
        await connection.execute(
            text("INSERT INTO contact_score SELECT id, 0.4 FROM contact_point LIMIT 1")
        )
    told = await (await sol.get(f"{API}/{campaign}/pacing/scores")).json()
    assert told == {"numbers": 4, "scored": 1, "debtors": 2, "whole": True}
    assert (await sol.get(f"{API}/{uuid7()}/pacing/scores")).status == 404


async def test_a_ratio_must_be_named(sol: Browser, campaign: UUID) -> None:
    assert (await put(sol, campaign, 1, mode="ratio")).status == 409
    assert (await put(sol, campaign, 1, mode="ratio", ratio=2.5)).status == 200


async def test_a_campaign_that_is_not_there_is_said_so(sol: Browser) -> None:
    assert (await sol.get(f"{API}/{uuid7()}/pacing")).status == 404
    assert (await sol.get(f"{API}/{uuid7()}/pacing/changes")).status == 404
    assert (await put(sol, uuid7(), 1)).status == 404


async def test_the_history_tells_who_what_when_and_what_came_of_it(
    sol: Browser, campaign: UUID, engine: AsyncEngine
) -> None:
    now = datetime.now(UTC)
    await _worked(engine, campaign, now - timedelta(minutes=30), answered=4, abandoned=1)
    await put(sol, campaign, 1, mode="progressive")
    await _worked(engine, campaign, datetime.now(UTC), answered=2, abandoned=0)
    await put(sol, campaign, 2, mode="ratio", ratio=3)
    answer = await sol.get(f"{API}/{campaign}/pacing/changes")
    newest, first = (await answer.json())["changes"]
    assert newest["what"] == {"mode": ["progressive", "ratio"], "ratio": [None, 3.0]}
    assert newest["after"]["calls"] == 0
    assert "limits" in first["what"]  # the 30 days were stricter than what had been stored
    assert first["what"]["mode"] == ["predictive", "progressive"]
    assert (first["by"], first["version"]) == (newest["by"], 2)
    assert first["before"]["rate"] == {"abandoned": 1, "answered": 4, "share": 0.25}
    assert first["after"] == newest["before"]
    assert (first["after"]["calls"], first["after"]["rate"]["share"]) == (2, 0.0)


async def test_the_effect_of_a_change_has_the_occupancy_of_the_floor(
    sol: Browser, campaign: UUID, engine: AsyncEngine
) -> None:
    """Two agents for an hour: one talks half of it, the other is there and on a break."""
    begun = datetime.now(UTC) - timedelta(minutes=60)
    states = [("a", "idle", -5), ("a", "talking", 10), ("a", "wrap_up", 35),
              ("a", "idle", 40), ("b", "paused", 0), ("c", "offline", 3)]  # fmt: skip
    facts = [
        {"kind": "agent", "at": begun + timedelta(minutes=at),
         "data": {"endpoint": agent, "state": state}}
        for agent, state, at in states
    ]  # fmt: skip
    async with engine.begin() as connection:
        await connection.execute(insert(CallEventRow), facts)
        since = CampaignRow.__table__.update().values(created_at=begun)  # type: ignore[attr-defined]
        await connection.execute(since)
    await put(sol, campaign, 1, priority=1)
    (change,) = (await changed(sol, campaign))["changes"]
    assert change["before"]["occupancy"] == pytest.approx(30 / 120, abs=0.005)


async def _worked(
    engine: AsyncEngine, campaign: UUID, at: datetime, *, answered: int, abandoned: int
) -> None:
    """Calls that people answered; the campaign is older than they are."""
    rows = [
        {"id": uuid7(), "direction": "outbound", "campaign_id": campaign, "number": "+55",
         "route": "trunk", "epoch": 1, "placed_at": at, "contact_day": at.date(),
         "answered_at": at, "bridged_at": None, "outcome": "answered",
         "ended_at": at + timedelta(seconds=30), "abandoned": n < abandoned}
        for n in range(answered)
    ]  # fmt: skip
    async with engine.begin() as connection:
        await connection.execute(insert(AttemptRow), rows)
        older = text("UPDATE campaign SET created_at = least(created_at, :at)")
        await connection.execute(older, {"at": at - timedelta(minutes=1)})


async def changed(who: Browser, campaign: UUID, more: str = "") -> Any:
    return await (await who.get(f"{API}/{campaign}/pacing/changes{more}")).json()


async def test_older_changes_come_page_by_page(sol: Browser, campaign: UUID) -> None:
    for n in range(1, 24):
        assert (await put(sol, campaign, n, priority=n)).status == 200
    newest = await changed(sol, campaign)
    oldest = newest["changes"][-1]["id"]
    older = await changed(sol, campaign, f"?before={oldest}")
    assert [len(newest["changes"]), len(older["changes"])] == [20, 3]
    assert (newest["more"], older["more"]) == (True, False)
    assert [one["version"] for one in older["changes"]] == [4, 3, 2]


async def test_start_pause_and_the_end_are_in_the_history_too(
    sol: Browser, campaign: UUID, engine: AsyncEngine
) -> None:
    assert (await sol.send("POST", f"{API}/{campaign}/pause")).status == 200
    told = await changed(sol, campaign)
    assert [one["what"] for one in told["changes"]] == [{"status": ["running", "paused"]}]
    async with engine.begin() as connection:
        again = CampaignRow.__table__.update().values(status="running")  # type: ignore[attr-defined]
        await connection.execute(again)
        assert await finish_campaigns(connection) == ["Maio"]
    newest = (await changed(sol, campaign))["changes"][0]
    assert (newest["what"], newest["by"]) == ({"status": ["running", "finished"]}, None)


async def test_the_campaigns_form_keeps_limits_that_are_not_its_own(
    sol: Browser, campaign: UUID, engine: AsyncEngine
) -> None:
    await put(sol, campaign, 1, max_cps=4)
    async with engine.begin() as connection:
        query = select(CampaignRow.creditor_id).where(CampaignRow.id == campaign)
        creditor = str(await connection.scalar(query))
    terms = {"name": "Maio", "mode": "predictive", "target": 0.02, "max_attempts": 5,
             "ring_timeout_s": 30, "threshold_s": 2, "wrap_up_s": 30}  # fmt: skip
    await sol.send("POST", f"{API}/{campaign}/pause")
    seen = await (await sol.get(f"{API}/{campaign}")).json()
    body = {"terms": terms, "filter": {"creditor": creditor}, "version": seen["version"]}
    answer = await sol.send("PUT", f"{API}/{campaign}", body)
    assert answer.status in (200, 409), await answer.text()
    if answer.status == 200:
        after = await (await sol.get(f"{API}/{campaign}/pacing")).json()
        assert after["pace"]["limits"] == [
            {"share": 0.02, "window_s": DAY_S},
            {"share": 0.01, "window_s": MONTH_S},
        ]
        assert after["pace"]["max_cps"] == 4


async def test_each_decision_of_the_hour_has_its_sentence(
    sol: Browser, campaign: UUID, wire: Bus
) -> None:
    stream = decisions_of(str(campaign))
    for n in range(3):
        await wire.publish(stream, ROW | {"campaign": str(campaign), "count": n})
    answer = await (await sol.get(f"{API}/{campaign}/pacing/decisions")).json()
    assert [one["count"] for one in answer["decisions"]] == [2, 1, 0]
    assert answer["decisions"][0]["text"].startswith("Não discou: não há atendente livre")
    assert not answer["more"]
    before = answer["decisions"][1]["id"]
    older = await sol.get(f"{API}/{campaign}/pacing/decisions?before={before}")
    assert [one["count"] for one in (await older.json())["decisions"]] == [0]


async def test_the_live_stream_has_this_campaigns_pace_in_words(
    sol: Browser, campaign: UUID, wire: Bus
) -> None:
    picture = {"kind": "pacing", "campaign": str(campaign), "free": 3}
    stranger = {"kind": "pacing", "campaign": str(uuid7()), "free": 9}
    async with asyncio.timeout(20):
        response = await sol.get(f"{API}/{campaign}/pacing/live")
        assert response.status == 200
        heard: dict[str, Any] = {}
        telling = asyncio.create_task(_tell(wire, stranger, picture, campaign))
        kind = ""
        while not {"pacing", "decision"} <= heard.keys():
            line = (await response.content.readline()).decode().strip()
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            elif line.startswith("data: "):
                heard[kind] = json.loads(line.removeprefix("data: "))
                assert heard[kind].get("free") != 9
        telling.cancel()
        response.close()
    assert heard["pacing"]["free"] == 3
    assert heard["decision"]["text"].startswith("Não discou")


async def _tell(wire: Bus, stranger: Any, picture: Any, campaign: UUID) -> None:
    while True:
        await wire.publish(EVENTS, stranger)
        await wire.publish(EVENTS, picture)
        await wire.publish(EVENTS, {"kind": "decision", "campaign": str(campaign)} | ROW)
        await asyncio.sleep(0.1)


async def test_what_a_ratio_costs_is_told_once_enough_people_answered(
    sol: Browser, campaign: UUID, engine: AsyncEngine
) -> None:
    at = f"{API}/{campaign}/pacing/cost?ratio=3&agents=10&target=0.03"
    assert (await (await sol.get(at)).json())["occupancy"] is None
    placed = datetime.now(UTC) - timedelta(hours=1)
    rows = []
    for n in range(120):
        answered = n % 3 == 0
        rows.append({
            "id": uuid7(), "direction": "outbound", "campaign_id": campaign,
            "number": "+55", "route": "trunk", "epoch": 1, "placed_at": placed,
            "contact_day": placed.date(), "abandoned": False,
            "answered_at": placed + timedelta(seconds=10) if answered else None,
            "bridged_at": placed + timedelta(seconds=10) if answered else None,
            "ended_at": placed + timedelta(seconds=110 if answered else 20),
            "outcome": "answered" if answered else "no_answer",
        })  # fmt: skip
    async with engine.begin() as connection:
        await connection.execute(insert(AttemptRow), rows)
    told = await (await sol.get(at)).json()
    assert told["agents"] == 10
    assert 0.8 < told["occupancy"] < 1
    assert 0.02 < told["abandoned"] < 0.5
    assert 0.7 < told["predictive"] < 1
