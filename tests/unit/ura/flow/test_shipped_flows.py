"""The flows that ship, called by everybody who could call: each node, each way."""

from __future__ import annotations

import random
import re
import tomllib
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

import agent_console
from tests.builders.callers import NONSENSE, TODAY, Call, all_ways, wander
from ura.dialogue.intents import Scored, intents
from ura.dialogue.understanding import Keys, Speech, options_of, understood
from ura.flow.checking import untaken
from ura.flow.engine import Broke, Done, Finish, Listen, Missed, Quiet, Run
from ura.flow.graph import edges
from ura.flow.nodes import SILENT, UNCLEAR, Ask, Flow, Hears, asides, spoken
from ura.flow.prompts import prompts
from ura.scripts.flows import SHIPPED, STEPS, shipped
from ura.steps.desk import STEPS as DONE

ROBOT_TEXTS = Path(agent_console.__file__).with_name("texts") / "robot.toml"


@pytest.fixture(scope="module", params=SHIPPED)
def calls(request: pytest.FixtureRequest) -> list[Call]:
    return all_ways(shipped(request.param))


def test_callers_take_every_way_and_come_to_every_state(
    calls: list[Call], capsys: pytest.CaptureFixture[str]
) -> None:
    flow, taken = calls[0].flow, {way for call in calls for way in call.walk.taken}
    states, ways_left = untaken(flow, taken)
    ways_out = {(name, outcome) for name, outcome, _ in edges(flow)}
    been = len(flow.states) - len(states)
    with capsys.disabled():
        print(
            f"\n{flow.name}: {been} of {len(flow.states)} states,"
            f" {len(ways_out & taken)} of {len(ways_out)} ways, {len(calls)} callers"
        )
    assert (states, ways_left) == ([], [])
    assert len(ways_out & taken) == len(ways_out) > len(flow.states)


def test_nothing_is_said_twice_in_a_row_in_the_same_words(calls: list[Call]) -> None:
    for call in calls:
        assert [a for a, b in pairwise(call.said) if a == b] == []


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("by_keys", [False, True])
def test_no_turn_of_a_long_wandering_call_is_said_twice_in_the_same_words(
    name: str, by_keys: bool
) -> None:
    """Callers who go round and round; what they are told changes, or a person comes."""
    flow = shipped(name)
    for seed in range(12):
        chance = random.Random(seed)
        call = Call.begin(flow, keys_only=by_keys)
        turns = [call.turn.say]
        while not isinstance(call.turn.then, Finish) and len(turns) < 150:
            wander(call, chance)
            turns.append(call.turn.say)
        spoken_turns = [turn for turn in turns if turn]
        assert len(set(spoken_turns)) == len(spoken_turns), seed
        assert isinstance(call.turn.then, Finish), seed


def test_nobody_hears_of_a_debt_who_is_not_identified(calls: list[Call]) -> None:
    of_debt = {name for name, prompt in prompts().items() if prompt.of_debt}
    for call in calls:
        if not call.flow.confirms & set(call.walk.taken):
            assert of_debt.isdisjoint(said.prompt for said in call.said)


def test_every_prompt_of_the_catalogue_is_said_somewhere() -> None:
    said = {p for name in SHIPPED for s in shipped(name).states.values() for p in spoken(s)}
    said |= {p for name in SHIPPED for p in asides(shipped(name))}
    assert prompts().keys() - said == set()


@pytest.mark.parametrize("name", SHIPPED)
def test_no_two_options_of_a_question_share_a_phrase(name: str) -> None:
    flow = shipped(name)
    for state in flow.states.values():
        if isinstance(state, Ask):
            options = options_of(flow, state)
            phrases = [p for option in options for p in intents().phrases[option]]
            twice = sorted({p for p in phrases if phrases.count(p) > 1})
            assert twice == [], state.name


@pytest.mark.parametrize("name", SHIPPED)
def test_every_phrase_is_understood_as_what_it_stands_for(name: str) -> None:
    """In the words of the list itself; sound and other words are the bench's to try."""
    flow = shipped(name)
    choices = [s for s in flow.states.values() if isinstance(s, Ask)]
    unlike = {  # most questions are answered with the same words
        (options_of(flow, state), *state.corrects): state
        for state in choices
        if state.hears is Hears.CHOICE
    }
    wrong = []
    for (options, *_), state in unlike.items():
        for option in options:
            for phrase in intents().phrases[option]:
                heard = _outcome(flow.name, state, phrase)
                if heard != option:
                    wrong.append((state.name, phrase, heard))
    assert wrong == []


def _keys_only(call: Call) -> bool:
    return isinstance(call.turn.then, Listen) and call.turn.then.keys_only


def _outcome(name: str, state: Ask, text: str) -> str:
    return understood(shipped(name), state, Speech(text), intents(), TODAY).outcome


