"""What `acordo sim replay` refuses before it has read anything."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from foundation import reach
from sim.replay.cli import replay
from sim.replay.options import hours, percent
from sim.throw_away import free_port


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ((), "escolha --day AAAA-MM-DD ou --hours N"),
        (("--day", "2026-03-10", "--hours", "2"), "escolha --day"),
        (("--day", "ontem"), "esperado AAAA-MM-DD"),
        (("--hours", "nan"), "esperadas de 0,1 a 48 horas"),
        (("--hours", "49"), "esperadas de 0,1 a 48 horas"),
        (("--hours", "2", "--target", "60"), "de 0 a 50"),
        (("--hours", "2", "--target", "nan"), "de 0 a 50"),
        (("--hours", "2", "--target", "-1"), "de 0 a 50"),
        (("--hours", "2", "--target", "0.02"), "para 2 % escreva 2"),
        (("--hours", "2", "--shifts", "1"), "--shifts"),
    ],
)
def test_wrong_usage_is_said_at_once(wrong: tuple[str, ...], told: str) -> None:
    said = CliRunner().invoke(replay, wrong)
    assert said.exit_code == 2
    assert told in said.output


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (("--day", "2900-01-01"), "esse dia ainda não começou."),
        (("--hours", "2", "--policy", "manual"), "não existe a regra 'manual'; existem:"),
        (("--hours", "2", "--policy", "ratio:0"), "não existe a regra 'ratio:0'; existem:"),
        (("--hours", "2", "--policy", "ratio:nan"), "não existe a regra 'ratio:nan';"),
    ],
)
def test_what_cannot_be_is_one_line(wrong: tuple[str, ...], told: str) -> None:
    said = CliRunner().invoke(replay, wrong)
    assert (said.exit_code, said.output.count("\n")) == (1, 1)
    assert said.output.startswith(f"acordo: {told}")


def test_a_database_that_is_down_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = f"postgresql://acordo@127.0.0.1:{free_port()}/acordo"
    monkeypatch.setenv("ACORDO_DATABASE_URL", nobody)
    monkeypatch.setenv("ACORDO_HOME", str(tmp_path))
    quick = partial(reach.reach_database, deadline_s=0.5)
    monkeypatch.setattr(reach, "reach_database", quick)
    said = CliRunner().invoke(replay, ("--hours", "2", "--json"))
    assert (said.exit_code, said.output.count("\n")) == (1, 1)
    assert said.output.startswith("acordo: o banco de dados em 127.0.0.1:")


def test_shares_and_hours_are_read_as_people_write_them() -> None:
    assert [percent(told) for told in ("2", "2.5", "2,5", "0", "0,1")] == [
        2,
        2.5,
        2.5,
        0,
        0.1,
    ]
    assert [hours(told) for told in ("4", "0,5")] == [4, 0.5]
