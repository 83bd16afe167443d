"""What an entry of the suppression ledger must name, reason by reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cobranca.compliance.reasons import Entry, entry
from cobranca.compliance.rulebook import lists_of, reasons_in_force, rules_in_force
from cobranca.compliance.wording import words
from cobranca.contacts.dispositions import catalogue
from foundation.ids import uuid7
from tests.builders.contact import TUESDAY_TEN

REASONS = reasons_in_force()
WHO, NUMBER = uuid7(), "+5511900012345"
TOLD = Entry(
    reason="", origin="teste", since=TUESDAY_TEN, debtor=WHO, number=NUMBER, proof="laudo"
)


def test_every_reason_of_the_law_is_there() -> None:
    assert REASONS.keys() == {
        "opt_out", "number_opt_out", "wrong_party", "workplace", "deceased", "counsel",
        "dispute", "bankruptcy", "super_indebtedness", "payment_confirming",
    }  # fmt: skip


@pytest.mark.parametrize("code", sorted(REASONS))
def test_an_entry_names_what_its_reason_is_about(code: str) -> None:
    reason = REASONS[code]
    made = entry(reason, TOLD)
    assert isinstance(made, Entry)
    assert made.reason == code
    assert (made.debtor is not None) == (reason.of != "number")
    assert (made.number is not None) == (reason.of != "person")


CASES = [
    # reason, what was told, what it lacks
    ("opt_out", {"debtor": None}, "debtor"),
    ("wrong_party", {"debtor": None}, "debtor"),
    ("wrong_party", {"number": None}, "number"),
    ("number_opt_out", {"number": None}, "number"),
    ("workplace", {"number": None}, "number"),
    ("deceased", {"proof": None}, "proof"),
    ("counsel", {"proof": "  "}, "proof"),
    ("opt_out", {"until": TUESDAY_TEN}, "until"),
    ("opt_out", {"until": TUESDAY_TEN - timedelta(days=1)}, "until"),
]


@pytest.mark.parametrize(("code", "told", "lacks"), CASES)
def test_what_an_entry_lacks(code: str, told: dict[str, Any], lacks: str) -> None:
    assert entry(REASONS[code], replace(TOLD, **told)) == lacks
    assert words("lacks")[lacks]


def test_what_is_being_paid_is_left_alone_for_some_days() -> None:
    made = entry(REASONS["payment_confirming"], TOLD)
    assert isinstance(made, Entry)
    assert made.until == TUESDAY_TEN + timedelta(days=5)


def test_an_end_that_was_told_is_kept() -> None:
    end = TUESDAY_TEN + timedelta(days=30)
    made = entry(REASONS["payment_confirming"], replace(TOLD, until=end))
    assert isinstance(made, Entry)
    assert made.until == end


def test_a_refusal_without_end_has_none() -> None:
    made = entry(REASONS["opt_out"], TOLD)
    assert isinstance(made, Entry)
    assert made.until is None


def test_dispositions_enter_reasons_that_exist() -> None:
    for one in catalogue().dispositions:
        assert one.suppresses is None or one.suppresses in REASONS, one.code


def test_the_lists_that_rules_look_at() -> None:
    assert lists_of(rules_in_force()) == {"pa", "sp", "nao_me_perturbe"}
