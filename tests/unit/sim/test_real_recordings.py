"""A folder of real recordings beside the labelled set."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.utterances.recordings import TABLE, BadRecordings, recorded

HEAD = "arquivo;estado;significa;valor\n"


def test_without_a_table_there_are_none(tmp_path: Path) -> None:
    assert recorded(tmp_path) == []


def test_each_row_is_an_answer_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "a.wav").touch()
    rows = "a.wav;want_offers;yes;\na.wav;can_pay;given;350\na.wav;reason;;\n"
    (tmp_path / TABLE).write_text(HEAD + rows + "a.wav;reason;person;\n", "utf-8")
    found = recorded(tmp_path)
    assert [answer.kind for answer, _ in found] == ["yes_no", "value", "off_topic", "menu"]
    assert {path for _, path in found} == {tmp_path / "a.wav"}
    assert found[1][0].value == "350"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("arquivo;estado\n", "falta a coluna significa"),
        (HEAD + "b.wav;reason;person;\n", f"{TABLE}:2: não há o arquivo “b.wav”"),
        (HEAD + "../x.wav;reason;person;\n", "não há o arquivo"),
        (HEAD + "a.wav;welcome;yes;\n", "“welcome” não é uma pergunta"),
    ],
)
def test_an_error_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "x.wav").touch()
    (folder / "a.wav").touch()
    (folder / TABLE).write_text(text, "utf-8")
    with pytest.raises(BadRecordings, match=told.replace(".", r"\.")):
        recorded(folder)
