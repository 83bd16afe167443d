"""What a debtor may ask for besides paying, each step on the real database."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select, text, update

from cobranca.channels.queue import SECRET_COLUMN
from cobranca.channels.store import MessageRow
from cobranca.contacts.robot_told import robot_told
from cobranca.debtors.store import ContactPointRow, CreditorRow
from cobranca.payments.api_pix.connection import BankConnection
from cobranca.payments.banking_store import BillingAccountRow
from cobranca.payments.boleto.reading import read_slip
from cobranca.payments.pix.key import parse_key
from cobranca.payments.store import ChargeRow
from cobranca.people.store import AuditRow
from cobranca.portal import requests
from cobranca.portal.requests import Kind
from dialer.calls.store import AttemptRow
from dialer.campaigns.store import CampaignRow
from tests.integration.conversations.place import Place
from tests.integration.payments.at_the_bank import KEY, a_bank
from tests.unit.payments.cnab_samples import ACCOUNTS
from ura.adapters.bank_pix import BankPix
from ura.steps.case import Case


async def _an_account(place: Place) -> None:
    async with place.engine.begin() as connection:
        values = {
            "id": uuid4(), "creditor_id": await connection.scalar(select(CreditorRow.id)),
            "size": 240, "next_number": 41, "next_sequence": 1,
            "created_at": datetime.now(UTC), **asdict(ACCOUNTS["001"]),
        }  # fmt: skip
        await connection.execute(insert(BillingAccountRow), values)


async def _an_email(place: Place) -> None:
    point = {
        "id": uuid4(), "debtor_id": place.person.debtor, "kind": "email",
        "value": "pessoa@correio.example", "source": "teste", "score": 1.0,
        "status": "active", "tries": 0,
    }  # fmt: skip
    async with place.engine.begin() as connection:
        await connection.execute(insert(ContactPointRow), point)


async def test_a_second_copy_is_the_slip_that_is_good_still(place: Place) -> None:
    await _an_account(place)
    desk = await place.agreed()
    assert (await desk.run("which_copy", {}))[0] == "one"
    result, told = await desk.run("copy_by_sms", {})
    assert result == "sent"
    again, same = await desk.run("copy_by_sms", {})
    assert (again, same) == (result, told)
    (charge,) = await place.all_of(ChargeRow, means="boleto")
    assert (told["copy_amount"], told["copy_due"]) == (charge.amount, charge.due_on)
    (message,) = await place.all_of(MessageRow, template="boleto")
    assert (message.means, message.debtor_id) == ("sms", place.person.debtor)
    assert place.keys.open(message.secret_sealed, bound_to=SECRET_COLUMN) == charge.code


async def test_a_second_copy_by_email_needs_an_address_on_file(place: Place) -> None:
    await _an_account(place)
    desk = await place.agreed()
    assert await desk.run("copy_by_email", {}) == ("no_address", {})
    await _an_email(place)
    assert (await desk.run("copy_by_email", {}))[0] == "sent"
    (message,) = await place.all_of(MessageRow, template="boleto")
    assert message.means == "email"


async def test_the_line_that_is_read_out_is_that_of_the_slip(place: Place) -> None:
    await _an_account(place)
    desk = await place.agreed()
    result, told = await desk.run("copy_to_read", {})
    parts = []
    while result == "read":
        parts.append(str(told["part"]))
        result, told = await desk.run("next_part", {})
    (charge,) = await place.all_of(ChargeRow, means="boleto")
    assert [len(part) for part in parts] == [10, 11, 11, 1, 14]
    assert read_slip("".join(parts), near=desk.case.today).amount == charge.amount
    assert (await desk.run("find_code", {}))[0] == "read"  # from its beginning again


async def test_without_an_account_for_slips_a_pix_code_is_the_copy(
    place: Place, tmp_path: Path
) -> None:
    async with a_bank(tmp_path) as bank, BankConnection(bank.access) as connection:
        desk = await place.agreed(pix=BankPix(place.engine, connection, parse_key(KEY)))
        assert (await desk.run("copy_by_sms", {}))[0] == "sent"
        assert desk.case.code is not None
        told = desk.case.code.text
        result, slots = await desk.run("find_code", {})
        heard = ""
        while result == "read":
            heard += str(slots["part"])
            result, slots = await desk.run("next_part", {})
    assert heard == told
    assert heard.startswith("000201")


async def test_with_no_way_to_pay_by_code_a_link_goes(place: Place) -> None:
    desk = await place.agreed()
    assert await desk.run("copy_by_sms", {}) == ("nothing", {})
    assert await desk.run("copy_to_read", {}) == ("nothing", {})
    assert len(await place.all_of(MessageRow, template="portal_link")) == 1


async def test_the_status_is_that_of_the_agreement(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await place.identified()
    assert await desk.run("find_status", {}) == ("none", {})
    desk = await place.agreed()
    result, told = await desk.run("find_status", {})
    assert result == "on_time"
    assert Decimal(str(told["agreement_left"])) > 0
    later = desk.case.today + timedelta(days=40)
    monkeypatch.setattr(Case, "today", property(lambda case: later))
    assert (await desk.run("find_status", {}))[0] == "late"


async def test_own_data_are_asked_for_as_in_the_portal(place: Place) -> None:
    desk = await place.known()
    result, told = await desk.run("see_data", {})
    assert result == "told"
    assert int(str(told["points"])) >= 1
    kept, promised = await desk.run("delete_data", {})
    assert kept == "kept"
    assert (await desk.run("correct_data", {}))[0] == "kept"
    async with place.engine.connect() as connection:
        asked = await requests.requests(connection, place.keys, debtor=place.person.debtor)
        query = select(AuditRow.action).where(AuditRow.action.like("ura.data%"))
        audited = set(await connection.scalars(query))
    assert {one.kind for one in asked} == {Kind.DELETE, Kind.CORRECT}
    assert promised["request_protocol"] in {one.protocol for one in asked}
    assert all(str(desk.case.call) in one.told for one in asked)
    assert audited == {"ura.data.see", "ura.data.delete", "ura.data.correct"}


async def _another_creditor(place: Place) -> UUID:
    """Copy the debtor's debt to another creditor, with terms and all."""
    desk = await place.identified()
    name = uuid4()
    statements = (
        "INSERT INTO creditor (id, name) VALUES (:new, 'Banco Zebra')",
        "INSERT INTO portfolio (id, creditor_id, name) VALUES (:new, :new, 'única')",
        """
        INSERT INTO contract (id, creditor_id, portfolio_id, debtor_id, number)
        SELECT :new, :new, :new, debtor_id, 'Z-7788' FROM contract
         WHERE id = (SELECT contract_id FROM debt WHERE id = :debt)
        """,
        """
        INSERT INTO debt (id, contract_id, status, created_at)
        VALUES (:new, :new, 'open', now())
        """,
        """
        INSERT INTO instalment (id, debt_id, number, amount, due_on)
        SELECT gen_random_uuid(), :new, number, amount, due_on FROM instalment
         WHERE debt_id = :debt
        """,
    )
    async with place.engine.begin() as connection:
        for statement in statements:
            await connection.execute(
                text(statement), {"new": name, "debt": desk.case.debts[0].id}
            )
    return name


