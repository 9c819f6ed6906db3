"""What a user relies on when the machine fails: a killed run, a full disk, no place for a cache, two runs at once.

Real processes; a stand-in for the network where only files matter.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from core.media.images import read_image
from core.media.video import VideoReader
from tests.core.cli.files import ROOT, photo

pytestmark = pytest.mark.skipif(os.name == "nt", reason="kills and limits are POSIX'")

# A person wherever it is bright, so slow that a run can be hit in its middle.
SLOW = """
import sys, time, core.segmenter
class Slow:
    def matte(self, frame):
        time.sleep(0.05)
        return (frame.max(axis=2) > 180).astype('float32')
core.segmenter.load_segmenter = lambda *_a, **_k: Slow()
from core.cli import main
sys.exit(main(sys.argv[1:]))
"""
# A file may not grow beyond this: for whoever writes it the same as a full disk. Python sees an error, not the signal.
SMALL_DISK = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
from core.cli import main
sys.exit(main(sys.argv[2:]))
"""


def start(code: str, *words: object, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, words)], cwd=ROOT, env=os.environ | environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def end(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    said, complained = process.communicate(timeout=300)
    return process.returncode, said, complained


def wait_for(what, process: subprocess.Popen[str]) -> None:
    """Until ``what()``, while the process lives."""
    limit = time.monotonic() + 120
    while not what():
        assert process.poll() is None and time.monotonic() < limit, process.communicate()
        time.sleep(0.01)


def seen(folder: Path) -> list[Path]:
    """Files that a user sees; hidden ones are none."""
    return sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))


@pytest.fixture
def cached_card(tiny_card):
    """``cached_card(height, width)``: ``tiny``, with its graph for such pictures in the cache."""

    def make(height: int, width: int) -> str:
        from core.segmenter import load_segmenter

        load_segmenter("tiny").matte(np.zeros((height, width, 3), np.uint8))
        return "tiny"

    return make


@pytest.fixture
def noise(tmp_path: Path) -> Path:
    """A photo that no format makes small."""
    from PIL import Image

    pixels = np.random.default_rng(0).integers(0, 255, (400, 400, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "noise.png")
    return tmp_path / "noise.png"


def test_the_next_run_completes_what_a_killed_one_left(tmp_path):
    for n in range(40):
        photo(tmp_path / "in" / f"{n:02}.png")
    out = tmp_path / "out"
    killed = start(SLOW, "portrait", tmp_path / "in", out)
    wait_for(lambda: out.exists() and len(seen(out)) >= 5, killed)
    killed.kill()
    end(killed)
    done = seen(out)
    assert 5 <= len(done) < 40
    times = {path: path.stat().st_mtime_ns for path in done}
    for path in done:
        assert read_image(path).pixels.shape == (40, 60, 3), "what is there is whole"
    code, said, _ = end(start(SLOW, "portrait", tmp_path / "in", out))
    assert code == 0 and f"{40 - len(done)} done, {len(done)} skipped" in said
    assert len(seen(out)) == 40
    assert {path: path.stat().st_mtime_ns for path in done} == times, "what was done is not done again"


def test_a_video_that_was_killed_half_way_is_not_taken_for_done(make_video, tmp_path):
    (tmp_path / "in").mkdir()
    make_video("in/clip.mp4", frames=60)
    out = tmp_path / "out"
    killed = start(SLOW, "portrait", tmp_path / "in", out)
    wait_for(lambda: out.exists() and any(p.stat().st_size for p in out.glob(".*.mp4")), killed)
    killed.kill()
    end(killed)
    assert seen(out) == []
    code, said, _ = end(start(SLOW, "portrait", tmp_path / "in", out))
    assert code == 0 and "1 done, 0 skipped" in said
    with VideoReader(out / "clip.mp4") as reader:
        assert sum(1 for _ in reader.frames()) == 60


def test_a_full_disk_is_told_and_nothing_half_written_stays(cached_card, tmp_path, noise):
    weights = cached_card(400, 400)
    code, _, complained = end(
        start(SMALL_DISK, 50_000, "portrait", noise, tmp_path / "out" / "o.png", "--weights", weights)
    )
    assert code == 2 and "cannot be written" in complained and "Traceback" not in complained
    assert len(complained.strip().splitlines()) == 1
    assert list((tmp_path / "out").iterdir()) == []


def test_a_full_disk_ends_a_video_cleanly(cached_card, tmp_path, make_video):
    source = make_video(frames=40, size=(640, 480))
    weights = cached_card(480, 640)
    code, _, complained = end(
        start(SMALL_DISK, 2_000, "portrait", source, tmp_path / "out" / "o.mp4", "--weights", weights)
    )
    assert code == 2 and "Traceback" not in complained and "cannot be written" in complained
    assert list((tmp_path / "out").iterdir()) == []


def test_a_full_disk_ends_a_volume_cleanly(tmp_path):
    import nibabel as nib

    values = np.random.default_rng(0).integers(-900, 1500, (48, 48, 48)).astype(np.int16)
    nib.save(nib.Nifti1Image(values, np.eye(4)), tmp_path / "noise.nii.gz")
    out = tmp_path / "out"
    words = ["medical", tmp_path / "noise.nii.gz", out / "mask.nii.gz", "--task", "ct-tissues"]
    code, _, complained = end(start(SMALL_DISK, 3_000, *words))
    assert code == 2 and "cannot be written" in complained and "Traceback" not in complained
    assert seen(out) == [] and list(out.iterdir()) == []


def test_a_full_disk_costs_the_cache_not_the_photo(tiny_card, tmp_path):
    cache = tmp_path / "small-cache"
    words = ["portrait", photo(tmp_path / "in.png"), tmp_path / "o.png", "--weights", "tiny"]
    code, _, complained = end(start(SMALL_DISK, 10_000, *words, TRIPTYCH_CACHE=str(cache)))
    assert code == 0, complained
    assert read_image(tmp_path / "o.png").pixels.shape == (40, 60, 3)
    assert [p for p in cache.rglob("*") if p.is_file()] == [], "no half-written graph"


@pytest.mark.parametrize("where", ["cache", "home"])
def test_without_a_place_for_a_cache_it_works_all_the_same(tiny_card, tmp_path, monkeypatch, where):
    # A file where a folder should be: not even root can write below it.
    (tmp_path / "file").write_text("")
    nowhere = str(tmp_path / "file" / "below")
    environment = {"TRIPTYCH_CACHE": nowhere}
    if where == "home":
        monkeypatch.delenv("TRIPTYCH_CACHE", raising=False)
        environment = {"HOME": nowhere, "XDG_CACHE_HOME": ""}
    words = ["portrait", photo(tmp_path / "in.png"), tmp_path / "o.png", "--weights", "tiny"]
    code, _, complained = end(
        start("import sys; from core.cli import main; sys.exit(main(sys.argv[1:]))", *words, **environment)
    )
    assert code == 0, complained
    assert read_image(tmp_path / "o.png").pixels.shape == (40, 60, 3)


def test_two_runs_at_once_share_an_empty_cache(tiny_card, tmp_path):
    source = photo(tmp_path / "in.png")
    both = [
        start(
            "import sys; from core.cli import main; sys.exit(main(sys.argv[1:]))",
            "portrait", source, tmp_path / f"{n}.png", "--weights", "tiny",
        )
        for n in range(2)
    ]  # fmt: skip
    for process in both:
        code, _, complained = end(process)
        assert code == 0, complained
    first, second = (read_image(tmp_path / f"{n}.png").pixels for n in range(2))
    assert np.array_equal(first, second)
