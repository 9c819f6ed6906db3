"""Pictures as they come: a camera, a network address, or a file played at its own pace."""

from __future__ import annotations

import contextlib
import itertools
import re
import sys
import time
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

import av
import cv2

from core.errors import InputError
from core.media.containers import frame_rate
from core.media.hdr import SdrTable
from core.media.probe import kind
from core.media.video import Frame, VideoReader, decoded, upright

OPEN_S, READ_S = 10.0, 10.0
"""So long an address may take to answer, and to give its next frame."""
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


class Source(Protocol):
    """Frames of one stream.

    Attributes:
        name: for messages; without the password of an address.
        recorded: it has an end and a pace of its own, and can wait; else its frames come when they come.
        width, height: of the first frame, px.
        time_base, rate, pixel_aspect, audio: as of a `VideoReader`.
        damaged: why the frames ended too early; None while all is well.
    """

    name: str
    recorded: bool
    width: int
    height: int
    time_base: Fraction
    pixel_aspect: Fraction
    rate: Fraction
    audio: Any
    damaged: str | None

    def frames(self) -> Iterator[Frame]:
        """Frames in order; ends when there are no more. To be iterated once."""

    def close(self) -> None:
        """Let the device or the connection go; not while another thread is in `frames`."""


def open_source(text: str, size: tuple[int, int] = (640, 480)) -> Source:
    """``"0"`` is a camera's number, ``"rtsp://…"`` or ``"http://…"`` an address, anything else a video file.

    Args:
        size: (width, height) asked of a camera; it may give another.

    Raises:
        InputError: no such camera, address or file.
    """
    if text.isascii() and text.isdigit():
        if len(text) > 4:  # more than any system has, or any library takes
            raise InputError(f"there is no camera {text}", f"a connected camera{_cameras()}")
        return Camera(int(text), size)
    if _ADDRESS.match(text):
        return Address(text)
    path = Path(text)
    if not path.exists():
        raise InputError(f"{text} does not exist", "a camera's number, a video file or an address")
    if (what := kind(path)) != "video":
        raise InputError(
            f"{text} is a {'photo' if what == 'image' else what}", "a camera, a video or an address"
        )
    return VideoReader(path)


class _Live:
    """What cameras and addresses share: a clock of milliseconds that starts with the first frame."""

    recorded = False
    time_base = Fraction(1, 1000)
    pixel_aspect = Fraction(1)
    rate = Fraction(30)
    audio = None
    damaged: str | None = None
    _began: float | None = None

    def _now(self) -> tuple[int, float]:
        """``pts`` and ``time_s`` of a frame that has just come."""
        now = time.monotonic()
        if self._began is None:
            self._began = now
        return round(1000 * (now - self._began)), now - self._began


class Camera(_Live):
    """A camera of this machine.

    Raises:
        InputError: there is none of that number, or another program holds it.
    """

    def __init__(self, number: int, size: tuple[int, int] = (640, 480)) -> None:
        self.name = f"camera {number}"
        with _silence():
            self._device = cv2.VideoCapture(number)
            if self._device.isOpened():
                # Uncompressed, most USB cameras manage 10 frames/s above 640×480; asked in this order.
                self._device.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
                self._device.set(cv2.CAP_PROP_FRAME_WIDTH, size[0])
                self._device.set(cv2.CAP_PROP_FRAME_HEIGHT, size[1])
                self._device.set(cv2.CAP_PROP_FPS, 30)
            done, first = self._device.read()
        if not done:
            self._device.release()
            raise InputError(
                f"{self.name} cannot be used", f"a connected camera that no other program holds{_cameras()}"
            )
        self.height, self.width = first.shape[:2]

    def frames(self) -> Iterator[Frame]:
        while True:
            done, picture = self._device.read()
            if not done:
                self.damaged = "gives no more frames"
                return
            yield Frame(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), *self._now())

    def close(self) -> None:
        self._device.release()


class Address(_Live):
    """A stream that FFmpeg opens: RTSP, HTTP (MJPEG, HLS, a file), RTMP, UDP, … Its sound is left out.

    Raises:
        InputError: nothing answers there, or what answers is no video.
    """

    def __init__(self, url: str) -> None:
        self.name = _without_password(url)
        # Over UDP a lost packet smears the picture until the next key frame.
        options = {"rtsp_transport": "tcp"} if url.lower().startswith("rtsp") else {}
        try:
            self._container = av.open(
                url, options=options, timeout=(OPEN_S, READ_S), metadata_errors="replace"
            )
        except (av.error.FFmpegError, ValueError) as error:
            raise InputError(
                f"{self.name} cannot be opened ({_reason(error, OPEN_S)})", "the address of a video stream",
            ) from None  # fmt: skip
        if not self._container.streams.video:
            self._container.close()
            raise InputError(f"{self.name} has no video stream", "the address of a video stream")
        self._stream = self._container.streams.video[0]
        self.recorded = self._container.duration is not None
        self.rate = frame_rate(self._stream)
        self._rest = self._decode()
        self._first = self._decode_first()
        turned = _turns(self._first) % 2
        size = self._first.width, self._first.height
        self.width, self.height = size[::-1] if turned else size
        aspect = Fraction(self._stream.sample_aspect_ratio or 1)
        self.pixel_aspect = 1 / aspect if turned else aspect

    def _decode_first(self) -> av.VideoFrame:
        """It alone tells how the camera is held; `frames` begins with it."""
        told = "has no frames"
        try:
            for frame in self._rest:
                return frame
        except av.error.FFmpegError as error:
            told = f"cannot be opened ({_reason(error, READ_S)})"
        self._container.close()
        raise InputError(f"{self.name} {told}", "the address of a video stream")

    def _decode(self) -> Iterator[av.VideoFrame]:
        for packet in self._container.demux(self._stream):
            yield from decoded(packet)

    def frames(self) -> Iterator[Frame]:
        table = lru_cache(maxsize=1)(SdrTable)
        turns = 0
        try:
            for frame in itertools.chain([self._first], self._rest):
                if frame.key_frame or frame is self._first:  # some say it with these alone
                    turns = _turns(frame)
                pts, time_s = self._now()
                if self.recorded and frame.time is not None:
                    pts, time_s = round(1000 * frame.time), float(frame.time)
                yield Frame(upright(frame, turns, table=table), pts, time_s)
        except av.error.FFmpegError as error:
            self.damaged = f"broke off ({_reason(error, READ_S)})"
            return
        if not self.recorded:
            self.damaged = "gives no more frames"

    def close(self) -> None:
        self._container.close()


def _turns(frame: av.VideoFrame) -> int:
    """Quarters to the left by which it comes upright."""
    return round(frame.rotation / 90) % 4


def _reason(error: Exception, seconds: float) -> str:
    if isinstance(error, av.error.ExitError):  # what FFmpeg calls an interrupted wait
        return f"no answer within {seconds:.0f} s"
    return getattr(error, "strerror", None) or str(error)


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _cameras() -> str:
    """`` (here: 0, 2)`` where the system lists its cameras (Linux), else nothing."""
    if not sys.platform.startswith("linux"):
        return ""
    numbers = sorted(int(path.name[5:]) for path in Path("/dev").glob("video*") if path.name[5:].isdigit())
    return f" (here: {', '.join(map(str, numbers)) or 'none'})"


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """OpenCV says on standard error what each of its ways to a camera thinks; our one line is enough."""
    logging = cv2.utils.logging
    before = logging.getLogLevel()
    logging.setLogLevel(logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        logging.setLogLevel(before)
