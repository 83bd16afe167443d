"""The demonstration's debtors: valid, simulated, the same for the same seed."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np

from foundation.brasil.document import parse_document
from foundation.brasil.phone import is_simulated, parse_phone
from sim.debtors import DebtorMaker, DemoDebtor
from sim.demo import write_csv

AS_OF = date(2026, 3, 10)


def people(count: int, seed: int = 1) -> list[DemoDebtor]:
    return list(DebtorMaker(np.random.default_rng(seed), AS_OF).debtors(count))


def test_the_same_seed_gives_the_same_file(tmp_path: Path) -> None:
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        write_csv(tmp_path / name, 50, seed)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (tmp_path / "a").read_bytes() != (tmp_path / "c").read_bytes()


def test_a_longer_list_begins_with_the_shorter() -> None:
    assert people(20) == people(60)[:20]


def test_documents_are_valid_and_each_debtors_own() -> None:
    documents = [debtor.document for debtor in people(2000)]
    assert all(parse_document(document.text) == document for document in documents)
    assert len(set(documents)) == 2000
    companies = [document.text for document in documents if document.kind == "cnpj"]
    assert 80 < len(companies) < 160  # 6 % of 2000 are 120, deviation 11
    assert any(not text.isdigit() for text in companies)


def test_telephones_are_simulated_and_never_shared() -> None:
    numbers = [number for debtor in people(2000) for number in debtor.phones]
    assert all(is_simulated(number) for number in numbers)
    assert len(set(numbers)) == len(numbers)
    assert all(1 <= len(debtor.phones) <= 3 for debtor in people(50))


def test_states_follow_the_population() -> None:
    areas = Counter(parse_phone(debtor.phones[0]).area.uf for debtor in people(4000))
    assert 0.19 < areas["SP"] / 4000 < 0.25  # 44.4 of 203 million are 0.219
    assert areas["SP"] > areas["MG"] > areas["CE"] > areas["RR"]
    assert len(areas) > 20


def test_every_debt_is_late_and_its_parts_are_a_month_apart() -> None:
    for debtor in people(500):
        dates = [due_on for _, due_on in debtor.debt.instalments]
        assert max(dates) <= AS_OF
        assert dates == sorted(dates)
        assert all(amount >= 10 for amount, _ in debtor.debt.instalments)