async def test_of_several_creditors_the_caller_chooses(place: Place) -> None:
    await _another_creditor(place)
    desk = await place.known()
    result, told = await desk.run("find_matter", {})
    assert result == "several"
    first, second = str(told["choices"]).split("; ")
    assert {first[:4], second[:6]} == {"um, ", "dois, "}
    assert await desk.run("pick_creditor", {"which": 3}) == ("none", {})
    which = 1 if first.endswith("Banco Zebra") else 2
    result, told = await desk.run("pick_creditor", {"which": which})
    assert (result, told["creditor"]) == ("debt", "Banco Zebra")
    assert {debt.contract for debt in desk.case.debts} == {"Z-7788"}


async def _a_campaign_of(place: Place, creditor: UUID) -> UUID:
    values = {
        "id": uuid4(), "name": "campanha", "creditor_id": creditor,
        "status": "stopped", "policy": {}, "caller_id": "", "ring_timeout_s": 30,
        "threshold_s": 2, "wrap_up_s": 30, "retries": {}, "filter": {}, "size": 0,
        "created_at": datetime.now(UTC),
    }  # fmt: skip
    async with place.engine.begin() as connection:
        await connection.execute(insert(CampaignRow), values)
    return UUID(str(values["id"]))


async def test_who_returns_a_missed_call_comes_to_its_matter(place: Place) -> None:
    """But only once he is identified: before that nothing is looked up."""
    creditor = await _another_creditor(place)
    campaign = await _a_campaign_of(place, creditor)
    now = datetime.now(UTC)
    attempt = {
        "id": uuid4(), "direction": "outbound", "campaign_id": campaign,
        "debtor_id": place.person.debtor, "number": "+5511900100999", "route": "t",
        "epoch": 1, "placed_at": now - timedelta(hours=1), "contact_day": now.date(),
        "ended_at": now, "outcome": "no_answer", "abandoned": False,
    }  # fmt: skip
    async with place.engine.begin() as connection:
        await connection.execute(insert(AttemptRow), attempt)
    desk = await place.known()
    result, told = await desk.run("find_matter", {})
    assert (result, told["creditor"]) == ("returned", "Banco Zebra")
    assert (await desk.run("find_matter", {}))[0] == "several"  # he wants something else
    async with place.engine.begin() as connection:
        await connection.execute(
            update(AttemptRow).values(placed_at=now - timedelta(days=8))
        )
    assert (await (await place.known()).run("find_matter", {}))[0] == "several"


