"""CNAB: files as the banks want them, to the byte; answers read; what is refused."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cobranca.payments.cnab import remessa as writing
from cobranca.payments.cnab.fields import DoesNotFit, Record, WrongLayout, fields_of
from cobranca.payments.cnab.layout import BANKS, layout_of
from cobranca.payments.cnab.occurrences import occurrence_of
from cobranca.payments.cnab.remessa import Remessa
from cobranca.payments.cnab.retorno import Answer, read_retorno
from cobranca.payments.cnab.title import Title
from cobranca.payments.refusal import InvalidCnab
from sim.outside.bank import cnab_desk
from sim.outside.bank.cnab_desk import Happened, retorno, titles_of
from tests.unit.payments.cnab_samples import (
    ACCOUNTS,
    ADDRESS,
    AT,
    COMPANY,
    FIRST,
    GOLDEN,
    SECOND,
    golden_text,
    pix_record_2,
    pix_record_4,
    pix_y03,
    remessa_of,
    with_line,
)

FILES = [(bank, size) for size, banks in BANKS.items() for bank in banks]
PAID_ON = date(2026, 12, 14)
# bank, positions, its line as written, where it goes
PIX_OF_BANKS = [
    ("033", 240, pix_y03, 4),
    ("033", 400, pix_record_2, 2),
    ("237", 400, pix_record_4, 2),
]


def _answered(bank: str, size: int) -> bytes:
    """The bank's retorno: the first title paid late, the second refused."""
    titles = list(titles_of(golden_text(bank, size).encode(), bank=bank, size=size))
    return retorno(
        [
            Happened(
                title=titles[0], occurrence="06", on=PAID_ON, paid=126089, interest=2633
            ),
            Happened(title=titles[1], occurrence="03", on=date(2026, 11, 21), motives="08"),
        ],
        bank=bank,
        size=size,
        sequence=3,
        at=AT,
    )


@pytest.mark.parametrize(("bank", "size"), FILES)
def test_remessa_is_the_golden_file(bank: str, size: int) -> None:
    assert (
        golden_text(bank, size).encode("ascii")
        == (GOLDEN / f"{bank}_{size}.rem").read_bytes()
    )


@pytest.mark.parametrize(("bank", "size"), FILES)
def test_every_line_has_its_length_and_the_bank_reads_what_was_meant(
    bank: str, size: int
) -> None:
    text = golden_text(bank, size)
    assert {len(line) for line in text.splitlines()} == {size}
    first, second = titles_of(text.encode(), bank=bank, size=size)
    assert (first["amount"], first["due_on"]) == (123456, FIRST.due_on)
    assert first["interest"] == 41
    assert second["payer_document"].endswith("12ABC34501DE35")
    assert (second["discount"], second["discount_until"]) == (500, SECOND.discount_until)


@pytest.mark.parametrize(("bank", "size"), FILES)
def test_retorno_tells_what_became_of_each_title(bank: str, size: int) -> None:
    told = read_retorno(_answered(bank, size), bank=bank)
    paid, refused = told.answers
    assert (told.size, told.illegible, told.generated_on) == (size, (), AT.date())
    assert (paid.occurrence.kind, paid.paid, paid.interest) == (
        "paid",
        Decimal("1260.89"),
        Decimal("26.33"),
    )
    assert (paid.amount, paid.due_on, paid.credited_on) == (
        FIRST.amount,
        FIRST.due_on,
        PAID_ON,
    )
    assert refused.occurrence.kind == "rejected"
    assert refused.motives
    ours = (None, None) if bank == "104" else (FIRST.charge_id, SECOND.charge_id)
    assert (paid.charge_id, refused.charge_id) == ours
    assert str(FIRST.number) in paid.nosso_numero


def test_a_file_of_another_bank_is_refused() -> None:
    with pytest.raises(InvalidCnab, match="é do banco 341, não do 237"):
        read_retorno(_answered("341", 400), bank="237")


