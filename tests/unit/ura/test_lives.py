"""Which lives of the URA are over, by the files that they lock."""

from __future__ import annotations

from pathlib import Path

from ura.lives import Lives


def test_a_life_is_over_when_its_block_is_and_not_before(tmp_path: Path) -> None:
    with Lives(tmp_path / "lives") as first:
        with Lives(tmp_path / "lives") as second:
            assert (first.over(), second.over()) == ([], [])
        assert first.over() == [second.own]
        first.forget(second.own)
        assert first.over() == []
    with Lives(tmp_path / "lives") as third:
        assert third.over() == [first.own]
    assert len({first.own, second.own, third.own}) == 3
