"""The results of ``python -m core driving``: what each is called, and how it is made."""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from core.cli.driving_options import DEFAULT_INSTANCES, DEFAULT_WEIGHTS, REGIONS
from core.cli.files import check_weights, photo_name, run_video, video_name
from core.cli.progress import Bar
from core.cli.signals import tell
from core.driving.exports import OUTPUTS, PanopticFolder, save_map
from core.driving.parsed import Look, ParsedFrame
from core.driving.stream import DrivingStream
from core.errors import InputError
from core.media.convert import Progress
from core.media.images import WRITABLE, Photo, read_image, write_image
from core.media.video import VideoReader
from core.metrics.folders import common_name
from core.results import Instances

BY_FRAME = ("ids", "trainids", "panoptic")
"""Of a video, one PNG a frame: compression would change ids."""
LOW = "hardly a road scene"


def plain_name(path: Path) -> str:
    """A frame's name without what data sets add, as an image's id in COCO's files.

    >>> plain_name(Path("ulm/ulm_000001_000019_leftImg8bit.png"))
    'ulm_000001_000019'
    """
    return common_name(f"{path.stem}.png", [".png"])


def things_finder(options: argparse.Namespace, shown: str) -> Callable[[np.ndarray], Instances] | None:
    """What tells things apart, where ``shown`` needs it; None: connected regions.

    Raises:
        InputError: ``--instances`` is given where nothing needs it, or names wrong weights.
    """
    from core.segmenter import load_segmenter

    if (name := finder_weights(options, shown)) is None:
        return None
    return lambda frame: load_segmenter(name, engine=options.engine).instances(frame)


def finder_weights(options: argparse.Namespace, shown: str) -> str | None:
    """The name of the network in `things_finder`, which raises as this does."""
    from core.weights import list_cards

    name = options.instances
    if shown not in ("instances", "panoptic"):
        if name not in (None, REGIONS):
            raise InputError(f"--instances with {shown}", "it with instances or panoptic")
        return None
    if name is None and any(card.name == DEFAULT_INSTANCES for card in list_cards()):
        name = DEFAULT_INSTANCES
    if name in (None, REGIONS):
        return None
    check_weights(name, "instance")
    return name


