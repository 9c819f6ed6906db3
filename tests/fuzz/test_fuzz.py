"""The fuzzer finds what it is for; and a slice of it, which every run of the tests repeats."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import numpy as np
import pytest

from core.errors import InputError
from tests.fuzz.mutate import mutate_bytes, mutate_json, mutate_words
from tests.fuzz.pieces import pieces_of, with_check_sums
from tests.fuzz.reader import Case, Reader
from tests.fuzz.worker import Limits, run

ROOT = Path(__file__).parents[2]
# Where pages are slow to come, filling 150 MB takes a while of its own.
LIMITS = Limits(work_s=3, refused_mb=50, accepted_mb=100)


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def hang() -> None:
    while True:
        pass


def refuse(text: str) -> None:
    raise InputError(text)


def take(megabytes: int) -> None:
    np.ones(megabytes << 20, np.uint8)


class Unbounded(InputError):
    """One whose text nobody has cut."""

    def __str__(self) -> str:
        return "x" * 5000


def shout() -> None:
    raise Unbounded("")


def toy(act) -> Reader:
    """A reader that does one thing whatever its input is."""
    case = Case("", {"name": b"content"})
    return Reader("toy", lambda f: None, lambda p: [], lambda rng, p: case, lambda *_: act())


def test_every_way_to_fail_is_told_apart_and_its_input_kept(tmp_path):
    acts = (lambda: None, lambda: refuse("no"), crash, hang, lambda: 1 / 0, lambda: take(150), shout)
    found = [result for i, act in enumerate(acts) for result in run(toy(act), i, 1, tmp_path, LIMITS)]
    assert [r.outcome for r in found] == ["accepted", "refused"] + ["failed"] * 5
    for result, words in zip(
        found[2:],
        (
            "crashes: SIGSEGV",
            "hangs: over 3 s of work",
            "ZeroDivisionError",
            "takes memory",
            "unreadable message",
        ),
        strict=True,
    ):
        assert words in result.kind
    assert found[1].told == "no." and found[5].more_mb > 120
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"toy-{i}-0" for i in range(2, 7)]
    assert (tmp_path / "toy-2-0" / "name").read_bytes() == b"content"


def test_work_goes_on_after_a_crash(tmp_path):
    def read(case, _folder, _prepared):
        if case.files["a"][0] % 2:
            crash()

    reader = Reader(
        "odd", lambda f: None, lambda p: [], lambda rng, p: Case("", {"a": bytes([rng.randrange(256)])}), read
    )
    found = list(run(reader, 5, 8, tmp_path, LIMITS))
    assert [r.number for r in found] == list(range(8))
    assert {r.outcome for r in found} == {"accepted", "failed"}
    kept = {int(p.name.rsplit("-", 1)[1]) for p in tmp_path.iterdir()}
    assert kept == {r.number for r in found if r.outcome == "failed"}


def test_a_valid_file_that_is_refused_stops_it(tmp_path, capfd):
    reader = Reader(
        "strict", lambda f: None, lambda p: [Case("")], lambda rng, p: Case(""), lambda *_: refuse("no")
    )
    with pytest.raises(RuntimeError, match="strict"):
        list(run(reader, 0, 1, tmp_path, LIMITS))
    capfd.readouterr()


def test_a_seed_makes_the_same_again():
    data = bytes(range(256)) * 4
    made = [
        [mutate_bytes(Random(s), data), mutate_json(Random(s), {"a": [1, {"b": "c"}]}), mutate_words(Random(s), ["a", "b"], ["--x"])]
        for s in (1, 1, 2)
    ]  # fmt: skip
    assert made[0] == made[1] != made[2]


def test_pieces_of_a_png_and_their_check_sums():
    from tests.core.media.test_images import png_header

    whole = png_header(3, 2)
    parts = pieces_of(whole)
    assert [whole[p.start + 4 : p.start + 8] for p in parts] == [b"IHDR", b"IDAT", b"IEND"]
    assert parts[0].start == 8 and parts[-1].end == len(whole)
    broken = bytearray(whole)
    broken[19] ^= 1
    assert with_check_sums(whole) == whole and with_check_sums(bytes(broken)) != bytes(broken)


def test_a_slice_of_all_readers(tmp_path):
    words = [sys.executable, "-m", "tests.fuzz", "--runs", "400", "--seed", "7", "--keep", str(tmp_path)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = re.findall(r"^(\w+) +([\d,]+) +([\d,]+) +([\d,]+) .* 0 +\d+ s$", done.stdout, re.M)
    assert [row[0] for row in rows] == ["image", "video", "nifti", "live", "cli", "labels", "weights"]
    assert sum(int(row[1]) for row in rows) >= 400
    assert all(int(refused) and int(accepted) for _, _, refused, accepted in rows[:-1])
    assert not list(tmp_path.iterdir())
