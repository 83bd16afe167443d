"""A flow with a fault is refused when it is read, with the file and the line."""

from __future__ import annotations

import pytest

from ura.flow.checking import Step, World, checked
from ura.flow.prompts import BadPrompt, parse_prompts
from ura.flow.reading import BadFlow, lines_of, read_flow

GOOD = """\
name = "small"
start = "hello"
failed = "sorry"
confirms = ["identify.yes"]

[anywhere.person]
to = "over"
key = "0"

[state.hello]
kind = "say"
say = ["hi"]
then = "who"

[state.who]
kind = "ask"
hears = "digits"
digits = 3
keeps = "start"
[state.who.to]
given = "identify"
unclear = "over"
silent = "over"

[state.identify]
kind = "do"
step = "identify"
[state.identify.to]
yes = "owes"
no = "over"

[state.owes]
kind = "ask"
hears = "choice"
corrects = { month_day = "day" }
keys = { 1 = "pay" }
[state.owes.to]
pay = "over"
corrected_month_day = "owes"
unclear = "over"
silent = "over"

[state.over]
kind = "end"
outcome = "done"

[state.sorry]
kind = "end"
say = ["sorry"]
outcome = "broken"
"""
BEFORE = """
[prompt]
hi = "Olá!"
sorry = "Desculpe."
who_1 = "Quem fala?"
who_2 = "Com quem falo?"
who_again = "De novo?"
who_keys = "Digite."
who_quiet = "Alô?"
"""
AFTER = """
[prompt]
owes_1 = "São {owed:money}."
owes_2 = "Faltam {owed:money}."
owes_again = "Paga?"
owes_keys = "Um."
owes_quiet = "Alô, paga?"
"""
PROMPTS = parse_prompts(BEFORE, of_debt=False) | parse_prompts(AFTER, of_debt=True)
WORLD = World(
    prompts=PROMPTS,
    steps={"identify": Step(gives={"yes": frozenset({"owed"}), "no": frozenset()})},
    intents={"pay", "person", "yes"},
)


def faults(text: str) -> list[str]:
    with pytest.raises(BadFlow) as refused:
        checked(read_flow("f.toml", {"f.toml": text}), WORLD)
    return [str(problem) for problem in refused.value.problems]


