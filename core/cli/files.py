"""What the commands on photos and videos share: which files, where results go, and what is said of them."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from core.cli.progress import Bar, clock
from core.cli.signals import tell
from core.cli.trees import check_target
from core.errors import InputError
from core.media.convert import FrameFunction, process_video
from core.media.images import EXTENSIONS, WRITABLE
from core.media.probe import kind

VIDEO_EXTENSIONS = (
    ".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".gif", ".mpg", ".mpeg", ".ts", ".wmv", ".3gp",
)  # fmt: skip
# So much older than its source is what was stopped: like no other file, and all file systems can hold it that hold parts of
# a second.
_STOPPED_NS = 1_234_567_800
Name = Callable[[str, str], str]
"""(a source's name, its kind) → the result's name."""
Make = Callable[[Path, Path, str], str | None]
"""(source, target, kind) → the result is there; what it returns is a note for the user."""


def check_weights(name: str, task: str) -> None:
    """Tell of wrong weights before any work.

    Raises:
        InputError: there are none of that name, or they answer another question than ``task``.
    """
    from core.weights import list_cards, load_card

    card = load_card(name)
    if card.task != task:
        fitting = [other.name for other in list_cards() if other.task == task]
        raise InputError(
            f"{name} answers with a {card.task} result",
            f"weights of task {task}" + (f", such as {', '.join(fitting)}" if fitting else ""),
        )


def one_target(text: str, name: str) -> Path:
    """Where a single result goes: ``text`` is a file, a file without its ending, or a folder (there, or with a slash).

    Args:
        name: what the result is called in a folder; its ending is given to a file that has none.
    """
    target = Path(text)
    if target.is_dir() or text.endswith(("/", "\\")):
        return target / name
    return target if target.suffix else target.with_suffix(Path(name).suffix)


def video_name(name: str) -> str:
    """A result's name for a video's: the same where that container can be written, else an MP4.

    >>> video_name("a.MOV"), video_name("a.webm")
    ('a.mov', 'a.mp4')
    """
    stem, suffix = Path(name).stem, Path(name).suffix.lower()
    return f"{stem}{suffix if suffix in ('.mp4', '.mov', '.m4v', '.mkv') else '.mp4'}"


def photo_name(name: str) -> str:
    """A result's name for a photo's: the same where that format can be written, else a JPEG.

    >>> photo_name("a.webp"), photo_name("a.heic")
    ('a.webp', 'a.jpg')
    """
    stem, suffix = Path(name).stem, Path(name).suffix.lower()
    return f"{stem}{suffix if suffix in WRITABLE else '.jpg'}"


def run_one(source: Path, target: Path, what: str, make: Make) -> None:
    """Make one result and say so.

    Raises:
        InputError: as ``make``, or the target is the source.
    """
    started = time.monotonic()
    note = _stoppable(source, target, what, make)
    print(f"{target} ({time.monotonic() - started:.2f} s{', ' + note if note else ''})")


def _make(source: Path, target: Path, what: str, make: Make) -> str | None:
    if target.exists() and target.samefile(source):
        raise InputError(f"{target} is the source itself", "another name for the result")
    return make(source, target, what)


def run_video(source: Path, target: Path, function: FrameFunction) -> str:
    """Every frame through ``function``, with a bar; returns a note of how fast. Stopped, it leaves a file that plays.

    Raises:
        InputError: as `process_video`.
    """
    bar = Bar(source.name)
    try:
        summary = process_video(source, target, function, progress=bar)
    except KeyboardInterrupt:
        bar.end()
        if target.exists():
            tell(f"stopped; what was written so far plays: {target}")
        raise
    finally:
        bar.end()
    if summary.note:
        print(f"note: {summary.note}", file=sys.stderr)
    return f"{summary.frames} frames, {summary.frames / max(summary.elapsed_s, 1e-6):.1f} frames/s"


def tree(source: Path, target: Path, aside: tuple[str, ...] = ()) -> list[Path]:
    """Files below ``source`` that look like photos or videos, sorted; not those in ``target`` nor hidden ones.

    Args:
        aside: endings of names that are left out.

    Raises:
        InputError: there are none, or ``target`` cannot take results of a tree.
    """
    check_target(source, target)
    files = [path for path in _walk(source, target.resolve()) if not path.name.endswith(aside or ("\0",))]
    if not files:
        raise InputError(
            f"{source} holds no photo and no video", f"files ending in {', '.join(EXTENSIONS)}, …"
        )
    return files


def _walk(source: Path, inside: Path) -> Iterator[Path]:
    for path in sorted(source.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(source).parts)
        if path.suffix.lower() not in EXTENSIONS + VIDEO_EXTENSIONS or hidden or not path.is_file():
            continue
        if inside not in path.resolve().parents:
            yield path


def run_tree(
    source: Path,
    target: Path,
    files: list[Path],
    name: Name,
    make: Make,
    *,
    overwrite: bool,
    is_done: Callable[[Path], bool] = Path.exists,
) -> int:
    """Make a result of each of `tree`'s ``files``; returns the exit code, 1 if some failed.

    Args:
        overwrite: make those again that are there already.
        is_done: whether a result is there; one that is older than its source is made again.
    """
    started = time.monotonic()
    done = skipped = failed = 0
    taken: set[Path] = set()
    for number, path in enumerate(files, 1):
        try:
            what = kind(path)
            result = target / path.relative_to(source).with_name(name(path.name, what))
            if result in taken:  # a.jpg and a.png with one matte each
                result = result.with_name(f"{path.stem}-{path.suffix[1:].lower()}{result.suffix}")
            taken.add(result)
            if not overwrite and is_done(result) and result.stat().st_mtime >= path.stat().st_mtime:
                skipped += 1
                continue
            began = time.monotonic()
            note = _stoppable(path, result, what, make)
            done += 1
            told = f"{time.monotonic() - began:.2f} s{', ' + note if note else ''}"
            print(f"[{number}/{len(files)}] {result} ({told})", flush=True)
        except InputError as error:
            failed += 1
            told = " ".join(str(error).split())
            print(f"[{number}/{len(files)}] failed: {told}", file=sys.stderr, flush=True)
    told = f"{done} done, {skipped} skipped (already there), {failed} failed"
    print(f"{told} in {clock(time.monotonic() - started)}")
    return 1 if failed else 0


def _stoppable(source: Path, result: Path, what: str, make: Make) -> str | None:
    """Make it; what is left of it by Ctrl-C is made to look older than its source, so that the next run does it over."""
    before = result.stat().st_mtime_ns if result.exists() else None
    try:
        return _make(source, result, what, make)
    except KeyboardInterrupt:
        if result.exists() and result.stat().st_mtime_ns != before:
            older = source.stat().st_mtime_ns - _STOPPED_NS
            os.utime(result, ns=(older, older))
        raise
