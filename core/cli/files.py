"""What the commands on photos and videos share: which files, where results go, and what is said of them."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from core.cli.progress import Bar, clock
from core.cli.record import FOREIGN, Entry, Places, Record
from core.cli.signals import tell
from core.cli.trees import Tree
from core.errors import InputError
from core.media.convert import FrameFunction, process_video
from core.media.images import WRITABLE
from core.media.probe import kind

# So much older than its source is what was stopped outside a folder's run: as no other file is.
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


def run_tree(
    source: Path,
    target: Path,
    found: Tree,
    name: Name,
    make: Make,
    *,
    key: str,
    overwrite: bool,
    is_done: Callable[[Path], bool] = Path.exists,
    whole: list[Path] | None = None,
) -> int:
    """Make a result of each file of a `tree`; returns the exit code, 1 if some failed.

    Args:
        key: see `options_key`; what was made with others is made again.
        overwrite: make those again that are there already, also what is not of this program.
        is_done: whether a result that the record has is still there.
        whole: takes the results of these sources and options, made now or before.
    """
    started = time.monotonic()
    done, skipped, failed, files = 0, 0, len(found.unread), found.files
    whole = [] if whole is None else whole
    found.tell()
    record, root = Record(target), source.resolve().name
    places = Places(record, [path.relative_to(source) for path in files])
    for number, path in enumerate(files, 1):
        try:
            what, inside, of = kind(path), path.relative_to(source), path.stat()
            told = f"{root}/{inside.as_posix()}"
            place = places.take(told, inside.with_name(name(path.name, what)), partial(_other_name, inside))
            entry, result = Entry(place, told, of.st_size, of.st_mtime_ns, key), target / place
            if not overwrite and record.is_done(entry) and is_done(result):
                skipped += 1
                whole.append(result)
                continue
            if not overwrite and record.owner(place) is None and _is_foreign(result, of):
                skipped += 1
                print(f"[{number}/{len(files)}] {result} {FOREIGN}", file=sys.stderr, flush=True)
                continue
            record.add(entry, done=False)
            began = time.monotonic()
            note = _make(path, result, what, make)
            record.add(entry, done=True)
            done += 1
            whole.append(result)
            told = f"{time.monotonic() - began:.2f} s{', ' + note if note else ''}"
            print(f"[{number}/{len(files)}] {result} ({told})", flush=True)
        except InputError as error:
            failed += 1
            told = " ".join(str(error).split())
            print(f"[{number}/{len(files)}] failed: {told}", file=sys.stderr, flush=True)
    told = f"{done} done, {skipped} skipped (already there), {failed} failed"
    print(f"{told} in {clock(time.monotonic() - started)}")
    return 1 if failed else 0


def _other_name(source: Path, wanted: Path, more: str) -> Path:
    """a.jpg and a.png with one matte each: ``a-png.png``."""
    return wanted.with_name(f"{source.stem}-{source.suffix[1:].lower()}{more}{wanted.suffix}")


def _is_foreign(result: Path, source: os.stat_result) -> bool:
    """Whether there is something that no run of ours left half-made; see `_stoppable`."""
    return result.exists() and result.stat().st_mtime_ns != source.st_mtime_ns - _STOPPED_NS


def _stoppable(source: Path, result: Path, what: str, make: Make) -> str | None:
    """Make it; what is left of it by Ctrl-C gets a date by which its folder's next run knows it, and does it over."""
    before = result.stat().st_mtime_ns if result.exists() else None
    try:
        return _make(source, result, what, make)
    except KeyboardInterrupt:
        if result.exists() and result.stat().st_mtime_ns != before:
            older = source.stat().st_mtime_ns - _STOPPED_NS
            os.utime(result, ns=(older, older))
        raise
