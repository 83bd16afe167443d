"""Which phrases are worth scoring."""

from __future__ import annotations

from ura.dialogue.intents import intents
from ura.dialogue.shortlist import shortlist
from ura.dialogue.understanding import listens_for, options_of
from ura.flow.nodes import Ask
from ura.scripts.flows import shipped


def test_what_was_misheard_is_found_by_its_letters() -> None:
    flow = shipped("receptive")
    state = flow.states["reason"]
    assert isinstance(state, Ask)
    phrases, free = listens_for(flow, state, intents())
    likely = shortlist("Quero faser um acordi.", phrases, first=6, most=12)
    assert "quero fazer um acordo" in likely
    assert (len(likely), free) == (12, False)


def test_without_a_text_each_option_has_its_first_phrase() -> None:
    flow = shipped("receptive")
    state = flow.states["want_offers"]
    assert isinstance(state, Ask)
    phrases, _ = listens_for(flow, state, intents())
    options = options_of(flow, state)
    likely = shortlist("", phrases, first=len(options), most=len(options))
    assert likely == [intents().phrases[name][0] for name in options]


def test_where_a_value_is_asked_the_text_alone_counts() -> None:
    flow = shipped("receptive")
    state = flow.states["can_pay"]
    assert isinstance(state, Ask)
    assert listens_for(flow, state, intents()) == ([], True)
