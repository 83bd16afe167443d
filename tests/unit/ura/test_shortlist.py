"""Which phrases are worth scoring."""

from __future__ import annotations

from ura.dialogue.intents import intents
from ura.dialogue.shortlist import shortlist
from ura.dialogue.understanding import listens_for
from ura.flow.nodes import Ask
from ura.scripts.flows import shipped


def test_what_was_misheard_is_found_by_its_letters() -> None:
    flow = shipped("receptive")
    state = flow.states["reason"]
    assert isinstance(state, Ask)
    phrases, free = listens_for(flow, state, intents())
    likely = shortlist(["Quero faser um acordi."], phrases, most=3)
    assert "quero fazer um acordo" in likely
    assert (len(likely), free) == (3, False)


def test_a_second_guess_counts_as_much_as_the_first() -> None:
    phrases = ["sim", "não", "acho que não", "de jeito nenhum"]
    assert shortlist(["Piro.", "Acho que nao."], phrases, most=1) == ["acho que não"]


def test_of_no_guess_the_list_s_own_order_is_kept() -> None:
    assert shortlist([""], ["sim", "não", "claro"], most=2) == ["sim", "não"]
