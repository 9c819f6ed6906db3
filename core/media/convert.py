"""A video through a function: decoding, the function and encoding side by side, with a bounded memory."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import InputError
from core.media.video import Frame, VideoReader
from core.media.video_writer import VideoWriter

FrameFunction = Callable[[np.ndarray, float], np.ndarray]
_WAITING = 4  # frames between two stages: enough to even out their speeds


@dataclass(frozen=True)
class Progress:
    """``done`` frames of ``total`` (None: unknown), seconds spent and left (None: unknown), the newest frame."""

    done: int
    total: int | None
    elapsed_s: float
    left_s: float | None
    frame: np.ndarray


@dataclass(frozen=True)
class Summary:
    """What came of it. ``note``: anything the user should know (the source was damaged, …)."""

    path: Path
    frames: int
    elapsed_s: float
    cancelled: bool
    note: str | None = None


def process_video(
    source: str | Path,
    target: str | Path,
    function: FrameFunction,
    *,
    progress: Callable[[Progress], bool | None] | None = None,
) -> Summary:
    """Every frame of ``source`` through ``function(pixels, time_s)`` into ``target``, with its audio.

    Args:
        function: uint8 RGB (H, W, 3) → uint8 RGB or grey of one fixed size.
        progress: called after every frame; False cancels, and what was written so far plays.

    Raises:
        InputError: an unreadable source or an unwritable target; nothing is left behind.
    """
    started = time.monotonic()
    if Path(target).exists() and Path(source).exists() and Path(target).samefile(source):
        raise InputError(f"{target} is the source itself", "another name for the result")
    with VideoReader(source) as reader:
        decoded: queue.Queue[Any] = queue.Queue(_WAITING)
        halt = threading.Event()
        pump = threading.Thread(target=_decode, args=(reader, decoded, halt), daemon=True)
        pump.start()
        try:
            done, cancelled, silent = _consume(reader, decoded, Path(target), function, progress, started)
        finally:
            halt.set()
            while pump.is_alive():  # it may wait for room in the queue
                _drain(decoded)
                pump.join(0.05)
        notes = [note for note in (reader.note, silent) if note]
    note = f"{reader.name}: {'; '.join(notes)}" if notes else None
    return Summary(Path(target), done, time.monotonic() - started, cancelled, note)


def _decode(reader: VideoReader, decoded: queue.Queue, halt: threading.Event) -> None:
    """Put frames and audio packets in file order; None ends; an exception is passed on."""

    def put(item: Any) -> None:
        while not halt.is_set():
            try:
                return decoded.put(item, timeout=0.1)
            except queue.Full:
                continue

    try:
        for frame in reader.frames(on_audio=put):
            if halt.is_set():
                return
            put(frame)
        put(None)
    except Exception as error:
        put(error)


def _consume(
    reader: VideoReader,
    decoded: queue.Queue,
    target: Path,
    function: FrameFunction,
    progress: Callable[[Progress], bool | None] | None,
    started: float,
) -> tuple[int, bool, str | None]:
    """Frames done, whether cancelled, and what to say of the sound."""
    writer: VideoWriter | None = None
    encoder: _Encoder | None = None
    early_audio: list[Any] = []  # packets that come before the first frame, whose size opens the writer
    done, cancelled = 0, False
    try:
        while (item := decoded.get()) is not None:
            if isinstance(item, Exception):
                raise item
            if not isinstance(item, Frame):
                (encoder.put if encoder else early_audio.append)(item)
                continue
            result = function(item.pixels, item.time_s)
            if encoder is None:
                writer = VideoWriter(target, reader, (result.shape[1], result.shape[0]))
                encoder = _Encoder(writer)
                for packet in early_audio:
                    encoder.put(packet)
            encoder.put((result, item.pts))
            done += 1
            if progress:
                elapsed = time.monotonic() - started
                total = max(reader.estimated_frames, done) if reader.estimated_frames else None
                left = (total - done) * elapsed / done if total else None
                if progress(Progress(done, total, elapsed, left, result)) is False:
                    cancelled = True
                    break
        if encoder:
            encoder.finish()
    except KeyboardInterrupt:
        if writer is None or encoder is None:
            raise
        encoder.finish()
        writer.stop()
        writer.__exit__(None, None, None)
        raise
    except BaseException as error:
        if encoder:
            encoder.abandon()
        if writer:
            writer.__exit__(type(error), error, None)
        raise
    if writer is None or encoder is None:
        raise InputError(f"{reader.path.name} has no frames", "a video with at least one frame")
    if cancelled:
        writer.stop()
    writer.__exit__(None, None, None)
    return done, cancelled, _sound_note(writer)


def _sound_note(writer: VideoWriter) -> str | None:
    if writer.silenced:
        return "its sound cannot be written and is left out"
    return f"{writer.sound_lost} damaged pieces of its sound are left out" if writer.sound_lost else None


class _Encoder(threading.Thread):
    """Feeds a writer beside the function."""

    def __init__(self, writer: VideoWriter) -> None:
        super().__init__(daemon=True)
        self._writer = writer
        self._queue: queue.Queue[Any] = queue.Queue(2 * _WAITING)
        self._error: BaseException | None = None
        self.start()

    def run(self) -> None:
        while (item := self._queue.get()) is not None:
            if self._error is not None:
                continue  # keep emptying, so that nobody waits for ever
            try:
                if isinstance(item, tuple):
                    self._writer.write(*item)
                else:
                    self._writer.write_audio(item)
            except BaseException as error:
                self._error = error

    def put(self, item: Any) -> None:
        if self._error is not None:
            raise self._error
        self._queue.put(item)

    def finish(self) -> None:
        """Wait for everything to be written; raises what went wrong."""
        self._queue.put(None)
        self.join()
        if self._error is not None:
            raise self._error

    def abandon(self) -> None:
        self._queue.put(None)
        self.join()


def _drain(items: queue.Queue) -> None:
    try:
        while True:
            items.get_nowait()
    except queue.Empty:
        return