async def test_what_is_collected_no_more_is_not_negotiated_and_not_denied(
    place: Place,
) -> None:
    zebra = await _another_creditor(place)
    shut = update(CreditorRow).values(closed_at=datetime.now(UTC))
    async with place.engine.begin() as connection:
        await connection.execute(shut.where(CreditorRow.id != zebra))
    result, told = await (await place.known()).run("find_matter", {})
    assert (result, told["creditor"]) == ("debt", "Banco Zebra")
    async with place.engine.begin() as connection:
        await connection.execute(shut)
        names = sorted(await connection.scalars(select(CreditorRow.name)))
    desk = await place.known()
    expected = {"creditor": " e ".join(names)}
    assert await desk.run("find_matter", {}) == ("closed", expected)
    assert (await desk.run("make_offers", {}))[0] == "none"
    assert (await desk.run("see_data", {}))[0] == "told"  # his rights are as they were


async def test_a_number_of_one_creditors_is_called_about_him(place: Place) -> None:
    creditor = await _another_creditor(place)
    desk = await place.known(creditor=creditor)
    result, told = await desk.run("find_matter", {})
    assert (result, told["creditor"]) == ("debt", "Banco Zebra")


async def _two_debts_of_one(place: Place) -> None:
    await _another_creditor(place)
    async with place.engine.begin() as connection:
        await connection.execute(
            text(
                "UPDATE contract SET creditor_id = (SELECT id FROM creditor"
                " WHERE name <> 'Banco Zebra') WHERE number = 'Z-7788'"
            )
        )


async def test_each_of_two_agreements_with_a_creditor_can_be_paid(place: Place) -> None:
    await _two_debts_of_one(place)
    agreed = []
    for which in (2, 1):
        desk = await place.identified()
        if len(desk.case.debts) > 1:
            await desk.run("list_debts", {})
            await desk.run("pick_debt", {"which": which})
        assert (await desk.run("take_cash", {}))[0] == "proposal"
        assert (await desk.run("close_agreement", {}))[0] == "agreed"
        agreed.append(desk.case.agreement)
    told = []
    for one in agreed:
        desk = await place.call()
        desk.case.debtor, desk.case.to_pay = place.person.debtor, one
        assert (await desk.run("begin_payment", {}))[0] == "agreement"
        told.append(desk.case.agreement)
    assert told == agreed
    assert len(set(agreed)) == 2


async def test_one_debt_of_a_creditor_can_be_taken_by_itself(place: Place) -> None:
    await _two_debts_of_one(place)
    desk = await place.identified()
    assert len(desk.case.debts) == 2
    both = desk.case.owed
    assert (await desk.run("which_copy", {}))[0] == "several"
    result, told = await desk.run("list_debts", {})
    assert result == "several"
    assert "final sete sete oito oito" in str(told["choices"])
    assert (await desk.run("pick_debt", {"which": 2}))[0] == "debt"
    assert 0 < desk.case.owed < both
    assert (await desk.run("list_debts", {}))[0] == "several"  # both can be had again


async def test_what_the_robot_offered_is_told_to_who_goes_on(place: Place) -> None:
    desk = await place.agreed()
    async with place.engine.connect() as connection:
        told = await robot_told(connection, desk.case.call)
        assert await robot_told(connection, uuid4()) is None
    assert told is not None
    (offer,) = told.offers
    assert (offer.payments, told.agreed) == (1, True)
    assert offer.total > 0


async def test_whom_we_called_is_owed_the_call_back_before_he_proves_who_he_is(
    place: Place,
) -> None:
    owed: list[tuple[UUID, str, UUID | None]] = []
    desk = await place.call(caller="", owe=lambda *told: owed.append(told))
    assert await desk.run("owe_call_back", {}) == ("nobody", {})
    desk.case.expected = place.person.debtor
    assert await desk.run("owe_call_back", {}) == ("kept", {})
    assert owed == [(desk.case.call, "", place.person.debtor)]
