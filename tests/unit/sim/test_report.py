"""The verdict of a smoke run, for people and for programs."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from sim import report, runner, smoke_cli
from sim.installation import Say
from sim.runner import Rehearsal, SmokeFailed, Stories
from sim.world.compare import Seen

WORDS = ("answered", "busy", "no_answer", "rejected", "congestion")
GOOD = [Seen(f"55119000{n:05d}", float(n), WORDS[n % 5]) for n in range(205)]


def stories(carrier: list[Seen]) -> Stories:
    return Stories(dialer=GOOD, carrier=carrier, campaign={"bridged": 41})


def test_a_good_run_says_so_in_one_table() -> None:
    text = "\n".join(report.lines(report.judge(GOOD, GOOD)))
    assert "answered                41         41         +0" in text
    assert text.endswith("205 chamadas, 5 desfechos, 0 linhas diferentes\nAPROVADO")


def test_every_altered_row_is_shown_and_condemned() -> None:
    verdict = report.judge(GOOD, report.altered(GOOD))
    assert not verdict.good
    text = "\n".join(report.lines(verdict))
    assert "5511900000102 (1ª): no_answer ≠ answered" in text  # the middle one of 205
    assert "REPROVADO: 1 chamada(s) com desfechos diferentes" in text


def test_a_comparison_that_sees_nothing_is_not_trusted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(report, "altered", list)
    assert report.judge(GOOD, GOOD).failings == (
        "a comparação não notou uma linha alterada",
    )


@pytest.mark.parametrize(
    ("options", "carrier", "status"),
    [
        ([], GOOD, 0),
        (["--json"], GOOD, 0),
        (["--self-test"], GOOD, 1),
        ([], GOOD[1:], 1),
        ([], [], 1),
    ],
)
def test_the_exit_status_is_the_verdict(
    options: list[str], carrier: list[Seen], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run(_rehearsal: Rehearsal, _say: Say) -> Stories:
        return stories(carrier)

    monkeypatch.setattr(runner, "run", run)
    assert CliRunner().invoke(smoke_cli.smoke, options).exit_code == status


def test_a_run_that_breaks_off_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(_rehearsal: Rehearsal, _say: Say) -> Stories:
        raise SmokeFailed("dialer não ficou pronto")

    monkeypatch.setattr(runner, "run", run)
    result = CliRunner().invoke(smoke_cli.smoke)
    assert (result.exit_code, result.output) == (1, "acordo: dialer não ficou pronto\n")