@pytest.mark.parametrize(("bank", "size"), [("001", 240), ("237", 400)])
def test_a_cut_file_is_refused_whole(bank: str, size: int) -> None:
    lines = _answered(bank, size).split(b"\r\n")
    for kept in (lines[:-2], lines[:2] + lines[3:], lines[:1]):
        with pytest.raises(InvalidCnab) as refused:
            read_retorno(b"\r\n".join(kept), bank=bank)
        assert refused.value.code == "cnab_cut"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "cnab_empty"),
        (b"\x1a", "cnab_empty"),
        (b"Nome;CPF\r\n", "cnab_size"),
        (golden_text("341", 400).encode(), "cnab_not_retorno"),
    ],
)
def test_what_is_no_retorno_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(InvalidCnab) as refused:
        read_retorno(content, bank="341")
    assert refused.value.code == code


def test_an_illegible_line_is_reported_and_the_others_are_read() -> None:
    lines = _answered("237", 400).split(b"\r\n")
    lines[1] = lines[1][:153] + b"ABC" + lines[1][156:]
    told = read_retorno(b"\r\n".join(lines), bank="237")
    assert [line.line for line in told.illegible] == [2]
    assert told.illegible[0].code == "cnab_illegible"
    assert len(told.answers) == 1


def test_a_paid_title_without_a_day_is_reported_and_the_others_are_read() -> None:
    content, layout = _answered("341", 400), layout_of("341", 400, "retorno")
    lines = content.decode().split("\r\n")
    detail = layout.records["detail"]
    told = detail.read(lines[1]) | {"occurred_on": None, "credited_on": None}
    lines[1] = detail.written(told)
    read = read_retorno("\r\n".join(lines).encode(), bank="341")
    assert [(one.line, one.code) for one in read.illegible] == [(2, "cnab_no_date")]
    assert len(read.answers) == 1


def test_a_title_without_its_second_segment_is_reported() -> None:
    lines = _answered("001", 240).split(b"\r\n")
    lines[3] = lines[3][:13] + b"Y" + lines[3][14:]
    told = read_retorno(b"\r\n".join(lines), bank="001")
    assert [line.code for line in told.illegible] == [
        "cnab_half_title",
        "cnab_unknown_line",
    ]
    assert len(told.answers) == 1


@pytest.mark.parametrize(
    ("bank", "size", "written", "at"),
    PIX_OF_BANKS,
)
def test_a_pix_that_the_bank_made_for_a_slip_is_read(
    bank: str, size: int, written: Callable[[Answer], str], at: int
) -> None:
    content, layout = _answered(bank, size), layout_of(bank, size, "retorno")
    (first, second) = read_retorno(content, bank=bank).answers
    line = written(first)
    assert len(line) == size
    told = read_retorno(with_line(content, layout, line, at), bank=bank)
    assert (told.illegible, told.answers[0]) == ((), replace(first, pix=ADDRESS))
    assert told.answers[1].pix == ""
    early = read_retorno(with_line(content, layout, line, at - 1), bank=bank)
    assert early.illegible != ()
    assert second.nosso_numero in [one.nosso_numero for one in early.answers]


@pytest.mark.parametrize(
    ("bank", "size", "written", "at"),
    PIX_OF_BANKS,
)
@pytest.mark.parametrize("wrong", ["loja@example.com", "", "qr example.com/1", "x" * 69])
def test_a_pix_that_no_code_can_hold_is_told_by_its_line_and_the_slip_read(
    bank: str, size: int, written: Callable[..., str], at: int, wrong: str
) -> None:
    content, layout = _answered(bank, size), layout_of(bank, size, "retorno")
    plain = read_retorno(content, bank=bank).answers
    line = written(plain[0], wrong)
    told = read_retorno(with_line(content, layout, line, at), bank=bank)
    assert [(one.line, one.code) for one in told.illegible] == [(at + 1, "pix_url")]
    assert told.answers == (plain[0], replace(plain[1], line=plain[1].line + 1))


