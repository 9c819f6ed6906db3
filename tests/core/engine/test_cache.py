"""Compiled graphs come back as they were kept, or are made again; the folder does not grow for ever."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest

from core.engine import cache
from core.engine.cache import GRAPH_VERSION, cache_folder, cached_graph, prune

ov = pytest.importorskip("openvino")

NUMBERS = np.arange(1, 257, dtype=np.float32)


class Maker:
    """Makes a graph that adds ``NUMBERS``, and counts how often."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> ov.Model:
        from openvino import opset13 as ops

        self.made += 1
        x = ops.parameter([256], np.float32)
        return ov.Model([ops.result(ops.add(x, ops.constant(NUMBERS)))], [x], "sum")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRIPTYCH_CACHE", str(tmp_path))
    return tmp_path


def answer(key: str, make: Maker) -> np.ndarray:
    core = ov.Core()
    return core.compile_model(cached_graph(core, key, make), "CPU")([np.zeros(256, np.float32)])[0]


def flip(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 0x40
    path.write_bytes(raw)


DAMAGES = {
    "flip": flip,
    "zero": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "truncate": lambda path: path.write_bytes(path.read_bytes()[:-4]),
    "empty": lambda path: path.write_bytes(b""),
    "missing": Path.unlink,
}


@pytest.mark.parametrize("ending", ["bin", "xml", "sha256"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_graph_is_made_again(folder, ending, damage):
    make, key = Maker(), f"{damage}-{ending}"  # a name of its own: OpenVINO may remember files by theirs
    answer(key, make)
    (path,) = folder.glob(f"{key}*.{ending}")
    DAMAGES[damage](path)
    assert np.array_equal(answer(key, make), NUMBERS) and make.made == 2
    assert np.array_equal(answer(key, make), NUMBERS) and make.made == 2, "whole again"


def test_a_folder_that_cannot_be_written_to_is_read(folder, monkeypatch):
    make = Maker()
    answer("warm", make)

    def refuse(*_: object, **__: object):
        raise PermissionError(30, "Read-only file system")

    monkeypatch.setattr(os, "access", lambda *_: False)
    for name in ("utime", "replace", "mkdir"):
        monkeypatch.setattr(os, name, refuse)
    assert np.array_equal(answer("warm", make), NUMBERS) and make.made == 1
    assert np.array_equal(answer("cold", make), NUMBERS) and make.made == 2
    assert not list(folder.glob("cold*"))


def test_a_user_without_a_home_has_no_folder(monkeypatch):
    def nobody() -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in ("TRIPTYCH_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", nobody)
    assert cache_folder() is None
    assert np.array_equal(answer("homeless", Maker()), NUMBERS)


def write(folder: Path, stem: str, days: float) -> None:
    """A graph of 300 bytes that was used ``days`` ago."""
    for ending in ("xml", "bin", "sha256"):
        path = folder / f"{stem}.{ending}"
        path.write_bytes(bytes(100))
        os.utime(path, (time.time() - days * 86400,) * 2)


def test_what_was_used_longest_ago_goes_first(folder):
    names = [f"{n}-ov2026.4.1-g{GRAPH_VERSION}" for n in "abcd"]
    for days, name in enumerate(names, 2):
        write(folder, name, days)
    (folder / "drawn-head-0.npz").write_bytes(bytes(1000))
    prune(folder, keep=names[3], budget=900)
    assert {p.stem for p in folder.iterdir()} == {names[0], names[1], names[3], "drawn-head-0"}


def test_other_versions_and_half_written_files_go_when_nobody_uses_them(folder):
    ours, others = f"a-ov2026.4.1-g{GRAPH_VERSION}", f"a-ov2026.4.1-g{GRAPH_VERSION - 1}"
    write(folder, ours, 30)
    for stem, days in (
        (others, 2),
        (f"b-ov2026.4.1-g{GRAPH_VERSION + 1}", 0.1),
        ("0" * 32, 2),
        ("1" * 32, 0),
    ):
        write(folder, stem, days)
    prune(folder, keep="")
    assert {p.stem for p in folder.glob("*.xml")} == {ours, f"b-ov2026.4.1-g{GRAPH_VERSION + 1}", "1" * 32}


def test_a_graph_that_is_used_is_not_the_oldest(folder, monkeypatch):
    make = Maker()
    for key in ("first", "second"):
        answer(key, make)
    for path in folder.iterdir():
        os.utime(path, (time.time() - 86400,) * 2)
    answer("first", make)
    one = sum(path.stat().st_size for path in folder.glob("first*"))
    monkeypatch.setattr(cache, "BUDGET", 2 * one)
    answer("third", make)
    assert {path.name.split("-")[0] for path in folder.iterdir()} == {"first", "third"}