class Results:
    """Makes the results of one run.

    Args:
        options: of the command.
        panoptic: where panoptic results are collected; its place is the folder of all targets.
        image_id: of a source, for panoptic results.

    Attributes:
        finder: the weights that tell things apart, if any do.
        replaces: whether the folder of a video's frames is an earlier run's, whose frames go when there are more of them.
    """

    def __init__(
        self,
        options: argparse.Namespace,
        look: Look,
        panoptic: PanopticFolder | None = None,
        image_id: Callable[[Path], str] = plain_name,
    ) -> None:
        self._options, self._look, self._panoptic, self._image_id = options, look, panoptic, image_id
        self.replaces: Callable[[Path], bool] = lambda _: False
        self._made: dict[Path, list[Path]] = {}
        self._find = things_finder(options, options.output)
        self.finder = finder_weights(options, options.output)

    def name(self, name: str, what: str) -> str:
        """A result's name for a source's: same stem, an ending that holds what is written."""
        if what == "video":
            return Path(name).stem if self._options.output in BY_FRAME else video_name(name)
        exact = self._options.output in (*OUTPUTS, "panoptic")
        return f"{Path(name).stem}.png" if exact else photo_name(name)

    def is_done(self, result: Path) -> bool:
        """Whether an earlier run made it."""
        if self._panoptic is None:
            return result.exists()
        frames = sorted(result.glob("*.png")) if result.is_dir() else [result]
        return bool(frames) and all(map(self._panoptic.has, frames))

    def files_of(self, result: Path) -> list[Path]:
        """The PNGs of a result: itself, or a video's frames."""
        return self._made.get(result) or (sorted(result.glob("*.png")) if result.is_dir() else [result])

    def make(self, source: Path, target: Path, what: str) -> str | None:
        """Make one result; returns a note for the user, if any.

        Raises:
            InputError: a source that cannot be read, or a target that cannot be written or hold it.
        """
        from core.segmenter import load_segmenter

        options = self._options
        if what == "image":
            self._check_ending(target)
        segmenter = load_segmenter(options.weights or DEFAULT_WEIGHTS, engine=options.engine)
        smooth = what == "video" and not options.no_smooth
        stream = DrivingStream(segmenter, self._look, smooth, find_instances=self._find)
        if what == "video":
            return (
                self._frames(source, target, stream)
                if options.output in BY_FRAME
                else _video(source, target, stream)
            )
        photo = read_image(source)
        parsed = stream.parse(photo.pixels)
        self._save(parsed, target, self._image_id(source), photo)
        return LOW if parsed.doubtful else None

    def _check_ending(self, target: Path) -> None:
        suffix, output = target.suffix.lower(), self._options.output
        if output in (*OUTPUTS, "panoptic") and suffix != ".png":
            raise InputError(
                f"{output} in {target.name}", "a name ending in .png: others change what a pixel says"
            )
        if suffix not in WRITABLE:
            raise InputError(f"cannot write {target.name}", f"a name ending in {', '.join(WRITABLE)}")

    def _save(self, parsed: ParsedFrame, target: Path, name: str, like: Photo | None = None) -> None:
        output, parsed = self._options.output, parsed.in_labels(self._look.labels)
        if self._panoptic is not None:
            self._panoptic.add(parsed.panoptic, name, target)
        elif output in OUTPUTS:
            save_map(parsed.semantic, target, output)
        else:
            write_image(target, parsed.render(self._look), like=like)

    def _frames(self, source: Path, target: Path, stream: DrivingStream) -> str:
        """One PNG a frame into the folder ``target``. Stopped, those that are there stay; failed, they go."""
        if target.suffix.lower() in (".mp4", ".m4v", ".mov", ".mkv", *WRITABLE):
            raise InputError(
                f"{self._options.output} of a video in {target.name}",
                "a folder's name, for one PNG a frame: compression would change ids",
            )
        bar, began, doubtful = Bar(source.name), time.monotonic(), 0
        made: list[Path] = []
        try:
            with VideoReader(source) as reader:
                for frame in reader.frames():
                    parsed = stream.parse(frame.pixels, frame.time_s)
                    path = target / f"{source.stem}_{len(made):06d}.png"
                    self._save(parsed, path, f"{self._image_id(source)}_{len(made):06d}")
                    made.append(path)
                    doubtful += parsed.doubtful
                    elapsed, total = time.monotonic() - began, reader.estimated_frames
                    left = (total - len(made)) * elapsed / len(made) if total else None
                    bar(Progress(len(made), total, elapsed, left, frame.pixels))
                told = reader.note
        except KeyboardInterrupt:
            bar.end()
            tell(f"stopped; what was done so far is in {target}")
            raise
        except BaseException:
            for path in made:
                self._discard(path)
            raise
        finally:
            bar.end()
        if not made:
            raise InputError(f"{source.name} has no frames", "a video with at least one frame")
        if told:
            print(f"note: {source.name}: {told}", file=sys.stderr)
        self._made[target] = made
        note = f"{len(made)} frames, {len(made) / max(time.monotonic() - began, 1e-6):.1f} frames/s"
        return note + _doubt(doubtful, len(made)) + self._earlier_frames(source, target, len(made))

    def _earlier_frames(self, source: Path, target: Path, count: int) -> str:
        """What an earlier, longer video of that name left goes, where it is known to be ours; else it is told."""
        named = re.compile(re.escape(source.stem) + r"_(\d{6,})\.png")
        numbered = ((path, named.fullmatch(path.name)) for path in target.iterdir())
        more = [path for path, found in numbered if found and int(found[1]) >= count]
        ours = [
            path for path in more if self.replaces(target) or (self._panoptic and self._panoptic.has(path))
        ]
        for path in ours:
            self._discard(path)
        left = len(more) - len(ours)
        return f"; {left} frames after them were there and are left" if left else ""

    def _discard(self, path: Path) -> None:
        if self._panoptic is not None:
            self._panoptic.discard(path)
        path.unlink(missing_ok=True)


def _video(source: Path, target: Path, stream: DrivingStream) -> str:
    doubtful = []

    def picture(frame, time_s):
        shown = stream(frame, time_s)
        doubtful.append(stream.last is not None and stream.last.doubtful)
        return shown

    return run_video(source, target, picture) + _doubt(sum(doubtful), len(doubtful))


def _doubt(doubtful: int, frames: int) -> str:
    """What to say of a video: something, if most of its frames are in doubt."""
    return f", {LOW} in {100 * doubtful / frames:.0f} % of the frames" if 2 * doubtful > frames else ""
