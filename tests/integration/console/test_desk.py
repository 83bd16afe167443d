"""The desk's interface: one's own call and nobody else's, and nothing told too early."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from cobranca.people.store import AuditRow
from dialer.calls.store import DispositionRow
from foundation.db.leadership import take
from foundation.ids import uuid7
from tests.builders.conversations import a_call
from tests.integration.console.own_desk import SEAT, Desk
from tests.people import Client, a_user, log_in


async def test_the_card_of_the_own_call_is_there_and_audited(desk: Desk) -> None:
    await desk.show("reserved")
    status, card = await desk.card()
    assert status == 200
    assert card["debtor"]["name"] == "Devedor 0"
    assert (card["total"], card["debts"][0]["creditor"]) == ("100.00", "Loja")
    assert card["policy"]["line"].startswith("Pode ligar até 20:00; 1 de 3 tentativas")
    async with desk.engine.connect() as connection:
        row = (
            await connection.execute(
                select(AuditRow.__table__).where(AuditRow.action == "debtor.card")
            )
        ).one()
    assert (row.who, row.subject_id) == ("ana", str(desk.call))


async def test_before_identification_nothing_identifies(desk: Desk) -> None:
    await desk.show("talking")
    _, card = await desk.card()
    assert card["identity"]["level"] == "nobody"
    assert not card["identity"]["may_hear_of_debt"]
    assert card["debtor"]["document"] is None
    assert {phone["telephone"] for phone in card["telephones"]} == {
        "+55 11 *****-0000",
        "+55 11 *****-0001",
    }
    shown = str(card)
    for secret in ("529", "982", "1980", "12/03"):
        assert secret not in shown


async def test_two_right_answers_open_the_card(desk: Desk) -> None:
    await desk.show("talking")
    _, card = await desk.hear(step="claimed")
    asks = [ask["fact"] for ask in card["identity"]["asks"]]
    assert asks == ["document_start", "birth_date", "document_end"]
    _, card = await desk.hear(step="answered", fact="document_start", answer="529")
    assert (card["identity"]["level"], card["identity"]["missing"]) == ("claimed", 1)
    _, card = await desk.hear(step="answered", fact="birth_date", answer="12/03/1980")
    assert card["identity"]["level"] == "confirmed"
    assert card["identity"]["may_hear_of_debt"]
    assert card["debtor"]["document"] == "***.982.247-**"
    assert card["telephones"][0]["telephone"] == "+55 11 90000-0000"


async def test_a_wrong_answer_never_shows_the_right_one(desk: Desk) -> None:
    await desk.show("talking")
    await desk.hear(step="claimed")
    _, card = await desk.hear(step="answered", fact="document_end", answer="99")
    assert (card["identity"]["wrong"], card["identity"]["wrong_left"]) == (1, 1)
    assert "25" not in str(card["identity"])
    status, problem = await desk.hear(step="answered", fact="document_end", answer="9")
    assert (status, problem["code"]) == (422, "unreadable_answer")
    _, card = await desk.hear(step="answered", fact="document_end", answer="98")
    assert (card["identity"]["level"], card["debts"]) == ("failed", None)
    status, problem = await desk.hear(step="answered", fact="document_end", answer="25")
    assert (status, problem["code"]) == (409, "not_asked_now")


async def test_with_a_third_party_the_debt_is_not_even_sent(desk: Desk) -> None:
    await desk.show("talking")
    async with desk.engine.begin() as connection:
        before = await a_call(connection, desk.debtors[0], agent=desk.agent, ago_s=9000)
        note = {"id": uuid7(), "attempt_id": before, "agent_id": desk.agent,
                "code": "promise", "note": "paga os R$ 100 dia 5",
                "at": datetime.now(UTC)}  # fmt: skip
        await connection.execute(insert(DispositionRow), note)
    _, card = await desk.card()
    assert card["history"][0]["note"] == "paga os R$ 100 dia 5"
    _, card = await desk.hear(step="denied")
    assert (card["debts"], card["total"]) == (None, None)
    assert "100" not in str(card["history"])
    assert card["identity"]["rule"] == "Com terceiros, nada da dívida"


@pytest.mark.parametrize("state", ["idle", "paused", "offline"])
async def test_a_call_that_is_not_in_hand_has_no_card(desk: Desk, state: str) -> None:
    await desk.show(state)
    status, problem = await desk.card()
    assert (status, problem["code"]) == (403, "not_your_call")


async def test_another_s_call_has_no_card(desk: Desk) -> None:
    async with desk.engine.begin() as connection:
        other = await a_call(connection, desk.debtors[1], outcome=None)
    await desk.show("talking")
    await desk.show("talking", other, seat="web002")
    assert (await desk.card(other))[0] == 403
    status, problem = await desk.card(uuid7())
    assert (status, problem["code"]) == (404, "no_such_call")


async def test_a_supervisor_may_look_and_leaves_a_trace(
    desk: Desk, passwords: Passwords, client: Client
) -> None:
    await a_user(desk.engine, passwords, "sup", Role.SUPERVISOR)
    browser = await log_in(client, "sup")
    answer = await browser.get(f"/api/v1/desk/calls/{desk.call}/card")
    assert answer.status == 200
    async with desk.engine.connect() as connection:
        query = select(AuditRow.who).where(AuditRow.action == "debtor.card")
        assert await connection.scalar(query) == "sup"


async def test_a_disposition_ends_the_wrap_up(desk: Desk) -> None:
    await desk.show("talking")
    body = {"code": "refused", "note": "não quis", "debtor_affirmed": True}
    path = f"/calls/{desk.call}/disposition"
    status, problem = await desk.post(path, body)
    assert (status, problem["code"]) == (409, "still_talking")
    await desk.show("wrap_up")
    status, kept = await desk.post(path, body)
    assert (status, kept["label"], kept["again"]) == (200, "Recusou-se a pagar", False)
    assert await desk.commands() == [("wrap_up_done", SEAT)]
    status, kept = await desk.post(path, body)
    assert (status, kept["again"]) == (200, True)
    status, problem = await desk.post(path, {"code": "silence"})
    assert (status, problem["code"]) == (409, "already_recorded")
    assert "Recusou-se a pagar" in problem["title"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"code": "disputes", "note": " "}, "note_missing"),
        ({"code": "promise"}, "promise_missing"),
        ({"code": "refused"}, "identity_unconfirmed"),
        ({"code": "opt_out"}, "identity_unconfirmed"),
        ({"code": "promise", "promise": {"amount": "10.00", "due_on": "2026-03-01"}},
         "promise_past"),
        ({"code": "call_back"}, "call_back_missing"),
        ({"code": "nonsense"}, "unknown_code"),
        ({"code": "call_back", "call_back": {"day": "2026-03-01", "time": "10:00"},
          "debtor_affirmed": True},
         "call_back_past"),
    ],
)  # fmt: skip
async def test_what_is_missing_is_said(desk: Desk, body: dict[str, Any], code: str) -> None:
    await desk.show("wrap_up")
    status, problem = await desk.post(f"/calls/{desk.call}/disposition", body)
    assert (status, problem["code"]) == (422, code)
    async with desk.engine.connect() as connection:
        assert await connection.scalar(select(func.count(DispositionRow.id))) == 0


async def test_a_promise_with_half_a_cent_is_a_bad_field(desk: Desk) -> None:
    await desk.show("wrap_up")
    promise = {"amount": "10.005", "due_on": "2026-04-01"}
    body = {"code": "promise", "promise": promise}
    status, problem = await desk.post(f"/calls/{desk.call}/disposition", body)
    assert (status, problem["code"]) == (422, "invalid")
    assert problem["errors"][0]["field"] == "promise.amount"


async def test_a_call_back_is_checked_booked_listed_and_cancelled(desk: Desk) -> None:
    await desk.show("wrap_up")
    sunday = {"day": "2026-03-15", "time": "10:00"}
    monday = {"day": "2026-03-16", "time": "10:30"}
    status, problem = await desk.post(f"/calls/{desk.call}/call-back-check", sunday)
    assert (status, problem["code"]) == (422, "call_back_forbidden")
    assert (problem["next_day"], problem["next_time"]) == ("2026-03-16", "08:00")
    assert "16/03 às 08:00" in problem["title"]
    status, allowed = await desk.post(f"/calls/{desk.call}/call-back-check", monday)
    assert (status, allowed["at"]) == (200, "2026-03-16T10:30:00-03:00")

    body = {"code": "call_back", "call_back": monday, "debtor_affirmed": True}
    status, _ = await desk.post(f"/calls/{desk.call}/disposition", body)
    assert status == 200
    answer = await desk.browser.get("/api/v1/desk/call-backs")
    (booked,) = (await answer.json())["call_backs"]
    assert (booked["debtor"], booked["overdue"]) == ("Devedor 0.", False)
    assert "*****" in booked["telephone"]
    path = f"/api/v1/desk/call-backs/{booked['id']}"
    assert (await desk.browser.send("DELETE", path)).status == 204
    assert (await desk.browser.send("DELETE", path)).status == 404


async def test_wishes_go_to_the_floor_when_somebody_leads_it(desk: Desk) -> None:
    await desk.show("talking")
    status, problem = await desk.post("/commands", {"do": "available"})
    assert (status, problem["code"]) == (503, "no_dialer")
    async with desk.engine.begin() as connection:
        await take(connection, "floor", "test", lease_s=60)
    assert (await desk.post("/commands", {"do": "pause", "code": "lunch"}))[0] == 204
    hang_up = {"do": "hang_up", "call": str(desk.call)}
    assert (await desk.post("/commands", hang_up))[0] == 204
    assert await desk.commands() == [("pause", SEAT), ("hang_up", SEAT)]


async def test_a_click_on_a_call_that_is_gone_is_told(desk: Desk) -> None:
    await desk.show("idle")
    status, problem = await desk.post(
        "/commands", {"do": "hang_up", "call": str(desk.call)}
    )
    assert (status, problem["code"]) == (409, "call_gone")
    assert "já foi encerrada" in problem["title"]
    assert await desk.commands() == []


async def test_what_was_not_recorded_can_be_later_and_is_listed(desk: Desk) -> None:
    await desk.show("idle")
    async with desk.engine.begin() as connection:
        late = await a_call(connection, desk.debtors[1], desk.campaign, agent=desk.agent)
    seen = await (await desk.browser.get("/api/v1/desk")).json()
    assert seen["seat"]["state"] == "idle"
    (left,) = seen["unrecorded"]
    assert (left["call"], left["talk_s"]) == (str(late), 30)
    assert (left["debtor"], left["campaign"]) == ("Devedor 1.", "Março")
    assert "*****" in left["telephone"]
    assert left["answered_at"][:10] == seen["contact_now"][:10] == "2026-03-10"
    status, _ = await desk.post(f"/calls/{late}/disposition", {"code": "silence"})
    assert status == 200
    assert await desk.commands() == []  # no wrap-up waits for it
    status, problem = await desk.post(
        f"/calls/{desk.call}/disposition", {"code": "silence"}
    )
    assert (status, problem["code"]) == (403, "not_your_call")


async def test_a_talk_counts_on_the_agent_s_word_and_the_word_is_audited(
    desk: Desk,
) -> None:
    await desk.show("wrap_up")
    body = {"code": "refused", "debtor_affirmed": True}
    assert (await desk.post(f"/calls/{desk.call}/disposition", body))[0] == 200
    async with desk.engine.connect() as connection:
        query = select(AuditRow.subject_id).where(AuditRow.action == "identity.affirmed")
        assert await connection.scalar(query) == str(desk.call)
        assert await connection.scalar(select(DispositionRow.right_party)) is True


async def test_a_confirmed_debtor_needs_nobody_s_word(desk: Desk) -> None:
    await desk.show("talking")
    await desk.hear(step="claimed")
    await desk.hear(step="answered", fact="document_start", answer="529")
    await desk.hear(step="answered", fact="birth_date", answer="12/03/1980")
    await desk.show("wrap_up")
    body = {"code": "refused", "debtor_affirmed": True}
    assert (await desk.post(f"/calls/{desk.call}/disposition", body))[0] == 200
    async with desk.engine.connect() as connection:
        query = select(func.count()).where(AuditRow.action == "identity.affirmed")
        assert await connection.scalar(query) == 0


async def test_texts_exist_for_every_reason() -> None:
    from agent_console.texts import TEXTS
    from cobranca.contacts.identity import Fact, Level
    from dialer.calls.agent import AgentState
    from dialer.calls.events import NetworkOutcome

    for section in ("identity_level", "identity_rule", "identity_say"):
        assert set(TEXTS.section(section)) == set(Level)
    for section in (
        "identity_fact",
        "identity_ask_person",
        "identity_ask_company",
        "identity_form_person",
        "identity_form_company",
    ):
        assert set(TEXTS.section(section)) == set(Fact)
    of_supervisors = {"ready", "not_ready"}
    shown = {*AgentState, *of_supervisors, "held", "with_robot", "phone_off"}
    assert set(TEXTS.section("desk_states")) == set(TEXTS.section("desk_said")) == shown
    assert set(TEXTS.section("outcome")) == {*NetworkOutcome, "open"}


async def test_every_means_is_told_with_masked_points(desk: Desk) -> None:
    await desk.show("talking")
    path = f"/api/v1/desk/calls/{desk.call}/means"
    told = (await (await desk.browser.get(path)).json())["means"]
    means = {one["means"]: one["points"] for one in told}
    assert set(means) == {"voice", "robot", "sms", "whatsapp", "email", "letter"}
    assert {one["point"] for one in means["sms"]} == {
        "+55 11 *****-0000",
        "+55 11 *****-0001",
    }
    assert all(one["allowed"] or one["why"] for points in means.values() for one in points)
    assert means["voice"][0]["why"][0]["source"]


async def test_who_may_ask_for_the_means(
    desk: Desk, client: Client, passwords: Passwords
) -> None:
    path = f"/api/v1/desk/calls/{desk.call}/means"
    await desk.show("talking", call=uuid7())
    assert (await desk.browser.get(path)).status == 403  # another call is in his hands
    for name, role, status in (("sol", Role.SUPERVISOR, 200), ("adm", Role.ADMIN, 403)):
        await a_user(desk.engine, passwords, name, role)
        await log_in(client, name)
        assert (await client.get(path)).status == status
