"""Rules of the installation's own: obeyed beside those that ship, or told what is wrong."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner

from cobranca.compliance.model import ALLOWED
from cobranca.compliance.own_rules import KINDS, BadOwnRules, rules_of
from cobranca.compliance.rulebook import lists_of, rules_in_force
from cobranca.compliance.rules_cli import rules_command
from cobranca.compliance.service import ContactPolicy
from foundation.process import read_settings
from foundation.settings import ProcessSettings
from tests.builders.contact import SAO_PAULO, a_case, past

EXAMPLE = Path(__file__).parents[3] / "docs" / "rules.example.toml"
CREDITOR = UUID("00000000-0000-7000-8000-000000000001")  # as the example has it
RULE = """
[[rule]]
code = "own"
kind = "days_off"
title = "Feriado da cidade"
ddds = ["19"]
days = ["12-08"]
source = "Calendário da prefeitura"
since = 2026
"""


def settings_with(folder: Path, text: str) -> ProcessSettings:
    file = folder / "rules.toml"
    file.write_text(text, "utf-8")
    return ProcessSettings.model_validate(
        {"home": folder / "var", "compliance": {"rules": file}}
    )


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SAO_PAULO)


def test_without_a_file_those_that_ship_are_all() -> None:
    assert rules_of(ProcessSettings()) == rules_in_force()


# what the example says, which every one of these had been allowed without
OBEYED = [
    ({"city": "campinas/sp", "now": at("2026-12-08T10:00")}, "holiday_campinas"),
    ({"ddd": "31", "now": at("2026-03-10T18:30")}, "hours_mg_own"),
    ({"ddd": "31", "now": at("2026-03-14T10:00")}, "hours_mg_own"),
    ({"creditor": CREDITOR, "contacts": past(times=2)}, "creditor_two_a_day"),
    ({"ddd": "31", "lists": frozenset({"mg"})}, "listed_mg"),
]


@pytest.mark.parametrize(("asked", "rule"), OBEYED)
def test_the_example_of_the_documentation_is_obeyed(
    tmp_path: Path, asked: dict[str, object], rule: str
) -> None:
    rules = rules_of(settings_with(tmp_path, EXAMPLE.read_text("utf-8")))
    case = a_case(**asked)  # type: ignore[arg-type]  # by name
    assert case.verdict().rule == ALLOWED
    refused = case.verdict(rules)
    assert refused.rule == rule
    assert refused.source.endswith("; regra própria")


def test_others_creditors_and_cities_stay_as_they_were(tmp_path: Path) -> None:
    rules = rules_of(settings_with(tmp_path, EXAMPLE.read_text("utf-8")))
    other = UUID(int=7)
    assert a_case(creditor=other, contacts=past(times=2)).verdict(rules).allowed
    assert a_case(ddd="11", now=at("2026-12-08T10:00")).verdict(rules).allowed


def test_its_list_can_be_imported_and_the_policy_knows_all(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, EXAMPLE.read_text("utf-8"))
    policy = ContactPolicy.of(settings)
    assert lists_of(policy.rules) == lists_of(rules_in_force()) | {"mg"}
    assert policy.titles["listed_mg"] == "Na lista estadual de Minas Gerais"


def test_people_are_told_how_many_attempts_their_own_case_has(tmp_path: Path) -> None:
    policy = ContactPolicy.of(settings_with(tmp_path, EXAMPLE.read_text("utf-8")))
    most = []
    for creditor in (CREDITOR, UUID(int=7), None):  # None may be the one that wants two
        case = a_case(creditor=creditor)
        most.append(policy.attempts_a_day(case.question, case.facts))
    assert most == [2, 3, 2]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "não há nenhuma"),
        ("[[rule]", "TOML inválido"),
        ("[[rules]]", "rules não existe"),
        ("rule = 1", "não há nenhuma"),
        (RULE + RULE, "já há uma regra own"),
        (RULE.replace('"own"', '"opt_out"'), "já há uma regra opt_out"),
        (RULE.replace("days_off", "suppressed"), f"kind: use {', '.join(KINDS)}"),
        (RULE + "caution = true", "caution: é só das regras do Acordo"),
        (RULE.replace("12-08", "13-08"), "regra own: days: .*MM-DD: 13-08"),
        (RULE.replace("since = 2026", ""), "regra own: since: falta"),
        (RULE + 'hour = "08:00"', "regra own: hour: não existe"),
        (RULE.replace('"19"', '"20"'), "DDD desconhecido: 20"),
        (RULE + 'creditor = "Banco"', "creditor: não é um identificador"),
        (RULE.replace("Feriado da cidade", ""), "title: está vazio"),
    ],
)
def test_each_mistake_is_one_line_of_what_and_where(
    tmp_path: Path, text: str, says: str
) -> None:
    with pytest.raises(BadOwnRules, match=says) as wrong:
        rules_of(settings_with(tmp_path, text))
    assert str(tmp_path) in wrong.value.message
    assert "\n" not in wrong.value.message


def test_a_file_that_is_not_there_or_no_text_is_told(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, "")
    (tmp_path / "rules.toml").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(BadOwnRules, match="não é texto UTF-8"):
        rules_of(settings)
    (tmp_path / "rules.toml").unlink()
    with pytest.raises(BadOwnRules, match=r"rules\.toml: "):
        rules_of(settings)


def test_no_process_begins_with_rules_that_it_cannot_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACORDO_COMPLIANCE__RULES", str(tmp_path / "rules.toml"))
    with pytest.raises(BadOwnRules):
        read_settings(ProcessSettings)


def test_the_command_tells_all_rules_with_their_scope_and_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings_with(tmp_path, EXAMPLE.read_text("utf-8"))
    monkeypatch.setenv("ACORDO_COMPLIANCE__RULES", str(tmp_path / "rules.toml"))
    told = CliRunner().invoke(rules_command, [])
    assert told.exit_code == 0
    assert "hours_rj: Horário do Rio de Janeiro\n  UF RJ; ligação, " in told.output
    assert f"credor {CREDITOR}; desde 01/03/2026" in told.output
    found = json.loads(CliRunner().invoke(rules_command, ["--json"]).output)
    assert [one["code"] for one in found if one["own"]] == [
        "holiday_campinas", "creditor_two_a_day", "hours_mg_own", "listed_mg",
    ]  # fmt: skip
    assert len(found) == len(rules_in_force()) + 4