def test_who_is_not_understood_is_asked_in_other_words_then_by_keys_then_goes_on() -> None:
    call = Call.begin(shipped("receptive"))
    call.answer(Speech(NONSENSE))
    call.answer(Speech(NONSENSE))
    assert not _keys_only(call)  # he was told the keys; who goes on speaking is heard
    call.answer(Speech(NONSENSE))
    assert [said.prompt for said in call.said] == [
        "welcome", "protocol", "purpose_1", "purpose_again", "purpose_keys", "to_person",
    ]  # fmt: skip
    assert call.turn.then == Finish("person", hands_over=True)
    assert call.walk.unheard == 3


def test_who_says_nothing_is_asked_whether_he_hears_and_then_left() -> None:
    call = Call.begin(shipped("receptive"))
    for _ in range(3):
        call.hear(Quiet())
    assert [said.prompt for said in call.said[2:]] == [
        "purpose_1", "purpose_quiet", "purpose_keys", "nobody_speaks",
    ]  # fmt: skip


def test_a_day_is_corrected_where_it_is_read_back() -> None:
    call = _on_the_line()
    call.answer(Speech("quero marcar, vou pagar"))
    call.answer(Speech("dia quinze"))
    call.answer(Speech("não, dia vinte"))
    assert call.walk.state == "promise_read"
    assert str(call.walk.slots["promised_for"]) == "2026-03-20"
    call.answer(Speech("isso mesmo"))
    call.hear(Done("kept"))
    assert call.turn.then == Finish("done", hands_over=False)


@pytest.mark.parametrize(
    ("said", "slot", "value", "step"),
    [
        ("não, dia vinte", "day", 20, "fit_day"),
        ("não, no dia cinco", "day", 5, "fit_day"),
        ("não, trezentos reais", "monthly", Decimal(300), "fit_monthly"),
        ("na verdade cento e cinquenta", "monthly", Decimal(150), "fit_monthly"),
        ("não, em dez vezes", "count", 10, "fit_count"),
        ("melhor doze parcelas", "count", 12, "fit_count"),
    ],
)
def test_a_proposal_is_corrected_by_a_day_an_amount_or_a_count(
    said: str, slot: str, value: object, step: str
) -> None:
    call = _with_a_proposal()
    call.answer(Speech(said))
    assert call.turn.then == Run(step)
    assert call.walk.slots[slot] == value


def test_a_plain_no_to_a_proposal_corrects_nothing() -> None:
    call = _with_a_proposal()
    call.answer(Speech("não"))
    assert call.walk.state == "choose_again"


def test_who_asks_for_keys_has_keys_to_the_end_and_a_link() -> None:
    call = _on_the_line()
    call.answer(Speech("não escuto bem"))
    assert call.turn.then == Run("send_link")
    call.hear(Done("sent"))
    assert [said.prompt for said in call.turn.say] == [
        "by_keys_and_link", "reason_2", "reason_keys",
    ]  # fmt: skip
    call.answer(Keys("1"))
    assert _keys_only(call)


@pytest.mark.parametrize("event", [Missed(), Quiet()])
def test_who_has_keys_alone_is_not_told_them_twice_in_a_row(event: Missed | Quiet) -> None:
    call = Call.begin(shipped("receptive"), keys_only=True)
    while isinstance(call.turn.then, Listen):
        call.hear(event)
    said = [said.prompt for said in call.said]
    assert said.count("purpose_keys") == 3  # once with each try
    assert [a for a, b in pairwise(said) if a == b] == []


def test_no_flow_asks_for_the_data_of_a_card() -> None:
    """Neither a question that a card's number or code would fit, nor words of one."""
    of_cards = re.compile(r"(?i)cartão|\bcvv\b|\bcvc\b|crédito|débito|validade")
    asked = [s for n in SHIPPED for s in shipped(n).states.values() if isinstance(s, Ask)]
    named = {prompt for state in asked for prompt in spoken(state)}
    texts = [str(prompts()[name].parts) for name in sorted(named)]
    assert texts
    assert [text for text in texts if of_cards.search(text)] == []
    most = {state.hears: state.digits for state in asked if state.digits > 8}
    assert most == {Hears.CPF: 11}  # a card has thirteen and more


def test_keys_go_on_though_no_link_could_be_sent() -> None:
    call = Call.begin(shipped("receptive"))
    call.answer(Keys("6"))
    call.hear(Broke())
    assert call.walk.state == "purpose"
    assert _keys_only(call)


def test_a_person_can_be_asked_for_where_a_value_is_asked() -> None:
    call = Call.begin(shipped("receptive"))
    call.answer(Keys("1"))
    call.answer(Speech("quero falar com um atendente"))
    assert call.turn.then == Finish("person", hands_over=True)


def test_what_is_asked_to_be_repeated_comes_in_other_words_but_not_for_ever() -> None:
    call = Call.begin(shipped("receptive"))
    for _ in range(5):
        call.answer(Speech("pode repetir"))
    said = [said.prompt for said in call.said[2:]]
    assert said == [
        "purpose_1", "purpose_2", "lead_1", "purpose_1", "lead_2", "purpose_2",
        "lead_3", "purpose_1", "purpose_again",
    ]  # fmt: skip


