"""Sealed values, blind indexes and sealed files: what opens, and all that must not."""

from __future__ import annotations

import io
import stat
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.crypto import Keys, SealBroken, UnknownKey
from foundation.home import Home
from foundation.sealed_files import (
    NotASealedFile,
    SealedFileBroken,
    SealedFileTruncated,
    open_file,
    seal_chunks,
    seal_file,
    sha256_of,
)

KEYS = Keys(data=b"d" * 32, index=b"i" * 32)
CHUNK = 64 * 1024
HEADER = 5 + 16  # magic with version, salt
SEALED_CHUNK = CHUNK + 16  # with its tag


@given(st.text())
def test_sealed_text_opens_in_its_column_only(clear: str) -> None:
    sealed = KEYS.seal(clear, bound_to="debtor.document")
    assert KEYS.open(sealed, bound_to="debtor.document") == clear
    with pytest.raises(SealBroken):
        KEYS.open(sealed, bound_to="user.document")


def test_equal_texts_are_sealed_differently_and_indexed_equally() -> None:
    first, second = (KEYS.seal("52998224725", bound_to="x") for _ in range(2))
    assert first != second
    assert KEYS.blind_index("52998224725", bound_to="x") == KEYS.blind_index(
        "52998224725", bound_to="x"
    )
    assert KEYS.blind_index("52998224725", bound_to="x") != KEYS.blind_index(
        "52998224725", bound_to="y"
    )
    assert b"52998224725" not in first


def test_other_keys_and_altered_bytes_do_not_open() -> None:
    sealed = KEYS.seal("x", bound_to="c")
    with pytest.raises(SealBroken):
        Keys(b"e" * 32, b"i" * 32).open(sealed, bound_to="c")
    with pytest.raises(UnknownKey):
        KEYS.open(b"\x09" + sealed[1:], bound_to="c")
    with pytest.raises(SealBroken):
        KEYS.open(sealed[:5], bound_to="c")
    for place in range(1, len(sealed)):
        altered = sealed[:place] + bytes((sealed[place] ^ 1,)) + sealed[place + 1 :]
        with pytest.raises(SealBroken):
            KEYS.open(altered, bound_to="c")


def test_keys_come_from_the_state_folder_and_are_never_printed(tmp_path: Path) -> None:
    keys = Keys.of(Home(tmp_path))
    assert keys == Keys.of(Home(tmp_path))
    assert keys.data != keys.index
    assert stat.S_IMODE(Home(tmp_path).secret_path("data_key").stat().st_mode) == 0o600
    assert keys.data.hex() not in repr(keys)
    assert repr(keys.data) not in repr(keys)


def test_each_creditor_has_its_own_recording_key() -> None:
    one, other = uuid4(), uuid4()
    keys = {
        KEYS.recording_key(one),
        KEYS.recording_key(other),
        KEYS.recording_key(None),
        KEYS.data,
    }
    assert len(keys) == 4
    assert KEYS.recording_key(one) == KEYS.recording_key(one)


def sealed_recording(folder: Path, content: bytes) -> Path:
    clear = folder / "clear.wav"
    clear.write_bytes(content)
    sealed = seal_file(KEYS.data, clear, folder / "a.sealed", bound_to="attempt 1")
    assert sealed.path.read_bytes() != content
    assert sealed.bytes == sealed.path.stat().st_size
    assert sealed.sha256 == sha256_of(sealed.path)
    return sealed.path


def opened(path: Path, *, key: bytes = KEYS.data, bound_to: str = "attempt 1") -> bytes:
    return b"".join(open_file(key, path, bound_to=bound_to))


@pytest.mark.parametrize(
    "size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7]
)
def test_a_sealed_file_opens_to_the_same_bytes(tmp_path: Path, size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    path = sealed_recording(tmp_path, content[:size])
    assert opened(path) == content[:size]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {file.name for file in tmp_path.iterdir()} == {"clear.wav", "a.sealed"}


def test_another_key_or_another_recording_does_not_open(tmp_path: Path) -> None:
    path = sealed_recording(tmp_path, b"voice" * 100)
    with pytest.raises(SealedFileBroken):
        opened(path, key=KEYS.index)
    with pytest.raises(SealedFileBroken):
        opened(path, bound_to="attempt 2")


@pytest.mark.parametrize("chunks_kept", [1, 2])
def test_a_file_cut_between_chunks_is_truncated(tmp_path: Path, chunks_kept: int) -> None:
    path = sealed_recording(tmp_path, b"v" * (2 * CHUNK + 10))
    path.write_bytes(path.read_bytes()[: HEADER + chunks_kept * SEALED_CHUNK])
    with pytest.raises(SealedFileTruncated):
        opened(path)


def test_a_file_without_its_first_chunk_is_truncated(tmp_path: Path) -> None:
    path = sealed_recording(tmp_path, b"v" * 10)
    path.write_bytes(path.read_bytes()[:HEADER])
    with pytest.raises(SealedFileTruncated):
        opened(path)


def test_altered_moved_or_added_bytes_do_not_open(tmp_path: Path) -> None:
    path = sealed_recording(tmp_path, b"v" * (2 * CHUNK + 10))
    whole = path.read_bytes()
    first = whole[HEADER : HEADER + SEALED_CHUNK]
    second = whole[HEADER + SEALED_CHUNK : HEADER + 2 * SEALED_CHUNK]
    damaged = [
        whole[: HEADER + 100] + b"\0" + whole[HEADER + 101 :],
        whole[:-1] + bytes((whole[-1] ^ 1,)),
        whole[:10] + bytes((whole[10] ^ 1,)) + whole[11:],  # the salt
        whole[:HEADER] + second + first + whole[HEADER + 2 * SEALED_CHUNK :],
        whole + b"more",
        whole[: HEADER + 1000],  # cut inside the first chunk
    ]
    for content in damaged:
        path.write_bytes(content)
        with pytest.raises(SealedFileBroken):
            opened(path)


def test_other_files_are_not_sealed_files(tmp_path: Path) -> None:
    path = tmp_path / "x"
    for content in (b"", b"RIFF" + b"\0" * 100, b"ACRD\x01short"):
        path.write_bytes(content)
        with pytest.raises(NotASealedFile):
            opened(path)


def test_sealing_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        seal_file(KEYS.data, tmp_path / "none.wav", tmp_path / "a.sealed", bound_to="x")
    assert list(tmp_path.iterdir()) == []


def test_sealing_reads_no_more_than_two_chunks_ahead() -> None:
    source = io.BytesIO(b"v" * (10 * CHUNK))
    pieces = seal_chunks(KEYS.data, source, bound_to="x")
    next(pieces)  # the header
    next(pieces)
    assert source.tell() == 2 * CHUNK
