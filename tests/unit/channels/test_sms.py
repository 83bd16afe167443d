"""Letters of an SMS, and what carriers tell of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranca.channels.message import Happened
from cobranca.channels.sms.letters import folded, is_basic, parts
from cobranca.channels.sms.reports import (
    ReportIn,
    is_signed,
    of_post,
    of_receipt,
    signature,
)
from sim.outside.sms import pdu

AT = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)
RECEIPT = (
    "id:{id} sub:001 dlvrd:001 submit date:2603101000 done date:2603101000 "
    "stat:{stat} err:{err} text:oi"
)


@given(st.text(alphabet="abcçãõáéíóúâêôàü –“”…ºª123R$", max_size=200))
def test_portuguese_always_folds_to_the_basic_alphabet(text: str) -> None:
    assert is_basic(folded(text))
    assert parts(folded(text)) <= parts(text) + 1  # an ellipsis becomes three points


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 1), ("a" * 160, 1), ("a" * 306, 2), ("a" * 307, 3), ("€" * 80, 1), ("€" * 81, 2),
     ("á" * 70, 1), ("á" * 134, 2), ("🙂" * 35, 1), ("🙂" * 36, 2)],
)  # fmt: skip
def test_parts_are_counted_as_the_network_cuts_them(text: str, count: int) -> None:
    assert parts(text) == count


@pytest.mark.parametrize(
    ("stat", "err", "happened", "code"),
    [
        ("DELIVRD", "000", Happened.DELIVERED, ""),
        ("UNDELIV", "027", Happened.FAILED, "not_delivered"),
        ("UNDELIV", "001", Happened.FAILED, "no_such_number"),
        ("EXPIRED", "000", Happened.FAILED, "expired"),
    ],
)
def test_a_receipt_is_read(stat: str, err: str, happened: Happened, code: str) -> None:
    report = of_receipt(RECEIPT.format(id="S1", stat=stat, err=err), AT)
    assert report is not None
    assert (report.provider_id, report.happened, report.code) == ("S1", happened, code)


@pytest.mark.parametrize(
    "text", ["", "oi", RECEIPT.format(id="S", stat="ENROUTE", err="0")]
)
def test_what_is_not_final_tells_nothing(text: str) -> None:
    assert of_receipt(text, AT) is None
    assert of_post(ReportIn(id="S", status="ACCEPTD", at=AT)) is None


def test_only_who_knows_the_secret_signs() -> None:
    assert is_signed(b"k", b"{}", signature(b"k", b"{}"))
    for given_ in ("", "é", signature(b"other", b"{}"), signature(b"k", b"{ }")):
        assert not is_signed(b"k", b"{}", given_)


@given(st.binary(max_size=60))
def test_bytes_that_are_no_pdu_are_refused_and_nothing_else(content: bytes) -> None:
    try:
        read = pdu.submitted(content)
    except pdu.BadPdu:
        return
    assert 1 <= read.part <= read.total
