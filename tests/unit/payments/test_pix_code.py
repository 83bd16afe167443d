"""BR Codes: the Central Bank's examples reproduced, what is refused, what comes back."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranca.payments.pix import brcode, tlv
from cobranca.payments.pix.brcode import (
    Receiver,
    dynamic_code,
    read_code,
    recurrence_code,
    static_code,
)
from cobranca.payments.pix.key import PixKey, parse_key
from cobranca.payments.pix.txid import charge_of, static_txid_of, txid_of
from cobranca.payments.refusal import InvalidPixCode, InvalidPixKey, PaymentRefused
from cobranca.payments.written import plain
from foundation.ids import uuid7

FULANO = Receiver(name="Fulano de Tal", city="BRASILIA")
RANDOM = parse_key("123e4567-e12b-12d1-a456-426655440000")
# Manual de Padrões para Iniciação do Pix: the static and the dynamic example
MANUAL_STATIC = (
    "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-426655440000"
    "5204000053039865802BR5913Fulano de Tal6008BRASILIA62070503***63041D3D"
)
MANUAL_DYNAMIC = (
    "00020101021226700014br.gov.bcb.pix2548pix.example.com/8b3da2f39a4140d1a91abd93113bd441"
    "5204000053039865802BR5913Fulano de Tal6008BRASILIA62070503***630464E4"
)

# bacen/pix-api 2.9.0, responses of /rec: authorisation alone, and beside a charge at once
API_RECURRENCE = (
    "00020126180014br.gov.bcb.pix5204000053039865802BR5913Fulano de Tal6008BRASILIA"
    "62070503***80800014br.gov.bcb.pix2558pix.example.com/qr/v2/rec/2353c790eefb11eaadc10242ac120002"
    "630462C9"
)
API_COMPOSITE = (
    "00020101021226760014br.gov.bcb.pix2554pix.example.com/qr/v2/"
    "8b3da2f39a4140d1a91abd93113bd4415204000053039865802BR5913Fulano de Tal6008BRASILIA"
    "62070503***80800014br.gov.bcb.pix2558pix.example.com/qr/v2/rec/"
    "94ed2badcbc04c15b0bb7fa35319489063047741"
)


def test_the_manuals_static_example_is_reproduced() -> None:
    assert static_code(RANDOM, FULANO) == MANUAL_STATIC


def test_the_manuals_dynamic_example_is_reproduced() -> None:
    url = "pix.example.com/8b3da2f39a4140d1a91abd93113bd441"
    assert dynamic_code(url, FULANO) == MANUAL_DYNAMIC


def test_the_apis_examples_of_pix_automatico_are_reproduced() -> None:
    recurrence = "pix.example.com/qr/v2/rec/2353c790eefb11eaadc10242ac120002"
    assert recurrence_code(recurrence, FULANO) == API_RECURRENCE
    url = "pix.example.com/qr/v2/8b3da2f39a4140d1a91abd93113bd441"
    beside = "pix.example.com/qr/v2/rec/94ed2badcbc04c15b0bb7fa353194890"
    assert dynamic_code(url, FULANO, recurrence_url=beside) == API_COMPOSITE


def test_a_static_code_says_what_it_was_given() -> None:
    code = static_code(
        parse_key("financeiro@credora.com.br"),
        Receiver(name="Crédito & Cobrança São João Ltda", city="São José do Rio Preto"),
        amount=Decimal("1234.50"),
        txid="ACORDO7",
        message="Parcela 1 de 3 – negociação",
    )
    assert code.isascii()
    said = read_code(f"  {code}\n")
    assert said.key == PixKey("email", "financeiro@credora.com.br")
    assert said.receiver == Receiver(
        name="Credito & Cobranca Sao Jo", city="Sao Jose do Rio"
    )
    assert (said.amount, said.txid) == (Decimal("1234.50"), "ACORDO7")
    assert said.message == "Parcela 1 de 3 - negociacao"
    assert not said.once


def test_dynamic_codes_hold_no_key_and_recurrences_travel_beside_the_charge() -> None:
    said = read_code(dynamic_code("pix.b.com/c/1", FULANO, recurrence_url="pix.b.com/r/9"))
    assert (said.key, said.url, said.recurrence_url) == (
        None,
        "pix.b.com/c/1",
        "pix.b.com/r/9",
    )
    assert said.once
    only = read_code(recurrence_code("pix.b.com/r/9", FULANO))
    assert (only.url, only.key, only.recurrence_url) == (None, None, "pix.b.com/r/9")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "pix_malformed"),
        ("olá", "pix_malformed"),
        (MANUAL_STATIC[:-1] + "E", "pix_crc"),
        (MANUAL_STATIC.replace("Fulano", "Fulana"), "pix_crc"),
        (MANUAL_STATIC[:-9], "pix_malformed"),
        ("00020126" + "x" * 20, "pix_malformed"),
        ("0" * 600, "pix_malformed"),
    ],
)
def test_altered_codes_are_refused_with_a_code(text: str, code: str) -> None:
    with pytest.raises(InvalidPixCode) as refused:
        read_code(text)
    assert refused.value.code == code
    assert refused.value.text


def test_a_code_of_another_currency_or_scheme_is_refused() -> None:
    for old, new, code in (
        ("5303986", "5303840", "pix_currency"),
        ("bcb.pix", "bcb.xyz", "pix_other_scheme"),
    ):
        body = MANUAL_STATIC[:-4].replace(old, new)
        with pytest.raises(InvalidPixCode) as refused:
            read_code(body + brcode.crc(body))
        assert refused.value.code == code


@pytest.mark.parametrize(
    "amount", ["0", "-1", "10.005", "NaN", "Infinity", "99999999999.00"]
)
def test_absurd_amounts_are_refused(amount: str) -> None:
    with pytest.raises(PaymentRefused):
        static_code(RANDOM, FULANO, amount=Decimal(amount))


def test_a_long_message_is_refused_instead_of_cut() -> None:
    with pytest.raises(InvalidPixCode):
        static_code(RANDOM, FULANO, message="x" * 60)


@given(
    amount=st.decimals("0.01", "99999999.99", places=2),
    name=st.text(st.characters(codec="latin-1"), min_size=1, max_size=60),
    txid=st.text("abcXYZ0189", min_size=1, max_size=25),
)
def test_whatever_is_written_is_read_back(amount: Decimal, name: str, txid: str) -> None:
    if not plain(name)[:25].strip():
        with pytest.raises(InvalidPixCode, match="nome"):
            static_code(RANDOM, Receiver(name=name, city="Belém"))
        return
    code = static_code(RANDOM, Receiver(name=name, city="Belém"), amount=amount, txid=txid)
    said = read_code(code)
    assert (said.amount, said.txid, said.key) == (amount, txid, RANDOM)
    assert len(said.receiver.name) <= 25
    assert tlv.written(tlv.read(code)) == code


@given(place=st.integers(0, len(MANUAL_STATIC) - 1), sign=st.sampled_from("0AZ*9"))
def test_no_single_altered_sign_is_let_pass(place: int, sign: str) -> None:
    altered = MANUAL_STATIC[:place] + sign + MANUAL_STATIC[place + 1 :]
    if altered != MANUAL_STATIC:
        with pytest.raises(InvalidPixCode):
            read_code(altered)


@pytest.mark.parametrize(
    ("written", "kind", "text"),
    [
        ("529.982.247-25", "cpf", "52998224725"),
        ("12.ABC.345/01DE-35", "cnpj", "12ABC34501DE35"),
        ("+5511912345678", "phone", "+5511912345678"),
        ("Fulano@Exemplo.COM", "email", "fulano@exemplo.com"),
        ("123E4567-E12B-12D1-A456-426655440000", "random", RANDOM.text),
    ],
)
def test_keys_have_one_form(written: str, kind: str, text: str) -> None:
    assert parse_key(written) == PixKey(kind, text)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "written", ["", "529.982.247-26", "a@b", "+55", "11912345678", "x" * 78, "joão@b.com"]
)
def test_what_is_no_key_is_refused(written: str) -> None:
    with pytest.raises(InvalidPixKey):
        parse_key(written)


def test_our_txids_lead_back_to_the_charge_and_others_to_none() -> None:
    charge = uuid7()
    assert charge_of(txid_of(charge)) == charge
    assert charge_of(static_txid_of(charge)) == charge
    assert 26 <= len(txid_of(charge)) <= 35
    assert len(static_txid_of(charge)) == 25
    for stranger in (
        "",
        "***",
        "7978c0c97ea847e78e8849634473c1f1",
        "AC" + "0" * 33,
        "A" * 25,
    ):
        assert charge_of(stranger) is None


@given(st.uuids(), st.integers(2, 33), st.sampled_from("0123456789abcdef"))
def test_a_mistyped_digit_of_a_txid_finds_no_other_charge(
    charge: UUID, place: int, digit: str
) -> None:
    txid = txid_of(charge)
    if txid[place] != digit:
        assert charge_of(txid[:place] + digit + txid[place + 1 :]) is None
