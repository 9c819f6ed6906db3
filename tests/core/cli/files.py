"""Photos for the command line, and files that are none."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from tests.core.media.test_images import png_header

ROOT = Path(__file__).parents[3]


def photo(path: Path, width: int = 60, height: int = 40) -> Path:
    """A bright square (the stand-in's person) before a dark gradient."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 2] = np.linspace(0, 120, width).astype(np.uint8)
    pixels[10:30, 20:40] = (250, 200, 160)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def results(out: Path) -> list[str]:
    """Files that a user sees in a folder, from there and with ``/``; hidden ones are none."""
    found = (p.relative_to(out) for p in out.rglob("*") if p.is_file())
    return sorted(p.as_posix() for p in found if not any(part.startswith(".") for part in p.parts))


def leftovers(folder: Path, *known: str) -> list[str]:
    return sorted(set(p.name for p in folder.iterdir()) - set(known))


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def cut(path: Path) -> Path:
    return write(path, path.read_bytes()[: path.stat().st_size // 2])


# Case → what makes the file, options, words of the message.
BAD_FILES = {
    "missing": (lambda p: p / "none.jpg", [], "does not exist"),
    "empty": (lambda p: write(p / "a.jpg", b""), [], "empty"),
    "text": (lambda p: write(p / "a.jpg", b"text " * 99), [], "neither a photo nor a video"),
    "bomb": (lambda p: write(p / "a.png", png_header(20000, 15000)), [], "megapixels"),
    "truncated": (lambda p: cut(photo(p / "a.png", 300, 300)), [], "damaged or cut short"),
}  # fmt: skip


def stopped(
    stand_in: str, *words: object, frames: int = 20, by: int = signal.SIGINT
) -> subprocess.CompletedProcess[str]:
    """A run of the command line in a process of its own that Ctrl-C, or another signal, ends after so many ``frames``.

    Args:
        stand_in: code that ends with the command's own; prints "frame" at every frame.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", stand_in, *map(str, words)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout
    for _ in range(frames):
        assert process.stdout.readline() == "frame\n"
    process.send_signal(by)
    said, complained = process.communicate(timeout=120)
    return subprocess.CompletedProcess([], process.returncode, said, complained)
