"""``python -m core portrait IN OUT``: one photo, one video, or a tree of both."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli.files import (
    check_weights,
    one_target,
    photo_name,
    run_one,
    run_tree,
    run_video,
    video_name,
)
from core.cli.record import options_key
from core.cli.trees import tree
from core.errors import InputError
from core.media.images import WRITABLE, read_image, write_image
from core.media.probe import kind

if TYPE_CHECKING:
    from core.portrait.effect import Effect, Output

# Nobody waits for a file as for a camera: the better network.
DEFAULT_WEIGHTS = {"image": "portrait-fine", "video": "portrait-fine"}


def run(options: argparse.Namespace) -> int:
    """Do it; returns the exit code.

    Raises:
        InputError: bad options, or a bad single file.
    """
    effect = read_effect(options.output, options, parse_points(options.keep))
    if options.weights:
        check_weights(options.weights, "matte")
    source, what = Path(options.source), kind(options.source)
    name, make = partial(result_name, output=effect.output), partial(_one, effect=effect, options=options)
    if what == "folder":
        target = Path(options.target)
        found = tree(source, target)
        weights = [options.weights] if options.weights else sorted({*DEFAULT_WEIGHTS.values()})
        key = options_key(options, weights, [options.image if effect.output == "image" else None])
        return run_tree(source, target, found, name, make, key=key, overwrite=options.overwrite)
    run_one(source, one_target(options.target, name(source.name, what)), what, make)
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
    if what == "video":
        return video_name(name)
    return f"{Path(name).stem}.png" if output in ("matte", "cutout") else photo_name(name)


def _one(source: Path, target: Path, what: str, effect: Effect, options: argparse.Namespace) -> str | None:
    """Make one result; returns a note for the user, if any."""
    from core.segmenter import load_segmenter

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


def _video(source: Path, target: Path, effect: Effect, segmenter, options: argparse.Namespace) -> str:
    from core.portrait.stream import PortraitStream

    if effect.output == "cutout":
        raise InputError("a video has no transparency here", "--output color, matte, image or blur")
    return run_video(source, target, PortraitStream(segmenter, effect, smooth=not options.no_smooth))
