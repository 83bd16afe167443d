"""The steps of a conversation on the real database, each with what it may answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.channels.message import State
from cobranca.channels.queue import SECRET_COLUMN
from cobranca.channels.store import MessageRow
from cobranca.compliance.store import SuppressionRow
from cobranca.contacts import robot_calls
from cobranca.contacts.robot_calls import Arrived
from cobranca.contacts.store import IdentityStepRow
from cobranca.debtors.store import ContactPointRow
from cobranca.inbound.opening_hours import OpeningHours
from cobranca.payments.api_pix.connection import BankConnection
from cobranca.payments.pix.key import parse_key
from cobranca.portal.store import PortalRequestRow
from foundation.clock import SAO_PAULO, SystemClock
from foundation.crypto import Keys
from foundation.home import Home
from foundation.settings import ProcessSettings
from tests.integration.conversations.persons import Person, persons
from tests.integration.payments.at_the_bank import KEY, a_bank
from ura.adapters.bank_pix import BankPix
from ura.ports import StepFailed
from ura.steps import identity
from ura.steps.case import Case, Means
from ura.steps.desk import Desk

STRANGER = "+5511900100999"


class Place:
    """A centre with a debtor; calls are made by hand."""

    def __init__(self, engine: AsyncEngine, keys: Keys, person: Person) -> None:
        self.engine, self.keys, self.person = engine, keys, person

    async def call(self, *, caller: str = STRANGER, **means: Any) -> Desk:
        """A call that has begun."""
        given = Means(
            engine=self.engine,
            keys=self.keys,
            contact_clock=SystemClock,
            opening=OpeningHours(),
            **means,
        )
        now = datetime.now(UTC)
        case = Case(means=given, call=uuid4(), caller=caller, begun=now)
        arrived = Arrived(
            call=case.call, channel="1.1", flow="receptive", caller=caller, called="1",
            at=now,
        )  # fmt: skip
        async with self.engine.begin() as connection:
            await robot_calls.begin(connection, arrived)
        return Desk(case)

    async def identified(self, **means: Any) -> Desk:
        """A call in which the debtor proved who he is, and what is owed was found."""
        desk = await self.call(**means)
        slots = {"cpf": self.person.cpf, "birth": self.person.birth}
        result, told = await desk.run("identify", slots)
        assert (result, told) == ("confirmed", {"name": self.person.name})
        result, told = await desk.run("find_matter", {})
        assert result == "debt"
        assert told["owed"] == desk.case.owed > 0
        return desk

    async def agreed(self, **means: Any) -> Desk:
        desk = await self.identified(**means)
        assert (await desk.run("take_cash", {}))[0] == "proposal"
        assert (await desk.run("close_agreement", {}))[0] == "agreed"
        return desk

    async def all_of(self, row: Any, **wanted: Any) -> list[Any]:
        query = select(row.__table__).filter_by(**wanted)
        async with self.engine.connect() as connection:
            return list(await connection.execute(query))


@pytest_asyncio.fixture
async def place(engine: AsyncEngine, settings: ProcessSettings) -> AsyncIterator[Place]:
    (person,) = await persons(engine, settings, 1)
    yield Place(engine, Keys.of(Home(settings.home)), person)


async def test_a_pix_code_goes_to_the_telephone_on_file(
    place: Place, tmp_path: Path
) -> None:
    async with a_bank(tmp_path) as bank, BankConnection(bank.access) as connection:
        pix = BankPix(place.engine, connection, parse_key(KEY))
        desk = await place.agreed(pix=pix)
        assert await desk.run("send_payment", {}) == ("sent", {})
    (message,) = await place.all_of(MessageRow, template="pix")
    assert (message.debtor_id, message.means) == (place.person.debtor, "sms")
    assert (message.state, message.asked_for) == (State.QUEUED, True)
    code = place.keys.open(message.secret_sealed, bound_to=SECRET_COLUMN)
    assert code.startswith("000201")
    assert "br.gov.bcb.pix" in code


async def test_with_the_bank_away_a_link_goes_instead(place: Place, tmp_path: Path) -> None:
    async with a_bank(tmp_path) as bank:
        access = bank.access
    async with BankConnection(access) as connection:
        pix = BankPix(place.engine, connection, parse_key(KEY))
        desk = await place.agreed(pix=pix)
        assert await desk.run("send_payment", {}) == ("later", {})
    assert not await place.all_of(MessageRow, template="pix")
    assert len(await place.all_of(MessageRow, template="portal_link")) == 1
    assert desk.case.agreement is not None  # it stands all the same


async def test_a_debt_that_changed_meanwhile_is_offered_anew(place: Place) -> None:
    desk = await place.identified()
    assert (await desk.run("take_cash", {}))[0] == "proposal"
    async with place.engine.begin() as connection:
        await connection.execute(text("UPDATE instalment SET amount = amount + 100"))
    assert await desk.run("close_agreement", {}) == ("changed", {})
    assert (await desk.run("make_offers", {}))[0] in ("cash", "both")


async def test_another_call_that_agreed_first_leaves_nothing_to_agree(
    place: Place,
) -> None:
    first, second = await place.identified(), await place.identified()
    for desk in (first, second):
        assert (await desk.run("take_cash", {}))[0] == "proposal"
    assert await first.run("close_agreement", {}) == ("agreed", {})
    assert await second.run("close_agreement", {}) == ("refused", {})
    assert (await second.run("find_matter", {}))[0] == "agreement"


async def test_a_wish_beyond_the_policy_is_answered_with_what_comes_nearest(
    place: Place,
) -> None:
    desk = await place.identified()
    result, told = await desk.run("fit_count", {"count": 90, "day": 10})
    assert result in ("nearest", "none")
    assert (result == "none") == (told == {})


async def test_a_stranger_finds_out_nothing_by_trying(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A CPF on file and one that is not are answered alike; tries add up over calls."""
    wrong = {"birth": place.person.birth - timedelta(days=1)}
    for cpf in (place.person.cpf, "52998224725"):
        desk = await place.call()
        answers = [await desk.run("identify", {**wrong, "cpf": cpf}) for _ in range(2)]
        assert answers == [("wrong", {}), ("failed", {})]
    monkeypatch.setattr(identity, "MOST_WRONG", 2)
    desk = await place.call()
    right = {"cpf": place.person.cpf, "birth": place.person.birth}
    assert await desk.run("identify", right) == ("failed", {})
    assert desk.case.debtor is None
    assert not await place.all_of(IdentityStepRow, attempt_id=desk.case.call)


