"""An account's statement, as banks export it: credits, whose they are, what is apart."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from cobranca.payments.statement import InvalidStatement, read_statement
from foundation.brasil.document import parse_document
from sim.outside.bank.transfers import AccountBook, Entry

ON = date(2026, 11, 20)
PAYER = parse_document("529.982.247-25")
COMPANY = parse_document("12.ABC.345/01DE-35")


def _book() -> AccountBook:
    book = AccountBook()
    book.transfer(Decimal("150.25"), ON, PAYER, "João")
    book.transfer(Decimal("99.00"), ON, COMPANY)
    book.transfer(Decimal("10.00"), ON, None)
    return book


def test_credits_are_told_with_their_payers_and_the_other_means_are_set_apart() -> None:
    book = _book()
    book.entries.append(Entry(ON, Decimal("-30.00"), "TARIFA"))
    told = read_statement(book.statement(ON, [Entry(ON, Decimal("5.00"), "PIX RECEBIDO")]))
    assert [(one.amount, one.document) for one in told.credits] == [
        (Decimal("150.25"), PAYER.text),
        (Decimal("99.00"), COMPANY.text),
        (Decimal("10.00"), None),
    ]
    assert (told.others, told.illegible) == (1, ())
    assert len({one.reference for one in told.credits}) == 3


def test_the_same_entry_has_the_same_name_in_a_later_statement() -> None:
    book = _book()
    before = read_statement(book.statement(ON)).credits
    book.transfer(Decimal("150.25"), ON, PAYER)
    after = read_statement(book.statement(date(2026, 11, 21))).credits
    assert after[:3] == before
    assert after[3].reference not in {one.reference for one in before}


def test_closed_tags_and_other_encodings_are_read_too() -> None:
    whole = """<?xml version="1.0"?><OFX><BANKACCTFROM><BANKID>341</BANKID>
    <ACCTID>1-2</ACCTID></BANKACCTFROM><BANKTRANLIST><STMTTRN><TRNTYPE>CREDIT</TRNTYPE>
    <DTPOSTED>20261120</DTPOSTED><TRNAMT>1234,50</TRNAMT><FITID>a1</FITID>
    <MEMO>TRANSFERÊNCIA 52998224725 &amp; CIA</MEMO></STMTTRN></BANKTRANLIST></OFX>"""
    for encoding in ("utf-8", "cp1252"):
        (one,) = read_statement(whole.encode(encoding)).credits
        assert (one.amount, one.on, one.document) == (Decimal("1234.50"), ON, PAYER.text)


def test_two_documents_in_one_text_are_nobody_s() -> None:
    book = AccountBook()
    book.transfer(Decimal("1.00"), ON, PAYER, "PARA 11.222.333/0001-81")
    (one,) = read_statement(book.statement(ON)).credits
    assert one.document is None


def test_entries_that_cannot_be_read_are_told_by_number() -> None:
    content = _book().statement(ON).replace(b"99.00", b"9x.00").replace(b"10.00", b"1.005")
    told = read_statement(content)
    assert (len(told.credits), told.illegible) == (1, (2, 3))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "statement_form"),
        (b"a;b;c\n1;2;3\n", "statement_form"),
        (_book().statement(ON)[:-20], "statement_cut"),
        (b"<OFX></OFX>", "statement_account"),
    ],
)
def test_what_is_no_statement_is_refused_whole(content: bytes, code: str) -> None:
    with pytest.raises(InvalidStatement) as refused:
        read_statement(content)
    assert refused.value.code == code
