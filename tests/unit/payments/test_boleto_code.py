"""Bar codes and typed lines: published vectors of five banks, the factor's turn, refusals.

The vectors are the examples in the manuals of Itaú (CNAB 400, July 2021, annex 2) and of
Caixa (especificação do boleto, 2020), and those of kivanio/brcobranca's tests, an
implementation of its own in another language.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranca.payments.boleto.account import BillingAccount
from cobranca.payments.boleto.banks import rules_of
from cobranca.payments.boleto.bar_code import (
    Slip,
    bar_code,
    code_of_line,
    formatted_linha,
    linha_digitavel,
    slip_of,
)
from cobranca.payments.boleto.check_digits import digit_or_zero, general_digit, modulo_10
from cobranca.payments.boleto.due_factor import date_of, factor_of
from cobranca.payments.boleto.reading import read_slip
from cobranca.payments.boleto.utility import UtilitySlip, read_utility, utility_line
from cobranca.payments.refusal import InvalidBoleto, PaymentRefused

ITAU = BillingAccount(bank="341", branch="0810", account="53678", carteira="175")
BRADESCO = BillingAccount(bank="237", branch="1172", account="0403005", carteira="06")
SANTANDER = BillingAccount(
    bank="033", branch="59", account="", carteira="102", beneficiary="1899775"
)
CAIXA = BillingAccount(
    bank="104", branch="1825", account="", carteira="14", beneficiary="245274"
)


def _bb(convenio: str) -> BillingAccount:
    return BillingAccount(
        bank="001", branch="4042", account="61900", carteira="18", beneficiary=convenio
    )


def _itau(carteira: str, branch: str = "0810", account: str = "53678") -> BillingAccount:
    return BillingAccount(bank="341", branch=branch, account=account, carteira=carteira)


VECTORS = [  # account, number, due on, amount, line as printed; two of banks' manuals first
    (_itau("110", "0057", "12345"), 12345678, date(2002, 5, 1), "123.45",
     "34191.10121 34567.880058 71234.570001 6 16670000012345"),
    (BillingAccount(bank="104", branch="1", account="", carteira="14", beneficiary="5507"),
     222333777777777, date(2006, 8, 23), "321.12",
     "10490.05505 77222.133348 77777.777713 4 32420000032112"),
    (_bb("1238798"), 7777700168, date(2008, 2, 3), "135.00",
     "00190.00009 01238.798779 77700.168188 3 37710000013500"),
    (_bb("1238798"), 7777700168, date(2008, 2, 3), "723.56",
     "00190.00009 01238.798779 77700.168188 5 37710000072356"),
    (_bb("123879"), 1234, date(2008, 2, 1), "135.00",
     "00191.23876 90123.440423 00061.900189 2 37690000013500"),
    (_bb("1238"), 123456, date(2008, 2, 1), "135.00",
     "00191.23801 12345.640424 00061.900189 1 37690000013500"),
    (_itau("175"), 258281, date(2008, 2, 2), "135.00",
     "34191.75009 25828.170818 05367.890000 1 37700000013500"),
    (_itau("109", "1248", "02124"), 10152, date(2029, 5, 20), "6757.87",
     "34191.09008 01015.271248 80212.460002 4 25480000675787"),
    (BRADESCO, 75896452, date(2009, 4, 30), "2952.95",
     "23791.17209 60007.589645 52040.300502 5 42230000295295"),
    (SANTANDER, 9000026, date(2011, 10, 9), "25.00",
     "03399.18997 77500.000904 00026.901025 9 51150000002500"),
    (SANTANDER, 9000272, date(2012, 9, 8), "54.00",
     "03399.18997 77500.000904 00272.501024 3 54500000005400"),
]  # fmt: skip


@pytest.mark.parametrize(("account", "number", "due_on", "amount", "printed"), VECTORS)
def test_published_lines_of_the_banks(
    account: BillingAccount, number: int, due_on: date, amount: str, printed: str
) -> None:
    free = rules_of(account.bank).campo_livre(account, number)
    slip = Slip(bank=account.bank, due_on=due_on, amount=Decimal(amount), campo_livre=free)
    assert formatted_linha(linha_digitavel(bar_code(slip))) == printed
    assert read_slip(printed, near=due_on) == slip


@pytest.mark.parametrize(
    ("account", "number", "printed"),
    [
        (_itau("175", "0607", "15255"), 12345678, "175/12345678-4"),
        (
            _itau("110", "0057", "12345"),
            12345678,
            "110/12345678-8",
        ),  # the bank's own manual
        (
            BillingAccount(bank="237", branch="1", account="1", carteira="06"),
            525,
            "06/00000000525-P",
        ),
        (
            BillingAccount(bank="237", branch="1", account="1", carteira="19"),
            6,
            "19/00000000006-0",
        ),
        (
            BillingAccount(bank="237", branch="1", account="1", carteira="19"),
            2,
            "19/00000000002-8",
        ),
        (SANTANDER, 566612457800, "566612457800-2"),
        (SANTANDER, 1961005, "000001961005-0"),
        (CAIXA, 1, "14000000000000001-4"),
    ],
)
def test_published_nosso_numero(account: BillingAccount, number: int, printed: str) -> None:
    assert rules_of(account.bank).nosso_numero(account, number) == printed


def test_published_free_field_of_caixa() -> None:
    rules = rules_of("104")
    assert rules.campo_livre(CAIXA, 1) == "2452740000100040000000017"
    assert rules.agreement(CAIXA) == "1825/245274-0"


@pytest.mark.parametrize(
    ("day", "factor"),
    [
        (date(2000, 7, 3), 1000),
        (date(2025, 2, 12), 9990),
        (date(2025, 2, 21), 9999),
        (date(2025, 2, 22), 1000),
        (date(2026, 12, 10), 1656),
        (date(2049, 10, 13), 9999),
        (date(2049, 10, 14), 1000),
    ],
)
def test_the_factor_turns_over_and_is_read_near_a_date(day: date, factor: int) -> None:
    assert factor_of(day) == factor
    assert date_of(factor, near=day) == day
    assert date_of(factor, near=day + timedelta(days=4000)) == day
    assert date_of(factor, near=day - timedelta(days=4000)) == day


def test_an_old_debt_is_not_moved_to_2049() -> None:
    assert date_of(9990, near=date(2026, 11, 22)) == date(2025, 2, 12)


@given(st.dates(date(2000, 7, 3), date(2090, 1, 1)), st.integers(-4499, 4499))
def test_factor_and_date_are_inverse_within_half_a_cycle(day: date, off: int) -> None:
    assert date_of(factor_of(day), near=day + timedelta(days=off)) == day or (
        day + timedelta(days=off) < date(1997, 10, 8)
    )


SLIPS = st.builds(
    Slip,
    bank=st.sampled_from(("001", "033", "104", "237", "341", "756")),
    due_on=st.none() | st.dates(date(2000, 7, 3), date(2049, 1, 1)),
    amount=st.none() | st.decimals("0.01", "99999999.99", places=2),
    campo_livre=st.text("0123456789", min_size=25, max_size=25),
)


@given(SLIPS)
def test_the_line_decodes_to_the_bar_code_and_back(slip: Slip) -> None:
    code = bar_code(slip)
    assert len(code) == 44
    assert code_of_line(formatted_linha(linha_digitavel(code))) == code
    assert slip_of(code, near=slip.due_on or date(2026, 1, 1)) == slip


@given(SLIPS, st.integers(0, 46), st.sampled_from("0123456789"))
def test_one_mistyped_digit_is_always_noticed(slip: Slip, place: int, digit: str) -> None:
    line = linha_digitavel(bar_code(slip))
    altered = line[:place] + digit + line[place + 1 :]
    if altered == line or (place > 32 and _same_general(line, altered)):
        return  # modulo 11 makes 0, 10 and 11 one digit: some pairs are alike by the norm
    with pytest.raises(InvalidBoleto):
        code_of_line(altered)


def _same_general(line: str, altered: str) -> bool:
    def digits(text: str) -> str:
        return text[:4] + text[33:] + text[4:9] + text[10:20] + text[21:31]

    return general_digit(digits(line)) == general_digit(digits(altered))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("00190.00009 01238.798779 77700.168188 3 3771000001350", "boleto_length"),
        ("00190.00008 01238.798779 77700.168188 3 37710000013500", "boleto_field_digit"),
        ("00190.00009 01238.798778 77700.168188 3 37710000013500", "boleto_field_digit"),
        ("00190.00009 01238.798779 77700.168188 4 37710000013500", "boleto_general_digit"),
        ("00190.00009 01238.798779 77700.168188 3 37710000013501", "boleto_general_digit"),
        ("pagar 00190.00009 01238.798779 77700.168188 3 37710000013500", "boleto_length"),
        ("", "boleto_length"),
        ("1" * 200, "boleto_length"),
    ],
)
def test_wrong_lines_are_refused_with_the_place(text: str, code: str) -> None:
    with pytest.raises(InvalidBoleto) as refused:
        read_slip(text, near=date(2026, 1, 1))
    assert refused.value.code == code


@pytest.mark.parametrize("amount", ["0", "-10", "100000000.00", "1.001", "NaN"])
def test_absurd_amounts_are_refused(amount: str) -> None:
    with pytest.raises(PaymentRefused):
        bar_code(
            Slip(bank="001", due_on=None, amount=Decimal(amount), campo_livre="0" * 25)
        )


def test_what_an_account_lacks_is_named() -> None:
    for account, words in (
        (_bb("12345"), "convênio"),
        (_itau("196"), "carteira 196"),
        (
            BillingAccount(bank="033", branch="1", account="1", carteira="102"),
            "beneficiário",
        ),
    ):
        with pytest.raises(InvalidBoleto, match=words):
            rules_of(account.bank).campo_livre(account, 1)
    with pytest.raises(InvalidBoleto, match="nosso número"):
        rules_of("341").campo_livre(ITAU, 10**8)
    with pytest.raises(InvalidBoleto, match="não atendido"):
        rules_of("999")


# FEBRABAN's own examples of both modules, and a bill of each as published
def test_digits_of_utilities() -> None:
    assert modulo_10("01230067896") == 3
    assert digit_or_zero("01230067896") == 0


def test_a_bill_is_recognised_as_such() -> None:
    line = "836200000005 667800481000 180975657313 001589636081"
    bill = read_slip(line, near=date(2026, 1, 1))
    assert bill == UtilitySlip(
        "83620000000667800481001809756573100158963608",
        "energia elétrica ou gás",
        Decimal("66.78"),
    )
    assert utility_line(bill.code) == line.replace(" ", "")
    with pytest.raises(InvalidBoleto, match="2º bloco"):
        read_utility(line.replace(" ", "").replace("667800481000", "667800481001"))


@given(st.text("0123456789", min_size=41, max_size=41), st.sampled_from("6789"))
def test_bills_come_back_from_their_lines(body: str, kind: str) -> None:
    bare = f"83{kind}{body[:40]}"
    digit = modulo_10(bare) if kind in "67" else digit_or_zero(bare)
    code = f"83{kind}{digit}{body[:40]}"
    assert read_utility(utility_line(code)).code == code