def test_a_retorno_of_santander_with_a_pix_is_the_golden_file() -> None:
    content = (GOLDEN / "033_400_pix.ret").read_bytes()
    layout = layout_of("033", 400, "retorno")
    first, second = read_retorno(_answered("033", 400), bank="033").answers
    made = with_line(_answered("033", 400), layout, pix_record_2(first), 2)
    assert made + b"\r\n" == content
    told = read_retorno(content, bank="033")
    assert (told.illegible, [one.pix for one in told.answers]) == ((), [ADDRESS, ""])
    assert told.answers[1] == replace(second, line=second.line + 1)


@pytest.mark.parametrize(("bank", "record"), [("001", "5"), ("341", "3")])
def test_a_banks_pix_of_which_no_layout_is_known_is_told_and_the_slips_are_read(
    bank: str, record: str
) -> None:
    content, layout = _answered(bank, 400), layout_of(bank, 400, "retorno")
    plain = read_retorno(content, bank=bank).answers
    line = f"{record}{ADDRESS:393}000003"
    told = read_retorno(with_line(content, layout, line, 2), bank=bank)
    assert [(one.line, one.code) for one in told.illegible] == [(3, "cnab_unknown_line")]
    assert [(one.nosso_numero, one.paid, one.pix) for one in told.answers] == [
        (one.nosso_numero, one.paid, "") for one in plain
    ]


def test_a_pix_of_another_slip_is_not_taken_for_this_one() -> None:
    content, layout = _answered("237", 400), layout_of("237", 400, "retorno")
    _, second = read_retorno(content, bank="237").answers
    told = read_retorno(with_line(content, layout, pix_record_4(second), 2), bank="237")
    assert [one.pix for one in told.answers] == ["", ""]
    assert [one.code for one in told.illegible] == ["cnab_unknown_line"]


@pytest.mark.parametrize("unix", [True, False])
def test_line_ends_and_lost_blanks_at_the_end_do_not_matter(unix: bool) -> None:
    content = _answered("341", 400)
    changed = content.replace(b"\r\n", b"\n") if unix else content.rstrip() + b"\x1a"
    assert read_retorno(changed, bank="341") == read_retorno(content, bank="341")


@pytest.mark.parametrize(
    ("title", "code"),
    [
        (replace(FIRST, amount=Decimal(0)), "title_amount"),
        (replace(FIRST, amount=Decimal(-5)), "title_amount"),
        (replace(FIRST, amount=Decimal("1.005")), "amount_fraction"),
        (replace(FIRST, number=0), "nosso_numero_range"),
        (replace(FIRST, number=10**12), "nosso_numero_range"),
        (replace(FIRST, due_on=date(2026, 11, 1)), "title_due"),
        (replace(FIRST, discount=Decimal(1)), "title_discount"),
        (replace(FIRST, payer=replace(FIRST.payer, cep="123")), "title_payer"),
        (replace(FIRST, payer=replace(FIRST.payer, street=" ")), "title_payer"),
        (replace(FIRST, amount=Decimal("123456789012.00")), "cnab_does_not_fit"),
    ],
)
def test_a_title_that_the_bank_could_not_take_is_left_out_and_told(
    title: Title, code: str
) -> None:
    remessa = remessa_of("341", 400)
    lines = list(remessa.lines([title, SECOND]))
    assert [(each.number, each.code) for each in remessa.rejected] == [(title.number, code)]
    assert len(lines) == 3  # header, the good title, trailer: nothing of the other
    assert (remessa.written, remessa.total_cents) == (1, 9990)
    assert lines[-1].endswith("000003")


def test_an_account_without_its_data_makes_no_file_at_all() -> None:
    account = replace(ACCOUNTS["001"], beneficiary="")
    layout = layout_of("001", 240, "remessa")
    with pytest.raises(ValueError, match="convênio"):
        Remessa(layout, account, COMPANY, sequence=1, at=AT)


def test_titles_flow_through_without_being_kept() -> None:
    def many() -> Iterator[Title]:
        for number in range(1, 3001):
            yield replace(FIRST, number=number)

    remessa = remessa_of("237", 400)
    tracemalloc.start()
    for _ in remessa.lines(many()):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert remessa.written == 3000
    assert peak < 400_000  # a third of what the lines alone would take


