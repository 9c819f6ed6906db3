"""``python -m core portrait IN OUT``: one photo, one video, or a tree of both."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli.progress import Bar, clock
from core.errors import InputError
from core.media.images import EXTENSIONS, WRITABLE, read_image, write_image
from core.media.probe import kind

if TYPE_CHECKING:
    from core.portrait.effect import Effect, Output

VIDEO_EXTENSIONS = (
    ".mp4",
    ".mov",
    ".m4v",
    ".mkv",
    ".webm",
    ".avi",
    ".gif",
    ".mpg",
    ".mpeg",
    ".ts",
    ".wmv",
    ".3gp",
)
# portrait-fast is not yet good enough to be anybody's default (see its card).
DEFAULT_WEIGHTS = {"image": "portrait-fine", "video": "portrait-fine"}


def run(options: argparse.Namespace) -> int:
    """Do it; returns the exit code.

    Raises:
        InputError: bad options, or a bad single file.
    """
    effect = read_effect(options.output, options, parse_points(options.keep))
    source, target = Path(options.source), Path(options.target)
    if options.weights:
        from core.weights import load_card

        load_card(options.weights)  # an unknown name is told before any work
    if kind(source) == "folder":
        return _folder(source, target, effect, options)
    what = kind(source)
    if target.is_dir() or options.target.endswith(("/", "\\")):
        target = target / result_name(source.name, what, effect.output)
    elif not target.suffix:
        target = target.with_suffix(Path(result_name(source.name, what, effect.output)).suffix)
    started = time.monotonic()
    note = _one(source, target, what, effect, options)
    print(f"{target} ({time.monotonic() - started:.2f} s{', ' + note if note else ''})")
    return 0


def parse_color(text: str) -> tuple[int, int, int]:
    """``#00b140`` or ``00b140`` → (0, 177, 64).

    Raises:
        InputError: anything else.
    """
    digits = text.removeprefix("#")
    try:
        if len(digits) != 6:
            raise ValueError
        return tuple(bytes.fromhex(digits))  # type: ignore[return-value]
    except ValueError:
        raise InputError(f"colour {text!r}", "six hex digits such as #00b140") from None


def parse_points(texts: list[str] | None) -> tuple[tuple[float, float], ...] | None:
    """``["0.3,0.5"]`` → ((0.3, 0.5),)."""
    if texts is None:
        return None
    points = []
    for text in texts:
        try:
            x, y = (float(v) for v in text.split(","))
        except ValueError:
            raise InputError(f"point {text!r}", "X,Y with both from 0 to 1, such as 0.3,0.5") from None
        points.append((x, y))
    return tuple(points)


def read_effect(
    output: Output, options: argparse.Namespace, keep: tuple[tuple[float, float], ...] | None = None
) -> Effect:
    """An `Effect` from the options every portrait command has: ``f_number``, ``shape``, ``color`` and ``image``.

    Raises:
        InputError: one of them is out of range or cannot be read.
    """
    from core.portrait.effect import Effect

    picture = None
    if output == "image":
        if not options.image:
            raise InputError("an image as the background without a picture", "--image FILE")
        picture = read_image(options.image).pixels
    return Effect(output, options.f_number, options.shape, parse_color(options.color), picture, keep)


def result_name(name: str, what: str, output: str) -> str:
    """A result's name for a source's: same stem, an ending that holds what is written.

    >>> result_name("a.heic", "image", "blur"), result_name("a.jpg", "image", "matte")
    ('a.jpg', 'a.png')
    """
    stem, suffix = Path(name).stem, Path(name).suffix.lower()
    if what == "video":
        return f"{stem}{suffix if suffix in ('.mp4', '.mov', '.m4v', '.mkv') else '.mp4'}"
    if output in ("matte", "cutout"):
        return f"{stem}.png"
    return f"{stem}{suffix if suffix in WRITABLE else '.jpg'}"


def _one(source: Path, target: Path, what: str, effect: Effect, options: argparse.Namespace) -> str | None:
    """Make one result; returns a note for the user, if any."""
    from core.segmenter import load_segmenter

    if target.exists() and target.samefile(source):
        raise InputError(f"{target} is the source itself", "another name for the result")
    segmenter = load_segmenter(options.weights or DEFAULT_WEIGHTS[what], engine=options.engine)
    if what == "image":
        from core.portrait.photo import PortraitPhoto

        if target.suffix.lower() not in WRITABLE:
            raise InputError(f"cannot write {target.name}", f"a name ending in {', '.join(WRITABLE)}")
        if effect.output == "cutout" and target.suffix.lower() in (".jpg", ".jpeg"):
            raise InputError(f"{target.name}: a JPEG has no transparency", "a .png or .webp file")
        photo = read_image(source)
        write_image(target, PortraitPhoto(photo.pixels, segmenter).render(effect), like=photo)
        return None
    return _video(source, target, effect, segmenter, options)


def _video(source: Path, target: Path, effect: Effect, segmenter, options: argparse.Namespace) -> str | None:
    from core.media.convert import process_video
    from core.portrait.stream import PortraitStream

    if effect.output == "cutout":
        raise InputError("a video has no transparency here", "--output color, matte, image or blur")
    stream = PortraitStream(segmenter, effect, smooth=not options.no_smooth)
    bar = Bar(source.name)
    try:
        summary = process_video(source, target, stream, progress=bar)
    except KeyboardInterrupt:
        bar.end()
        if target.exists():
            print(f"stopped; what was written so far plays: {target}", file=sys.stderr)
        raise
    finally:
        bar.end()
    if summary.note:
        print(f"note: {summary.note}", file=sys.stderr)
    return f"{summary.frames} frames, {summary.frames / max(summary.elapsed_s, 1e-6):.1f} frames/s"


def _tree(source: Path, target: Path) -> Iterator[Path]:
    """Files below ``source`` that look like photos or videos, sorted; not those in ``target`` nor hidden ones."""
    known = EXTENSIONS + VIDEO_EXTENSIONS
    inside = target.resolve()
    for path in sorted(source.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(source).parts)
        if (
            path.suffix.lower() in known
            and path.is_file()
            and not hidden
            and inside not in path.resolve().parents
        ):
            yield path


def _folder(source: Path, target: Path, effect: Effect, options: argparse.Namespace) -> int:
    if target.exists() and not target.is_dir():
        raise InputError(f"{target} is a file", "a folder to write to")
    if target.resolve() == source.resolve():
        raise InputError(f"{target} is the source itself", "another folder for the results")
    files = list(_tree(source, target))
    if not files:
        raise InputError(
            f"{source} holds no photo and no video", f"files ending in {', '.join(EXTENSIONS)}, …"
        )
    started = time.monotonic()
    done = skipped = failed = 0
    taken: dict[Path, Path] = {}
    for number, path in enumerate(files, 1):
        try:
            what = kind(path)
            result = target / path.relative_to(source).with_name(result_name(path.name, what, effect.output))
            if result in taken:  # a.jpg and a.png with one matte each
                result = result.with_name(f"{path.stem}-{path.suffix[1:].lower()}{result.suffix}")
            taken[result] = path
            if result.exists() and not options.overwrite and result.stat().st_mtime >= path.stat().st_mtime:
                skipped += 1
                continue
            began = time.monotonic()
            _one(path, result, what, effect, options)
            done += 1
            print(f"[{number}/{len(files)}] {result} ({time.monotonic() - began:.2f} s)", flush=True)
        except InputError as error:
            failed += 1
            print(
                f"[{number}/{len(files)}] failed: {' '.join(str(error).split())}", file=sys.stderr, flush=True
            )
    print(
        f"{done} done, {skipped} skipped (already there), {failed} failed in {clock(time.monotonic() - started)}"
    )
    return 1 if failed else 0
