"""What somebody writes to a debtor is refused where a rule of wording refuses it."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from cobranca.channels.settings import Portal
from cobranca.language.saying import Unsayable, said_to_anybody, sayable


def test_what_may_be_said_is_given_back_as_it_is() -> None:
    for text in ("Conferido.", "O registro em cartório foi baixado em 10/03."):
        assert sayable(text) == text
    assert said_to_anybody("Acordo") == "Acordo"


def test_what_may_not_be_said_tells_what_and_what_to_write_instead() -> None:
    with pytest.raises(Unsayable) as refused:
        sayable("Pague hoje. Última chance! Vamos protestar o título.")
    told = str(refused.value)
    assert "«Última chance»" in told
    assert "«protestar o título»" in told or "«Vamos protestar" in told
    assert all(finding.rule.instead in told for finding in refused.value.findings)


@pytest.mark.parametrize(
    "name", ["Fulana Cobranças", "Beltrana & Dívidas", "Recuperação Créditos"]
)
def test_who_signs_messages_does_not_speak_of_debts(name: str) -> None:
    with pytest.raises(ValidationError, match="Dívida antes da identificação"):
        Portal(name=name)
    assert Portal(name="Fulana & Cia").name == "Fulana & Cia"
