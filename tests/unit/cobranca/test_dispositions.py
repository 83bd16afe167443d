"""The catalogue of dispositions says what each leads to, once."""

from __future__ import annotations

import pytest

from cobranca.compliance.rulebook import reasons_in_force
from cobranca.contacts.dispositions import Catalogue, catalogue, parse_catalogue
from sim.world.agents import agent_habits

ENTRY = """
[[dispositions]]
code = "{code}"
label = "{label}"
group = "{group}"
key = "{key}"
"""


def written(*entries: str) -> Catalogue:
    return parse_catalogue('[groups]\nnobody = "Ninguém"\n' + "".join(entries))


def entry(**changed: str) -> str:
    given = {"code": "silence", "label": "Muda", "group": "nobody", "key": "s"}
    return ENTRY.format(**given | changed)


def test_the_catalogue_that_ships_is_whole() -> None:
    shipped = catalogue()
    assert {"promise", "call_back", "wrong_person", "opt_out", "deceased"} <= {
        entry.code for entry in shipped.dispositions
    }
    assert set(shipped.groups) == {entry.group for entry in shipped.dispositions}


def test_only_talks_with_the_debtor_count_as_right_party() -> None:
    for entry in catalogue().dispositions:
        assert (entry.right_party is True) == (entry.group == "right_party"), entry.code


def test_a_number_of_somebody_else_is_never_left_active() -> None:
    for code in ("wrong_person", "number_opt_out"):
        found = catalogue().named(code)
        assert found is not None
        assert found.number == "wrong_party"


def test_whoever_must_not_be_contacted_is_not_tried_again() -> None:
    reasons = reasons_in_force()
    for entry in catalogue().dispositions:
        if entry.suppresses is not None and reasons[entry.suppresses].of == "person":
            assert entry.again_min is None, entry.code


def test_simulated_agents_record_what_the_catalogue_names() -> None:
    for code in agent_habits({}).dispositions:
        assert catalogue().named(code) is not None


@pytest.mark.parametrize(
    "twin",
    [{"code": "other", "label": "Outra"}, {"key": "o", "label": "Outra"},
     {"code": "other", "key": "o"}],
)  # fmt: skip
def test_two_alike_are_refused(twin: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="given twice"):
        written(entry(), entry(**twin))


def test_a_group_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="without a name"):
        written(entry(group="other"))
