"""A copy opens with its own keys alone, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from foundation.keeping import copy_file, operator_key
from foundation.keeping.copy_file import CopyBroken, CopyCut, NotACopy, OtherKeys
from foundation.keeping.members import CopyMalformed, Members, framed
from foundation.keeping.operator_key import KeptKeys, NotAKeysFile, WrongPassphrase

DATA = "11" * 32
AT = datetime(2026, 3, 10, tzinfo=UTC)
BIG = bytes(range(256)) * 1024


def content() -> Iterator[bytes]:
    yield from framed("manifest.json", [b"{}"])
    yield from framed("database", [BIG, b"end"])
    yield from framed("empty", [])


@pytest.fixture
def keys() -> KeptKeys:
    return operator_key.new_pair({"data_key": DATA})


@pytest.fixture
def copy(tmp_path: Path, keys: KeptKeys) -> Path:
    target = tmp_path / "a.copy"
    data_key = bytes.fromhex(DATA)
    copy_file.write(target, content(), public=keys.public, data_key=data_key)
    return target


def found(path: Path, keys: KeptKeys) -> dict[str, bytes]:
    return {name: b"".join(pieces) for name, pieces in copy_file.members(path, keys)}


def test_a_copy_gives_back_what_went_in(copy: Path, keys: KeptKeys) -> None:
    assert found(copy, keys) == {
        "manifest.json": b"{}",
        "database": BIG + b"end",
        "empty": b"",
    }
    assert copy.stat().st_mode & 0o777 == 0o600


def test_neither_what_it_holds_nor_the_data_key_is_readable(
    copy: Path, keys: KeptKeys
) -> None:
    raw = copy.read_bytes()
    assert not any(
        part in raw for part in (b"manifest", BIG[:64], bytes.fromhex(DATA), DATA.encode())
    )
    assert keys.private not in raw


def test_another_pair_is_told_from_damage(copy: Path) -> None:
    with pytest.raises(OtherKeys):
        found(copy, operator_key.new_pair({"data_key": DATA}))


def test_the_right_pair_with_another_data_key_opens_nothing(
    copy: Path, keys: KeptKeys
) -> None:
    other = KeptKeys(keys.private, {"data_key": "22" * 32})
    with pytest.raises(CopyBroken):
        found(copy, other)


@pytest.mark.parametrize("kept", [0.999, 0.5, 0.0003])
def test_a_cut_copy_is_told(copy: Path, keys: KeptKeys, kept: float) -> None:
    copy.write_bytes(copy.read_bytes()[: int(copy.stat().st_size * kept)])
    with pytest.raises((CopyCut, CopyBroken)):
        found(copy, keys)


def test_a_changed_byte_is_told(copy: Path, keys: KeptKeys) -> None:
    raw = bytearray(copy.read_bytes())
    raw[len(raw) // 2] ^= 1
    copy.write_bytes(raw)
    with pytest.raises(CopyBroken):
        found(copy, keys)


def test_another_file_is_no_copy(tmp_path: Path, keys: KeptKeys) -> None:
    (tmp_path / "x").write_bytes(b"PK\3\4 something else")
    with pytest.raises(NotACopy):
        found(tmp_path / "x", keys)


def test_a_copy_that_fails_half_way_leaves_nothing(tmp_path: Path, keys: KeptKeys) -> None:
    def failing() -> Iterator[bytes]:
        yield BIG
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        copy_file.write(
            tmp_path / "b", failing(), public=keys.public, data_key=bytes.fromhex(DATA)
        )
    assert list(tmp_path.iterdir()) == []


def test_a_copy_never_replaces_another(copy: Path, keys: KeptKeys) -> None:
    before = copy.read_bytes()
    with pytest.raises(FileExistsError):
        copy_file.write(copy, content(), public=keys.public, data_key=bytes.fromhex(DATA))
    assert copy.read_bytes() == before


def test_what_a_killed_copy_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".a.copy.1.partial").write_bytes(b"half")
    (tmp_path / "a.copy").write_bytes(b"whole")
    copy_file.remove_drafts(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.copy"]


def test_keys_go_into_a_file_under_a_passphrase_and_back(keys: KeptKeys) -> None:
    text = operator_key.written(keys, "uma senha comprida", AT)
    assert DATA not in text
    assert keys.private.hex() not in text
    assert operator_key.read(text, "uma senha comprida") == keys
    with pytest.raises(WrongPassphrase):
        operator_key.read(text, "outra senha comprida")
    with pytest.raises(WrongPassphrase):
        operator_key.read(text.replace("2026-03-10", "2026-03-11"), "uma senha comprida")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"acordo_keys": 1}', "\x00\x01"])
def test_another_file_holds_no_keys(text: str) -> None:
    with pytest.raises(NotAKeysFile):
        operator_key.read(text, "uma senha comprida")


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../../b", "", "a\0b"])
def test_no_member_leaves_the_folder(name: str) -> None:
    with pytest.raises(CopyMalformed):
        list(Members(iter(framed(name, []))))


@settings(deadline=None)  # a machine may stand still
@given(
    members=some.dictionaries(
        some.from_regex(r"\A[a-z]{1,9}\Z"), some.lists(some.binary(max_size=40), max_size=4)
    ),
    cut=some.integers(1, 50),
)
def test_members_pass_however_the_stream_is_cut(
    members: dict[str, list[bytes]], cut: int
) -> None:
    whole = b"".join(b"".join(framed(*one)) for one in members.items())
    stream = (whole[at : at + cut] for at in range(0, len(whole), cut))
    back = {name: b"".join(pieces) for name, pieces in Members(stream)}
    assert back == {name: b"".join(pieces) for name, pieces in members.items()}
