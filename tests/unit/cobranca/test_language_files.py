"""Which texts are read, where a fault in them is told, and that ours have none."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from cobranca.compliance.cli import compliance
from cobranca.language import shipped
from cobranca.language.lint import lint
from cobranca.language.rulebook import rules_in_force
from cobranca.language.shipped import packages, said_in
from cobranca.language.texts import TextUnreadable, texts_of
from tests.unit.house.tree import ROOT

THREAT = "Vamos entrar na justiça."
MANIFEST = '[[said]]\nfile = "{file}"\nkeys = ["{key}"]\nbefore_identity = true\n'


def said(path: Path) -> list[tuple[str, str]]:
    return [(one.key, one.text) for one in texts_of(path)]


def linted(*arguments: str, typed: str = "") -> tuple[int, str]:
    done = CliRunner().invoke(compliance, ["lint", *arguments], input=typed)
    return done.exit_code, done.output


def test_catalogues_are_read_value_by_value(tmp_path: Path) -> None:
    toml, page = tmp_path / "a.toml", tmp_path / "a.json"
    toml.write_text('x = 1\n[say]\nhello = "Olá"\n[[clip]]\ntext = "Um"\n', "utf-8")
    page.write_text('{"a": ["um", {"b": "dois"}], "c": null}', "utf-8")
    assert said(toml) == [("say.hello", "Olá"), ("clip.0.text", "Um")]
    assert said(page) == [("a.0", "um"), ("a.1.b", "dois")]


def test_of_a_page_only_what_is_read_counts(tmp_path: Path) -> None:
    page = tmp_path / "carta.html.j2"
    page.write_text(
        "<!-- justiça -->{# penhora #}<style>.calote{}</style>\n<p class='vergonha'>\n"
        "{% if vergonha %}Vamos entrar <b>na</b> justiça.{% endif %}</p>\n",
        "utf-8",
    )
    (text,) = texts_of(page)
    (finding,) = lint(text.text, rules_in_force())
    assert finding.rule.code == "threat_of_court"
    status, told = linted(str(page))
    assert status == 1
    assert f"{page}:3:18: recusado: «Vamos entrar na justiça»" in told


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.toml", b"= 1"),
        ("a.json", b"{"),
        ("a.txt", b"\xff\xfe"),
        ("big.txt", b"a" * 1_000_001),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    status, told = linted(str(tmp_path / name))
    assert (status, told.count("\n")) == (1, 1)
    assert name in told
    assert linted(str(tmp_path / "absent.txt"))[0] == 1


def test_the_command_tells_where_which_rule_and_what_instead(tmp_path: Path) -> None:
    script = tmp_path / "roteiro.txt"
    script.write_text(f"Olá.\n{THREAT}\n", "utf-8")
    status, told = linted(str(script))
    assert status == 1
    assert f"{script}:2:1: recusado: «{THREAT[:-1]}»: Ameaça de processo" in told
    assert "1 textos lidos, 1 achados que recusam, 0 a rever" in told
    status, told = linted(str(script), "--json")
    (finding,) = json.loads(told)["findings"]
    assert (status, finding["rule"], finding["line"]) == (1, "threat_of_court", 2)
    assert "CDC" in finding["source"]


def test_the_command_reads_standard_input_and_passes_good_texts() -> None:
    assert linted("-", typed="Bom dia, falo com {debtor}?") == (
        0,
        "1 textos lidos, 0 achados que recusam, 0 a rever\n",
    )
    assert linted("-", typed="É sobre a dívida.")[0] == 0
    assert linted("--before-identity", "-", typed="É sobre a dívida.")[0] == 1
    status, told = linted("-", typed="A consulta ao SPC é gratuita.")
    assert (status, "a rever: «SPC»" in told) == (0, True)


def test_all_that_ships_is_read_and_passes() -> None:
    status, told = linted()
    assert (status, told.rpartition("lidos, ")[2]) == (
        0,
        "0 achados que recusam, 0 a rever\n",
    )
    keys = {one.key for one in shipped.shipped()}
    assert {"identity_say.nobody", "clip.safe_harbour.text"} <= keys


def test_a_fault_planted_in_what_ships_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = []
    for package in packages():
        if (package / shipped.MANIFEST).is_file():
            copy = tmp_path / package.name
            shutil.copytree(package, copy, ignore=_all_but_texts)
            planted.append(copy)
    monkeypatch.setattr(shipped, "packages", lambda: planted)
    assert linted()[0] == 0
    lines = tmp_path / "ura" / "prompts" / "lines.toml"
    whole = lines.read_text("utf-8")
    for fault in ("É sobre a sua dívida.", "Última chance!", "Seu nome vai para o SPC."):
        lines.write_text(whole.replace("Obrigada por ligar.", fault), "utf-8")
        status, told = linted()
        assert status == 1
        assert "ura/prompts/lines.toml: clip." in told
    lines.write_text(whole, "utf-8")
    (letter,) = (tmp_path / "cobranca").rglob("letter.html.j2")
    page = letter.read_text("utf-8")
    letter.write_text(page.replace("</body>", "<p>Último aviso</p></body>"), "utf-8")
    assert (linted()[0], "letter.html.j2" in linted()[1]) == (1, True)
    letter.write_text(page, "utf-8")
    assert linted()[0] == 0
    lines.unlink()
    assert linted()[0] == 1  # a manifest that leads nowhere does not pass


def test_a_manifest_that_names_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('say = "Olá"\n', "utf-8")
    for file, key in (("a.toml", "sya"), ("b.toml", "say")):
        (tmp_path / shipped.MANIFEST).write_text(
            MANIFEST.format(file=file, key=key), "utf-8"
        )
        with pytest.raises(TextUnreadable, match=f"{file}"):
            list(said_in(tmp_path))
    (tmp_path / shipped.MANIFEST).write_text("[[said]]\n", "utf-8")
    with pytest.raises(TextUnreadable):
        list(said_in(tmp_path))


def test_the_packages_are_those_of_the_product() -> None:
    assert {ROOT / name for name in ("ura", "agent_console", "cobranca")} <= set(packages())


def _all_but_texts(folder: str, names: list[str]) -> list[str]:
    kept = (".toml", ".j2", ".html")
    return [n for n in names if not ((Path(folder) / n).is_dir() or n.endswith(kept))]