async def test_a_wrong_number_is_not_called_again(place: Place) -> None:
    (point, *_) = await place.all_of(
        ContactPointRow, debtor_id=place.person.debtor, kind="phone"
    )
    desk = await place.call(caller=point.value)
    assert await desk.run("keep_wrong_number", {}) == ("kept", {})
    lines = await place.all_of(SuppressionRow, number=point.value)
    assert {(x.reason, x.debtor_id) for x in lines} == {
        ("wrong_party", place.person.debtor), ("number_opt_out", None),
    }  # fmt: skip
    (after,) = await place.all_of(ContactPointRow, id=point.id)
    assert after.status == "wrong_party"


async def test_without_a_number_or_an_identity_there_is_nobody_to_leave_alone(
    place: Place,
) -> None:
    desk = await place.call(caller="")
    assert await desk.run("keep_opt_out", {}) == ("unknown", {})
    assert not await place.all_of(SuppressionRow)


async def test_a_dispute_stops_collection_and_reaches_the_rights_desk(
    place: Place,
) -> None:
    desk = await place.identified()
    assert await desk.run("keep_dispute", {}) == ("kept", {})
    (line,) = await place.all_of(SuppressionRow, reason="dispute")
    assert (line.origin, line.debt_id) == ("ura", desk.case.debts[0].id)
    (asked,) = await place.all_of(PortalRequestRow, kind="dispute")
    assert asked.debtor_id == place.person.debtor


async def test_a_call_back_is_booked_where_the_centre_is_open(place: Place) -> None:
    desk = await place.identified()
    today = datetime.now(SAO_PAULO).date()
    days = [today + timedelta(days=n) for n in range(1, 15)]
    sunday = next(day for day in days if day.weekday() == 6)
    results = {(await desk.run("book_morning", {"call_back_day": day}))[0] for day in days}
    assert results == {"booked", "closed"}
    assert await desk.run("book_morning", {"call_back_day": sunday}) == ("closed", {})
    assert (await place.all_of(PortalRequestRow, kind="call_back"))[0].told_sealed


async def test_who_says_he_paid_is_not_collected_from_meanwhile(place: Place) -> None:
    desk = await place.identified()
    assert await desk.run("find_payment", {}) == ("not_yet", {})
    (line,) = await place.all_of(SuppressionRow, reason="payment_confirming")
    assert (line.debtor_id, line.origin) == (place.person.debtor, "ura")


async def test_a_link_waits_until_it_is_known_whom_it_goes_to(place: Place) -> None:
    desk = await place.call()
    assert await desk.run("send_link", {}) == ("unknown", {})
    assert not await place.all_of(MessageRow, template="portal_link")
    slots = {"cpf": place.person.cpf, "birth": place.person.birth}
    assert (await desk.run("identify", slots))[0] == "confirmed"
    (link,) = await place.all_of(MessageRow, template="portal_link")
    assert (link.debtor_id, link.asked_for) == (place.person.debtor, True)
    assert await desk.run("send_link", {}) == ("sent", {})
    assert len(await place.all_of(MessageRow, template="portal_link")) == 1


async def test_a_promise_too_far_away_is_none(place: Place) -> None:
    desk = await place.identified()
    far = {"promised_for": desk.case.today + timedelta(days=31)}
    assert await desk.run("keep_promise", far) == ("too_far", {})
    near = {"promised_for": desk.case.today + timedelta(days=30)}
    assert await desk.run("keep_promise", near) == ("kept", {})
    assert await desk.run("keep_promise", near) == ("kept", {})  # the last one counts


async def test_without_a_database_a_step_fails_and_nothing_is_half_done(
    place: Place,
) -> None:
    desk = await place.identified()
    assert (await desk.run("take_cash", {}))[0] == "proposal"
    async with place.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE message RENAME TO gone"))
    with pytest.raises(StepFailed):
        await desk.run("close_agreement", {})
    async with place.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE gone RENAME TO message"))
    assert (await desk.run("find_matter", {}))[0] == "debt"  # no agreement binds it