def test_more_titles_than_a_batch_holds_make_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writing, "MOST_IN_BATCH", 7)  # two titles of three records each
    monkeypatch.setattr(cnab_desk, "MOST_IN_BATCH", 5)
    titles = [replace(FIRST, number=number) for number in range(1, 6)]
    remessa = remessa_of("001", 240)
    lines = list(remessa.lines(titles))
    kinds = "".join(line[7] for line in lines)
    assert kinds == "0" + "13333335" * 2 + "13335" + "9"
    assert [line[3:7] for line in lines if line[7] == "5"] == ["0001", "0002", "0003"]
    assert [line[17:23] for line in lines if line[7] == "5"] == [
        "000008",
        "000008",
        "000005",
    ]
    assert lines[-1][17:29] == f"000003{len(lines):06d}"
    assert [line[8:13] for line in lines if line[7] == "3"][6:8] == ["00001", "00002"]
    content = "".join(f"{line}\r\n" for line in lines).encode()
    happened = [
        Happened(title=title, occurrence="06", on=PAID_ON, paid=title["amount"])
        for title in titles_of(content, bank="001", size=240)
    ]
    back = retorno(happened, bank="001", size=240, sequence=1, at=AT)
    told = read_retorno(back, bank="001")
    assert (len(told.answers), told.illegible) == (5, ())


@pytest.mark.parametrize(
    "table",
    [
        "1 3 = 001\n5 9 0",
        "1 3 = 001\n3 9 0",
        "1 3 = 001\n4 8 0",
        "1 2 = 001\n3 9 0",
        "1 9 n",
    ],
)
def test_a_layout_table_must_cover_its_record_exactly(table: str) -> None:
    with pytest.raises(WrongLayout):
        fields_of(table, 9, name="sample")


def test_a_value_that_does_not_fit_is_refused_never_cut() -> None:
    record = Record(fields_of("1 4 n number\n5 9 $ amount", 9, name="sample"))
    assert record.written({"number": 7, "amount": 1234}) == "000701234"
    for number, amount in ((12345, 1), (1, 100000), (1, -1), ("1-2", 1)):
        with pytest.raises(DoesNotFit):
            record.written({"number": number, "amount": amount})


def test_a_banks_own_meaning_goes_before_the_common_one() -> None:
    assert occurrence_of("341", 400, "15").kind == "rejected"
    assert occurrence_of("237", 400, "15").kind == "paid"
    unknown = occurrence_of("001", 240, "99")
    assert (unknown.kind, unknown.known) == ("told", False)


@settings(max_examples=25)
@given(
    st.lists(
        st.builds(
            Title,
            charge_id=st.just(UUID("019ab000-0000-7000-8000-0000000000ac")),
            number=st.integers(1, 9_999_999),
            due_on=st.dates(date(2026, 12, 1), date(2040, 12, 31)),
            issued_on=st.just(date(2026, 11, 20)),
            amount=st.decimals("0.01", "9999999.99", places=2),
            payer=st.just(FIRST.payer),
            interest_per_day=st.decimals("0", "99.99", places=2),
            fine_percent=st.decimals("0", "2", places=2),
        ),
        max_size=4,
    ),
    st.sampled_from(FILES),
)
def test_no_cent_is_lost_on_the_way_to_the_bank_and_back(
    titles: list[Title], file: tuple[str, int]
) -> None:
    bank, size = file
    remessa = remessa_of(bank, size)
    content = "".join(f"{line}\r\n" for line in remessa.lines(titles)).encode()
    got = list(titles_of(content, bank=bank, size=size))
    assert [title["amount"] for title in got] == [int(t.amount * 100) for t in titles]
    happened = [
        Happened(title=t, occurrence="06", on=PAID_ON, paid=t["amount"]) for t in got
    ]
    back = read_retorno(
        retorno(happened, bank=bank, size=size, sequence=1, at=AT), bank=bank
    )
    assert [answer.paid for answer in back.answers] == [title.amount for title in titles]
    assert all(isinstance(answer, Answer) for answer in back.answers)
