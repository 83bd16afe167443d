"""Nothing personal passes the mask, whatever stands around it; harmless text does."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.ids import uuid7
from foundation.masking import HIDDEN, mask_text, mask_value

DDD = st.sampled_from(["11", "21", "47", "61", "81", "92", "99"])
LETTERS = "abcdefghijklmnopqrstuvwxyzáéíóúãõç"
CNPJ_WEIGHTS = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=count, max_size=count)


def cnpj_with_check_digits(stem: str) -> str:
    for length in (12, 13):
        pairs = zip(stem, CNPJ_WEIGHTS[13 - length :], strict=True)
        rest = sum((ord(letter) - 48) * weight for letter, weight in pairs) % 11
        stem += str(0 if rest < 2 else 11 - rest)
    return stem


@st.composite
def documents(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from(["cpf", "cnpj", "letters"]))
    if kind == "cpf":
        d = draw(digits(11))
        return draw(st.sampled_from([d, f"{d[:3]}.{d[3:6]}.{d[6:9]}-{d[9:]}"]))
    alphabet = "0123456789" if kind == "cnpj" else "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    c = cnpj_with_check_digits(draw(st.text(alphabet, min_size=12, max_size=12)))
    masked = f"{c[:2]}.{c[2:5]}.{c[5:8]}/{c[8:12]}-{c[12:]}"
    return draw(st.sampled_from([c, masked, c.lower()]))


@st.composite
def phones(draw: st.DrawFn) -> str:
    ddd = draw(DDD)
    first = draw(st.sampled_from(["9" + draw(digits(4)), "3" + draw(digits(3))]))
    last = draw(digits(4))
    return draw(
        st.sampled_from(
            [
                f"+55{ddd}{first}{last}",
                f"55{ddd}{first}{last}",
                f"+55 {ddd} {first}-{last}",
                f"+55 ({ddd}) {first}-{last}",
                f"({ddd}) {first}-{last}",
                f"({ddd}){first}{last}",
                f"{ddd} {first} {last}",
                f"{ddd}{first}{last}",
                f"0{ddd}{first}{last}",
                f"021{ddd}{first}{last}",
            ]
        )
    )


@st.composite
def addresses(draw: st.DrawFn) -> str:
    user = draw(st.text("abcxyz019._-", min_size=1, max_size=12))
    return f"{user}@{draw(st.sampled_from(['exemplo.com.br', 'mail.example.org']))}"


PERSONAL = st.one_of(documents(), phones(), addresses())
# Around it anything but what would make it part of a longer number or word.
PREFIX = st.one_of(
    st.just(""),
    st.text(max_size=20).map(lambda t: t + " "),
    st.sampled_from(["PJSIP/", "("]),
)
SUFFIX = st.one_of(
    st.just(""),
    st.text(max_size=20).map(lambda t: " " + t),
    st.sampled_from(["@trunk", ".", ","]),
)


def bare(text: str) -> str:
    return re.sub(r"[^0-9A-Za-z@]", "", text)


@given(secret=PERSONAL, before=PREFIX, after=SUFFIX)
def test_nothing_personal_passes_in_text(secret: str, before: str, after: str) -> None:
    shown = mask_text(before + secret + after)

    assert HIDDEN in shown
    assert secret not in shown


@given(
    secret=PERSONAL,
    wrap=st.lists(st.sampled_from(["list", "dict", "key", "tuple"]), max_size=4),
)
def test_nothing_personal_passes_nested(secret: str, wrap: list[str]) -> None:
    value: Any = secret
    for shape in wrap:
        match shape:
            case "list":
                value = [value]
            case "dict":
                value = {"x": value}
            case "key":
                value = {secret: value}
            case _:
                value = (1, value)

    shown = json.dumps(mask_value(value))

    assert secret not in shown
    assert bare(secret) not in bare(shown)


@given(number=st.one_of(digits(10), digits(11), digits(14)).filter(lambda d: d[0] != "0"))
def test_documents_and_phones_as_numbers_are_hidden(number: str) -> None:
    for value in (int(number), float(number), Decimal(number)):
        assert mask_value(value, "x") == HIDDEN


NAME = st.builds(
    lambda a, b: f"{a.title()} {b.title()}",
    st.text(LETTERS, min_size=4, max_size=12),
    st.text(LETTERS, min_size=4, max_size=12),
)


@given(name=NAME, field=st.sampled_from(["name", "nome", "debtor_name"]))
def test_names_in_known_fields_are_hidden(name: str, field: str) -> None:
    shown = [
        json.dumps(mask_value({"debtor": {field: name}}), ensure_ascii=False),
        mask_text(f"DebtorRow({field}={name!r}, uf='SP')"),
        mask_text(f'{{"{field}": "{name}", "uf": "SP"}}'),
        mask_text(f"{field}={name}, uf=SP"),
        mask_text(f"Key ({field})=({name}) already exists."),
        mask_text(f"DETAIL:  Failing row contains (7, person, {name}, null)."),
        mask_text(f"[SQL: INSERT ...]\n[parameters: ('{name}', 3)]\n(Background on this)"),
    ]

    assert [line for line in shown if name in line] == []


@given(text=st.text())
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask_text(text)

    assert mask_text(once) == once


def test_ids_and_times_are_left_whole() -> None:
    now = datetime(2026, 3, 10, 10, 0, 0, 123456, tzinfo=UTC)
    for _ in range(500):
        ident = str(uuid7())
        assert mask_text(f"chamada {ident} caiu") == f"chamada {ident} caiu"
    for text in (
        now.isoformat(),
        "2026-03-10T10:00:00.123456Z",
        "2026-03-10 10:00:00-0300",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "127.0.0.1:5070 rtp 20000-23999",
        "/var/lib/acordo/run/asterisk.ctl",
        "sip:agent001@127.0.0.1:5060",
        "500 linhas em 12.5 s",
    ):
        assert mask_text(text) == text
    assert mask_value("1795296405.12", "uniqueid") == "1795296405.12"
    assert mask_value(1795296405, "started_at") == 1795296405
    assert mask_value({"at": now, "id": UUID(int=5), "n": 3, "ok": True, "x": None}) == {
        "at": now, "id": UUID(int=5), "n": 3, "ok": True, "x": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql+asyncpg://acordo:s3nha@/acordo?host=x", "postgresql+asyncpg://***@/acordo?host=x"),
        ("tel 5511900012345 e 529.982.247-25", "tel *** e ***"),
        ("CNPJ 12.ABC.345/01DE-35 ativo", "CNPJ *** ativo"),
        ("CNPJ 12ABC34501DE35 ativo", "CNPJ *** ativo"),
        ("PJSIP/5511900012345@trunk", "PJSIP/***@trunk"),
        ("PJSIP/12340155511900012345@rota", "PJSIP/***@rota"),  # as a template makes it
        ("maria.silva@exemplo.com.br;", "***;"),
        ("91234-5678 agora", "*** agora"),
    ],
)  # fmt: skip
def test_examples(text: str, shown: str) -> None:
    assert mask_text(text) == shown