def test_a_system_that_is_away_is_told_and_a_call_back_is_owed() -> None:
    call = _on_the_line()
    call.answer(Speech("negociar"))
    call.hear(Broke())
    assert call.walk.state == "broken"
    call.hear(Done("kept"))
    assert call.said[-1].prompt == "broken_told_1"
    call.answer(Speech("não"))
    assert call.turn.then == Finish("broken", hands_over=False)


def test_who_cannot_be_called_back_is_not_promised_it() -> None:
    call = Call.begin(shipped("receptive"))
    call.answer(Keys("8"))
    call.answer(Keys("1"))
    call.hear(Broke())
    call.hear(Done("nobody"))
    assert call.said[-1].prompt == "broken"
    assert call.turn.then == Finish("broken", hands_over=True)


def test_where_not_even_a_call_back_can_be_owed_a_person_follows() -> None:
    call = _on_the_line()
    call.answer(Speech("negociar"))
    call.hear(Broke())
    call.hear(Broke())
    assert call.turn.then == Finish("broken", hands_over=True)


def _with_a_proposal() -> Call:
    call = _on_the_line()
    call.answer(Speech("negociar"))
    call.hear(Done("cash", {"cash": Decimal(900), "cash_due": TODAY}))
    call.answer(Speech("aceito"))
    filled = dict.fromkeys(STEPS["take_cash"].gives["proposal"], Decimal(1))
    call.hear(Done("proposal", filled))
    return call


def test_a_machine_and_a_stranger_hear_neither_debt_nor_debtor() -> None:
    machine = Call.begin(shipped("active"))
    for _ in range(3):
        machine.answer(Speech("deixe o seu recado depois do sinal"))
    quiet = Call.begin(shipped("active"))
    for _ in range(3):
        quiet.hear(Quiet())
    for call in (machine, quiet):
        assert call.turn.then == Finish("machine", hands_over=False)
        assert call.said[-1].prompt == "machine_told"
        assert not any(prompts()[said.prompt].slots for said in call.said)
    other = Call.begin(shipped("active"))
    other.answer(Speech("sim"))
    other.answer(Speech("não sou eu"))
    assert other.walk.state == "third_party"
    other.hear(Done("kept"))
    assert [said.prompt for said in other.said[-2:]] == ["third_party", "bye"]


def test_every_step_that_a_flow_may_name_is_there() -> None:
    assert set(STEPS) == set(DONE)


def _on_the_line() -> Call:
    call = Call.begin(shipped("receptive"))
    call.answer(Speech("sim"))
    call.answer(Keys("52998224725"))
    call.answer(Speech("sim"))
    call.answer(Speech("vinte e três de maio de oitenta e cinco"))
    call.hear(Done("confirmed", {"name": "Ana"}))
    call.hear(Done("debt", {"owed": 1, "creditor": "Loja"}))
    return call


def test_what_may_be_decided_is_told_in_portuguese_where_it_is_reviewed() -> None:
    told = tomllib.loads(ROBOT_TEXTS.read_text("utf-8"))["robot_meanings"]
    may = {each.outcome for name in SHIPPED for each in shipped(name).anywhere.values()}
    for name in SHIPPED:
        for state in shipped(name).states.values():
            if isinstance(state, Ask):
                may |= {outcome for outcome in state.to if outcome not in (SILENT, UNCLEAR)}
    assert sorted(may - told.keys()) == []


@pytest.mark.parametrize("name", ["proposal", "promise_read", "cpf_read"])
def test_a_yes_that_binds_has_to_fit_better_than_another(name: str) -> None:
    heard = Speech("em das vezes", (Scored("beleza", -4.85), Scored("ainda não", -6.1)))
    flow = shipped("receptive")
    assert _of(flow, name, heard) == ("", "weak")
    assert _of(flow, "want_offers", heard) == ("yes", "")
    no = Speech("em das vezes", (Scored("ainda não", -4.85), Scored("beleza", -6.1)))
    assert _of(flow, name, no) == ("no", "")
    surer = Speech("tenho com o firmo", (Scored("beleza", -3.74), Scored("não", -6.1)))
    assert _of(flow, name, surer) == ("yes", "")


def test_a_sound_that_fits_less_is_enough_where_the_words_say_the_same() -> None:
    scored = (Scored("não quero saber", -5.3), Scored("sim", -6.9))
    flow = shipped("receptive")
    told = "não sei se dá, deixa eu ver lá"
    assert _of(flow, "want_offers", Speech("lhama que sabe", scored)) == ("", "weak")
    assert _of(flow, "want_offers", Speech(told, scored)) == ("no", "")
    far = (Scored("não quero saber", -5.6), Scored("sim", -6.9))
    assert _of(flow, "want_offers", Speech(told, far)) == ("", "weak")
    other = (Scored("sim", -5.3), Scored("não quero saber", -6.9))
    assert _of(flow, "want_offers", Speech(told, other)) == ("", "weak")


def _of(flow: Flow, name: str, heard: Speech) -> tuple[str, str]:
    state = flow.states[name]
    assert isinstance(state, Ask)
    meant = understood(flow, state, heard, intents(), TODAY)
    return meant.outcome, meant.why
