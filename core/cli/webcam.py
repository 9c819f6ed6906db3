"""``python -m core webcam MODE``: a camera, an address or a file, frame by frame, to a window, a virtual camera or a file."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np

from core.cli.portrait import read_effect
from core.cli.progress import Bar, clock
from core.cli.signals import Ended, endings, tell
from core.errors import InputError
from core.media.camera import Source, open_source
from core.media.convert import Progress, process_video
from core.media.newest import Newest
from core.media.outlets import Outlet, open_outlet
from core.media.video import VideoReader

DEFAULT_WEIGHTS = "portrait-fast"
_LOOK_S = 0.1  # how often a stream without frames looks whether it is still wanted


class Stream(Protocol):
    """The per-frame object of a mode."""

    def __call__(self, frame: np.ndarray, time_s: float | None = None) -> np.ndarray:
        """uint8 RGB (H, W, 3) → uint8 of the same height and width, RGB or grey."""

    def prepare(self, height: int, width: int) -> None:
        """Do now what would make the first frame late."""


def _portrait(options: argparse.Namespace) -> Stream:
    from core.portrait.stream import PortraitStream
    from core.segmenter import load_segmenter

    effect = read_effect(options.background, options)
    segmenter = load_segmenter(options.weights or DEFAULT_WEIGHTS, engine=options.engine)
    return PortraitStream(segmenter, effect, smooth=not options.no_smooth)


def _driving(options: argparse.Namespace) -> Stream:
    from core.cli.driving_options import DEFAULT_WEIGHTS as driving_weights
    from core.cli.driving_results import things_finder
    from core.cli.files import check_weights
    from core.driving.parsed import Look
    from core.driving.stream import DrivingStream
    from core.segmenter import load_segmenter

    look = Look(options.view, options.opacity, options.labels)
    weights = options.weights or driving_weights
    check_weights(weights, "semantic")
    find = things_finder(options, options.view)
    segmenter = load_segmenter(weights, engine=options.engine)
    return DrivingStream(segmenter, look, not options.no_smooth, find_instances=find)


# What the parser offers as MODE; each makes its stream from its options.
MODES: dict[str, Callable[[argparse.Namespace], Stream]] = {"portrait": _portrait, "driving": _driving}


@dataclass
class Tally:
    """``frames`` shown, ``dropped`` for newer ones, within ``elapsed_s``; ``broken``: why the source ended too early."""

    frames: int = 0
    dropped: int = 0
    elapsed_s: float = 0.0
    broken: str | None = None

    def __str__(self) -> str:
        rate = self.frames / self.elapsed_s if self.elapsed_s else 0.0
        return f"{self.frames} frames in {clock(self.elapsed_s)}, {rate:.1f} frames/s, {self.dropped} dropped"


class CtrlC:
    """While inside, Ctrl-C only asks (``.asked``), so that files are finished; a second one interrupts.

    What else asks to end (`endings`) does so, too; then ``ended_by`` is that signal's number.
    """

    asked = False
    ended_by: int | None = None

    def _ask(self, number: int, _frame: Any) -> None:
        if number != signal.SIGINT:
            self.ended_by = self.ended_by or number
        elif self.asked:
            raise KeyboardInterrupt
        self.asked = True

    def __enter__(self) -> CtrlC:
        # Elsewhere Python takes no signals.
        in_main = threading.current_thread() is threading.main_thread()
        numbers = [signal.SIGINT, *endings()] if in_main else []
        self._before = {number: signal.signal(number, self._ask) for number in numbers}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


def run(options: argparse.Namespace) -> int:
    """Until the source ends, the window is closed or Ctrl-C; returns the exit code.

    A live source never ends by itself, so Ctrl-C is its ordinary end (0); of a recording it leaves a part (130).

    Raises:
        Ended: by a signal that is not Ctrl-C's; what came before is shown or written.
        InputError: bad options, or a source that broke off (what came before is shown or written).
    """
    stream = MODES[options.mode](options)
    source = open_source(options.source, parse_size(options.size))
    function = _mirrored(stream) if options.mirror else stream
    with CtrlC() as ctrl_c, contextlib.ExitStack() as at_end:
        at_end.callback(source.close)
        if isinstance(source, VideoReader) and options.output not in ("window", "virtual"):
            tally = _convert(options.source, options.output, function, ctrl_c)
        else:
            with open_outlet(options.output, source, (source.width, source.height)) as outlet:
                stream.prepare(source.height, source.width)
                at_end.pop_all()  # from here on the thread that reads it closes it
                tally = play(source, function, outlet, ctrl_c)
    if ctrl_c.ended_by:
        tell(f"{options.output}: {tally}")
        raise Ended(ctrl_c.ended_by)
    print(f"{options.output}: {tally}")
    if tally.broken:
        raise InputError(f"{source.name} {tally.broken}")
    return 130 if ctrl_c.asked and source.recorded else 0


def parse_size(text: str) -> tuple[int, int]:
    """``640x480`` → (640, 480).

    Raises:
        InputError: anything else.

    >>> parse_size("1280x720")
    (1280, 720)
    """
    width, cross, height = text.lower().partition("x")
    if not (cross and width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise InputError(f"size {text!r}", "width and height in px, such as 1280x720")
    return int(width), int(height)


def play(source: Source, function: Callable, outlet: Outlet, ctrl_c: CtrlC) -> Tally:
    """The newest frame through ``function(pixels, time_s)`` to ``outlet``, again and again; closes ``source``."""
    tally, bar = Tally(), Bar(source.name)
    began: float | None = None
    try:
        with Newest(source) as newest:
            while not (newest.ended or ctrl_c.asked) and outlet.wanted():
                if (frame := newest.take(_LOOK_S)) is None:
                    continue
                began = began or time.monotonic()
                picture = function(frame.pixels, frame.time_s)
                outlet.show(picture, frame.pts)
                tally.frames += 1
                tally.dropped, tally.elapsed_s = newest.dropped, time.monotonic() - began
                bar(Progress(tally.frames, None, tally.elapsed_s, None, picture))
    finally:
        bar.end()
    if not tally.frames and source.damaged:
        raise InputError(f"{source.name} {source.damaged}")
    tally.broken = source.damaged
    return tally


def _convert(source: str, target: str, function: Callable, ctrl_c: CtrlC) -> Tally:
    """A file into a file: nothing is dropped and the sound comes along."""
    bar = Bar(Path(source).name)

    def go_on(progress: Progress) -> bool:
        bar(progress)
        return not ctrl_c.asked

    try:
        summary = process_video(source, target, function, progress=go_on)
    finally:
        bar.end()
    if summary.note:
        print(f"note: {summary.note}", file=sys.stderr)
    return Tally(summary.frames, 0, summary.elapsed_s)


def _mirrored(stream: Stream) -> Callable[[np.ndarray, float], np.ndarray]:
    """Mirrors before the work, so that a picture or text put behind stays readable."""
    return lambda frame, time_s: stream(cv2.flip(frame, 1), time_s)
