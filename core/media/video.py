"""Videos read: frames upright with their own time stamps, audio packets untouched, memory that does not grow."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import av
import numpy as np

from core.errors import InputError
from core.media.containers import MAX_HOURS, duration_s, frame_rate, main_stream, open_video
from core.media.hdr import HLG, PQ, SdrTable
from core.media.probe import VIDEO_WORDS, read_head
from core.media.timeline import Timeline

# What a file's matrix is called by FFmpeg's scaler.
_MATRICES: dict[int, str | int] = {1: "ITU709", 5: "ITU601", 6: "SMPTE170M", 9: 9, 10: 9}  # 9: BT.2020

_BROADCASTS = ("mpegts", "mpeg")  # FFmpeg's names of MPEG's transport and program streams


@dataclass(frozen=True)
class Frame:
    """``pixels``: uint8 RGB (H, W, 3), upright. ``pts`` in the reader's ``time_base``; ``time_s`` in seconds."""

    pixels: np.ndarray
    pts: int
    time_s: float


def upright(
    frame: av.VideoFrame,
    turns: int = 0,
    size: tuple[int, int] | None = None,
    table: Callable[[int, int, int], SdrTable] = SdrTable,
) -> np.ndarray:
    """A decoded frame as uint8 RGB (H, W, 3), scaled to ``size`` (width, height), then turned left by ``turns`` quarters.

    ``table``: makes what brings a wide range of light to ours, or gives one that was made before.
    """
    width, height = size or (frame.width, frame.height)
    # Untagged video is BT.709 when it is HD, else BT.601: what players assume.
    matrix = _MATRICES.get(int(frame.colorspace), "ITU709" if frame.height >= 720 else "ITU601")
    transfer = int(getattr(frame, "color_trc", 0))  # older PyAV does not tell
    form = "rgb48le" if transfer in (PQ, HLG) else "rgb24"
    shown = frame.reformat(width, height, format=form, src_colorspace=matrix)
    pixels = table(width, height, transfer)(shown) if transfer in (PQ, HLG) else shown.to_ndarray()
    return np.ascontiguousarray(np.rot90(pixels, turns)) if turns else pixels


def decoded(packet: av.Packet, lost: Callable[[], None] = lambda: None) -> list[av.VideoFrame]:
    """A packet's frames; none of a damaged one, which need not end a video: decoders go on with the next. ``lost`` hears of it."""
    try:
        return list(packet.decode())
    except av.error.InvalidDataError:
        lost()
        return []


class VideoReader:
    """Reads one video; use as a context manager and iterate :meth:`frames` once.

    Attributes:
        name: of the file, for messages.
        width, height: upright, in px.
        time_base: seconds per tick of ``pts``.
        rate: guessed frames per second.
        pixel_aspect: of an upright pixel, width by height; 1 for nearly all but tapes and DVDs.
        estimated_frames: None where the file does not tell.
        duration_s: None where the file does not tell.
        damaged: what went wrong while reading, where decoding had to stop early.
        lost: damaged packets that were left out.

    Raises:
        InputError: missing, empty, not a video, damaged from the start, or without a video stream.
    """

    recorded = True  # it can wait for whoever reads it, unlike a camera

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.name = self.path.name
        read_head(self.path)
        self._container = open_video(self.path)
        self._take_streams()
        self.time_base: Fraction = self.stream.time_base or Fraction(1, 90000)
        self.rate: Fraction = frame_rate(self.stream)
        self.damaged: str | None = None
        self.lost = 0
        self.duration_s = duration_s(self._container)
        self.estimated_frames = self.stream.frames or (
            round(self.duration_s * float(self.rate)) if self.duration_s else None
        )
        self._first = self._decode_first()
        self.turns = round(self._first.rotation / 90) % 4
        self._size = self._first.width, self._first.height
        self.width, self.height = self._size[::-1] if self.turns % 2 else self._size
        aspect = Fraction(self.stream.sample_aspect_ratio or 1)
        self.pixel_aspect = 1 / aspect if self.turns % 2 else aspect

    def _take_streams(self) -> None:
        self.stream = main_stream(self._container)
        self.audio = self._container.streams.audio[0] if self._container.streams.audio else None

    def _decode_first(self) -> av.VideoFrame:
        """One frame, to know size and rotation before any work; reading starts over afterwards."""
        try:
            for frame in self._container.decode(self.stream):
                self._container.close()
                self._container = open_video(self.path)
                self._take_streams()
                return frame
        except av.error.FFmpegError as error:
            self._container.close()
            raise InputError(
                f"{self.path.name} is damaged ({error.strerror})", VIDEO_WORDS, "copy or download it again"
            ) from None
        self._container.close()
        raise InputError(f"{self.path.name} has no frames", VIDEO_WORDS, "record or download it again")

    def frames(self, on_audio: Callable[[av.Packet], None] | None = None) -> Iterator[Frame]:
        """Upright frames in order, all of the first one's size; audio packets go to ``on_audio`` as they come along."""
        wanted: list[Any] = [self.stream] + ([self.audio] if self.audio and on_audio else [])
        last = None
        table = lru_cache(maxsize=1)(SdrTable)
        line = self._timeline()
        step = max(1, round(1 / (self.rate * self.time_base)))
        try:
            for packet in self._container.demux(*wanted):
                self._put_on(line, packet)
                if packet.stream is not self.stream:
                    if packet.dts is not None and on_audio:
                        on_audio(packet)
                    continue
                for frame in decoded(packet, self._count_lost):
                    pts = frame.pts
                    if pts is not None:
                        shift = line.shift("frames", pts * self.time_base, (pts + step) * self.time_base)
                        pts += math.ceil(shift / self.time_base)
                    if pts is None or (last is not None and pts <= last):
                        pts = 0 if last is None else last + (step if frame.pts is None else 1)
                    last = pts
                    if pts * self.time_base > 3600 * MAX_HOURS:  # whatever its header claims
                        self.damaged = f"its frames go on after {MAX_HOURS} hours"
                        return
                    yield Frame(
                        upright(frame, self.turns, self._size, table), pts, float(pts * self.time_base)
                    )
        except av.error.FFmpegError as error:
            # What came before is good; the caller tells the user where it ended.
            self.damaged = (
                f"it is damaged after {float((last or 0) * self.time_base):.1f} s ({error.strerror})"
            )

    def _timeline(self) -> Timeline:
        # Broadcasts' clocks begin anywhere.
        origin = Fraction(max(0, self._container.start_time or 0), av.time_base)
        return Timeline(origin, ahead=self._container.format.name in _BROADCASTS)

    def _put_on(self, line: Timeline, packet: av.Packet) -> None:
        """Tell the line of a packet, and bring one of sound to its time; of the picture, that is done to frames."""
        if packet.dts is None or packet.time_base is None:
            return
        name = "picture" if packet.stream is self.stream else "sound"
        shown = max(packet.dts, packet.pts or packet.dts) + (packet.duration or 0)
        shift = line.shift(name, packet.dts * packet.time_base, shown * packet.time_base)
        if name == "sound":
            ticks = math.ceil(shift / packet.time_base)
            packet.dts += ticks
            if packet.pts is not None:
                packet.pts += ticks

    @property
    def note(self) -> str | None:
        """What the user should know of the frames that were read."""
        told = [f"{self.lost} damaged pieces of its picture are left out"] if self.lost else []
        if self.damaged:
            told.append(f"{self.damaged}; the result ends there")
        return "; ".join(told) or None

    def _count_lost(self) -> None:
        self.lost += 1

    def close(self) -> None:
        self._container.close()

    def __enter__(self) -> VideoReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
