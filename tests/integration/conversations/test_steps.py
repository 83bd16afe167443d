"""The steps of a conversation on the real database, each with what it may answer."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from cobranca.channels.message import State
from cobranca.channels.queue import SECRET_COLUMN
from cobranca.channels.store import MessageRow
from cobranca.compliance.store import SuppressionRow
from cobranca.contacts.store import IdentityStepRow
from cobranca.contacts.wishes import CallBackWishRow
from cobranca.debtors.store import ContactPointRow
from cobranca.inbound.opening_hours import Hours, OpeningHours
from cobranca.payments.api_pix.connection import BankConnection
from cobranca.payments.pix.key import parse_key
from cobranca.portal.store import PortalRequestRow
from foundation.clock import SAO_PAULO
from tests.integration.conversations.place import Place
from tests.integration.payments.at_the_bank import KEY, a_bank
from ura.adapters.bank_pix import BankPix
from ura.ports import StepFailed
from ura.steps import identity

DAY = Hours(0, 24 * 60)
ALWAYS = OpeningHours(weekday=DAY, saturday=DAY, sunday=DAY, holiday=DAY)


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


async def test_a_call_back_is_wished_for_where_the_centre_is_open(place: Place) -> None:
    desk = await place.identified()
    today = datetime.now(SAO_PAULO).date()
    days = [today + timedelta(days=n) for n in range(1, 15)]
    sunday = next(day for day in days if day.weekday() == 6)
    ten = {"call_back_time": time(10)}
    results = {
        (await desk.run("book_call_back", {"call_back_day": day, **ten}))[0] for day in days
    }
    assert results == {"booked", "closed"}
    told = {"call_back_day": sunday, **ten}
    assert await desk.run("book_call_back", told) == ("closed", {})
    night = {"call_back_day": days[0], "call_back_time": time(23)}
    assert await desk.run("book_call_back", night) == ("closed", {})
    (wished,) = await place.all_of(CallBackWishRow)  # what was asked last
    assert (wished.debtor_id, wished.why) == (place.person.debtor, "chosen")
    assert wished.due_at > datetime.now(UTC)


async def test_who_says_a_day_and_no_hour_is_called_when_the_centre_opens(
    place: Place,
) -> None:
    desk = await place.identified()
    today = datetime.now(SAO_PAULO).date()
    days = [today + timedelta(days=n) for n in range(1, 8)]
    chosen = {day: await desk.run("choose_hour", {"call_back_day": day}) for day in days}
    sunday = next(day for day in days if day.weekday() == 6)
    assert chosen.pop(sunday) == ("closed", {})
    opens = ("chosen", {"call_back_time": time(8)})
    day = next(day for day, result in chosen.items() if result == opens)
    told = {"call_back_day": day, "call_back_time": time(8)}
    assert await desk.run("book_call_back", told) == ("booked", {})


async def test_a_place_in_the_queue_is_kept_for_a_debtors_telephone(place: Place) -> None:
    (point, *_) = await place.all_of(
        ContactPointRow, debtor_id=place.person.debtor, kind="phone"
    )
    known = await place.call(caller=point.value, opening=ALWAYS)
    assert await known.run("keep_place", {}) == ("kept", {})
    (wished,) = await place.all_of(CallBackWishRow)
    assert (wished.why, wished.due_at) == ("queue", None)
    stranger = await place.call(opening=ALWAYS)
    assert await stranger.run("keep_place", {}) == ("unknown", {})
    closed = OpeningHours(weekday=None, saturday=None)
    assert await (await place.call(opening=closed)).run("keep_place", {}) == ("closed", {})


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
