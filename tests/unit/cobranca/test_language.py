"""What may not be said to a debtor is found, and what may be said is left alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cobranca.language.lint import line_of, lint, unaccented
from cobranca.language.rulebook import BadRules, blind, parse_rules, rules_in_force

RULES = rules_in_force()
RULE = """
[[rules]]
code = "one"
name = "Um"
source = "CDC"
since = 1990
read_on = 2026-11-22
instead = "Outra coisa."
patterns = ["PATTERN"]
bad = ["BAD"]
good = ["GOOD"]
"""
BAD = [
    # threat
    ("Caso não pague, o caso vai para a justiça.", "threat_of_court"),
    ("Será feita a penhora do salário.", "threat_of_court"),
    ("Já pedimos a busca e apreensão do veículo.", "threat_of_court"),
    ("Vamos cobrar na\njustiça.", "threat_of_court"),
    ("O seu nome vai ser negativado amanhã.", "threat_of_listing"),
    ("Podemos protestar o título.", "threat_of_listing"),
    ("Para evitar o protesto, pague hoje.", "threat_of_listing"),
    (
        "Vou ligar pro seu chefe? Não: vou ligar para o seu patrão.",
        "threat_of_third_parties",
    ),
    ("Seu patrão vai saber.", "threat_of_third_parties"),
    ("Vamos divulgar a lista de devedores.", "threat_of_third_parties"),
    ("O senhor vai sofrer as consequências.", "threat"),
    ("Não nos force a tomar outras providências.", "threat"),
    ("Evite problemas e constrangimentos.", "threat"),
    # shame
    ("Isso é coisa de mau pagador.", "shame"),
    ("A senhora não tem vergonha de dever?", "shame"),
    ("Prezado inadimplente,", "shame"),
    ("Gente desonesta não paga.", "shame"),
    # urgency that is none
    ("ÚLTIMO AVISO", "false_urgency"),
    ("Pague já!", "false_urgency"),
    ("A proposta é válida somente até hoje", "false_urgency"),
    ("Seu prazo está acabando.", "false_urgency"),
    ("Retorne com urgência.", "false_urgency"),
    ("Desconto acaba nas próximas 24 horas", "false_urgency"),
    # another's authority
    ("Bom dia, aqui é do Tribunal de Justiça.", "false_authority"),
    ("Notificação extrajudicial", "false_authority"),
]
GOOD = [
    "Sua proposta de R$ 1.500,00 em 3 parcelas vale até 20/12/2026. Envio o boleto?",
    "Posso ligar em outro horário? Se preferir, a central atende de segunda a sábado.",
    "Para não receber mais as nossas mensagens, responda SAIR.",
    "Se já pagou, desconsidere esta mensagem. Obrigada!",
    "O vencimento é amanhã, e o Pix pode ser pago até as 23h59.",
    "Você pode contestar o valor: o contrato e o cálculo estão no portal.",
    "Em caso de urgência médica, diga, e ligamos outro dia.",
    "Não há consequências se o senhor preferir pensar até amanhã.",
    "A empresa onde o senhor trabalha não será contatada.",
    "O acordo é confirmado em até 48 horas.",
    "Justiça seja feita: o senhor foi muito gentil.",
    "Temos 24 horas de atendimento pelo portal.",
    "A ligação pode ser gravada e fica guardada por 90 dias.",
    "Corrigir o cadastro leva um minuto.",
    "Descontos de até 40% para pagamento à vista.",
    "O comprovante fica pendente até a compensação.",
    "Vou verificar e já retorno a ligação.",
    "O oficial de registro anotou o endereço.",
    "Bloqueamos o acesso ao portal por segurança; desbloqueie por e-mail.",
]
NAMES_THE_DEBT = [
    "Falo sobre um débito.",
    "O senhor tem uma parcela vencida.",
    "É do setor de negociação.",
    "Tenho uma proposta para o senhor.",
    "A senhora está devendo para a loja.",
    "Falo em nome de {creditor_name}.",
    "Seu cartão de crédito foi bloqueado.",
    "Recado: é sobre o R$ {amount}.",
    "Você deve R$ 200.",
]
NAMES_NOTHING = [
    "Olá! Aqui é da central de atendimento. Por favor, peça que {debtor} ligue para nós.",
    "Para a sua segurança, qual é a sua data de nascimento?",
    "Você deve aguardar na linha um momento.",
    "Se não quiser receber nossas ligações, ligue para a central e peça.",
    "Estamos de acordo: ligo amanhã às dez.",
    "Obrigada pela ajuda; o assunto é pessoal.",
]


def codes(text: str, *, before_identity: bool = False) -> set[str]:
    return {f.rule.code for f in lint(text, RULES, before_identity=before_identity)}


@pytest.mark.parametrize(("text", "rule"), BAD)
def test_what_may_not_be_said_is_refused(text: str, rule: str) -> None:
    found = lint(text, RULES)
    assert rule in {f.rule.code for f in found if f.refuses}


@pytest.mark.parametrize("text", GOOD)
def test_what_may_be_said_is_left_alone(text: str) -> None:
    assert codes(text) == set()


@pytest.mark.parametrize("text", NAMES_THE_DEBT)
def test_no_debt_before_it_is_sure_who_listens(text: str) -> None:
    assert "debt_before_identity" in codes(text, before_identity=True)
    assert "debt_before_identity" not in codes(text)


@pytest.mark.parametrize("text", NAMES_NOTHING)
def test_a_neutral_opening_passes(text: str) -> None:
    assert codes(text, before_identity=True) == set()


def test_every_rule_finds_its_own_examples_and_has_a_source() -> None:
    assert blind(RULES) == []
    for rule in RULES:
        assert re.search(r"lido em \d\d/\d\d/\d{4}$", rule.source)
        assert rule.instead.endswith((".", "»."))


def test_a_rule_that_finds_nothing_is_told() -> None:
    dead = parse_rules(RULE.replace("PATTERN", "nada"))
    assert blind(dead) == ["one não acha: BAD"]
    greedy = parse_rules(RULE.replace("PATTERN", "bad|good"))
    assert blind(greedy) == ["one acha sem razão: GOOD"]
    assert blind(parse_rules(RULE.replace("PATTERN", "bad"))) == []


@pytest.mark.parametrize(
    "text",
    [
        "rules = 1",
        RULE.replace("PATTERN", "(never closed"),
        RULE.replace('source = "CDC"', 'source = ""'),
        RULE.replace("since = 1990\n", ""),
        RULE + RULE,
        "[[rules]",
    ],
)
def test_malformed_rules_are_refused(text: str) -> None:
    with pytest.raises(BadRules):
        parse_rules(text)


def test_a_script_says_where_identity_becomes_sure() -> None:
    script = (
        "{part}\n--- Identidade confirmada ---\nO assunto é a sua dívida com {creditor}.\n"
    )
    assert codes(script.replace("{part}", "Falo com {debtor}?")) == set()
    (found,) = lint(script.replace("{part}", "Olá,\né sobre a dívida."), RULES)
    assert found.rule.code == "debt_before_identity"
    assert line_of(script.replace("{part}", "Olá,\né sobre a dívida."), found.begin) == (
        2,
        11,
    )


def test_a_place_is_told_once_and_a_refusal_hides_a_review() -> None:
    text = "Seu nome será incluído no SPC."
    assert codes(text) == {"threat_of_listing"}
    mentioned = lint("A consulta ao SPC é gratuita.", RULES)
    assert [(f.rule.code, f.refuses, f.found) for f in mentioned] == [
        ("listing_mentioned", False, "SPC")
    ]


def test_an_excuse_counts_in_its_own_sentence_alone() -> None:
    assert codes("Não precisa ter vergonha. Que vergonha!") == {"shame"}


@settings(max_examples=50)
@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    assert len(unaccented(text)) == len(text)
    for finding in lint(text, RULES, before_identity=True):
        assert " ".join(text[finding.begin : finding.end].split()) == finding.found


@pytest.mark.parametrize(("text", "rule"), BAD)
@pytest.mark.parametrize("space", ["\n", "  \n "])
def test_neither_case_nor_accents_nor_spaces_hide_a_fault(
    text: str, rule: str, space: str
) -> None:
    for changed in (text.upper(), unaccented(text), f"Olá. {text.replace(' ', space)}"):
        assert rule in codes(changed)