def test_a_good_flow_passes() -> None:
    flow = checked(read_flow("f.toml", {"f.toml": GOOD}), WORLD)
    assert list(flow.states) == ["hello", "who", "identify", "owes", "over", "sorry"]


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('then = "who"', 'then = "whom"', "f.toml:13: hello: “then” leva a “whom”"),
        ('start = "hello"', 'start = "helo"', "f.toml:2: start: não há o estado “helo”"),
        ('["identify.yes"]', '["identify.oui"]', "f.toml:4: confirms: não há “identify.ou"),
        ('say = ["hi"]', 'say = ["hy"]', "f.toml:12: hello: não há a fala “hy”"),
        ('unclear = "over"\nsilent = "over"\n\n[state.id', 'silent = "over"\n\n[state.id',
         "f.toml:20: who: falta para onde ir depois de “unclear”"),
        ('to = "over"\nkey', 'to = "overr"\nkey', "f.toml:7: who: “person” leva a “overr”"),
        ("digits = 3", "digits = 0", "f.toml:18: who: falta digits"),
        ('keeps = "start"\n', "", "f.toml:15: who: falta keeps"),
        ('keys = { 1 = "pay" }', "", "f.toml:32: owes: “pay” não tem tecla"),
        ('{ 1 = "pay" }', '{ 1 = "pay", 2 = "no" }', "owes: a tecla de “no” não leva"),
        ('{ 1 = "pay" }', '{ 0 = "pay" }', "f.toml:36: owes: a tecla 0 já vale em toda"),
        ('pay = "over"', 'flee = "over"', "owes: não há frases para “flee”"),
        ('step = "identify"', 'step = "identity"', "f.toml:27: identify: não há o passo"),
        ('no = "over"\n', "", "identify: falta para onde ir quando “identify” dá “no”"),
        ('no = "over"', 'no = "over"\nna = "over"', "f.toml:31: identify: “identify” nunc"),
        ('corrects = { month_day = "day" }\n', "", "owes: corrects não tem month_day"),
        ('corrected_month_day = "owes"\n', "", "owes: falta para onde ir com o valor corr"),
        ('failed = "sorry"', 'failed = "sorry"\nleads = ["owes_1"]',
         "f.toml:4: “owes_1” não existe"),
        ('failed = "sorry"', 'failed = "sorry"\nleads = ["gone"]',
         "f.toml:4: “gone” não existe"),
        ('[state.owes]\nkind = "ask"', '[state.owes]\nkind = "ask"\nask = ["owes_1"]',
         "owes: a pergunta precisa de outra redação"),
        ('[state.owes]\nkind = "ask"', '[state.owes]\nkind = "ask"\nquiet = ["owes_1"]',
         "owes: “owes_1” é dita duas vezes"),
        ('no = "over"', 'no = "hello"', None),
        ('say = ["hi"]', 'say = ["owes_1"]', "hello: “owes_1” fala da dívida antes"),
        ('given = "identify"', 'given = "owes"', "identify: nada leva até aqui"),
        ('say = ["sorry"]', 'say = ["owes_again"]', "sorry: “owes_again” fala da dívida"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_line(was: str, becomes: str, said: str | None) -> None:
    assert GOOD.count(was) >= 1
    text = GOOD.replace(was, becomes, 1)
    if said is None:  # going back to a question is no fault
        checked(read_flow("f.toml", {"f.toml": text}), WORLD)
        return
    found = faults(text)
    assert any(part in each for each in found for part in said.split("|")), found


def test_a_dead_end_and_a_circle_without_a_question_are_refused() -> None:
    text = GOOD.replace('no = "over"', 'no = "round"')
    text += '\n[state.round]\nkind = "say"\nsay = ["hi"]\nthen = "round"\n'
    assert faults(text) == [
        "f.toml:52: round: daqui não se chega ao fim",
        "f.toml:52: round: volta aqui sem perguntar nada a ninguém",
    ]


def test_a_slot_that_could_be_empty_is_refused() -> None:
    steps = {"identify": Step(gives={"yes": frozenset(), "no": frozenset()})}
    world = World(prompts=PROMPTS, steps=steps, intents=WORLD.intents)
    with pytest.raises(BadFlow, match=r"“owes_1” precisa de \{owed\}"):
        checked(read_flow("f.toml", {"f.toml": GOOD}), world)


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("digits = 3", 'digits = "a"', "f.toml:18: state.who.digits: valor recusado"),
        ("digits = 3", "digit = 3", "f.toml:18: state.who.digit: chave desconhecida"),
        ('kind = "say"', 'kind = "sing"', "f.toml:10: state.hello: kind desconhecido"),
        ('then = "who"', "", "f.toml:10: state.hello.then: falta esta chave"),
        ('hears = "digits"', 'hears = "smoke"', "f.toml:17: state.who.hears: forma de"),
        (
            'then = "who"',
            'then = "Who"',
            "f.toml:13: state.hello.then: “Who” não é um nome",
        ),
        ("digits = 3", "digits = = 3", "f.toml:18: TOML inválido"),
    ],
)
def test_a_malformed_file_is_named_with_its_line(was: str, becomes: str, said: str) -> None:
    assert said in faults(GOOD.replace(was, becomes, 1))[0]


def test_parts_are_joined_and_a_fault_in_one_names_it() -> None:
    head, tail = GOOD.split("[state.over]")
    main = head.replace('failed = "sorry"', 'failed = "sorry"\nparts = ["p.toml"]')
    part = f"[state.over]{tail}"
    flow = read_flow("f.toml", {"f.toml": main, "p.toml": part})
    assert "sorry" in flow.states

    bad = part.replace("outcome", "outcom")
    with pytest.raises(BadFlow, match=r"p\.toml:3: state\.over\.outcom: chave desc"):
        read_flow("f.toml", {"f.toml": main, "p.toml": bad})
    with pytest.raises(BadFlow, match=r"f\.toml:4: não há a parte “p\.toml”"):
        read_flow("f.toml", {"f.toml": main})
    twice = part + '\n[state.who]\nkind = "end"\noutcome = "x"\n'
    with pytest.raises(BadFlow, match=r"p\.toml:10: o estado “who” já existe"):
        read_flow("f.toml", {"f.toml": main, "p.toml": twice})


def test_a_key_is_found_in_its_line() -> None:
    assert lines_of("a = 1\n\n[b]\nc = 2\n") == {"a": 1, "b": 3, "b.c": 4}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[prompt]\nx = "{a:song}"', "x: não sei falar"),
        ('[prompt]\nx = "{a}"', "x: chave solta"),
        ('[prompt]\nx = " "', "x: o texto está vazio"),
    ],
)
def test_a_malformed_prompt_is_refused(text: str, said: str) -> None:
    with pytest.raises(BadPrompt, match=said):
        parse_prompts(text, of_debt=False)
