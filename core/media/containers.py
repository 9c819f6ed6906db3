"""Video files opened: only kinds that hold videos, within limits, and nothing that a file names elsewhere."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av

from core.errors import InputError
from core.media.probe import VIDEO_WORDS

MAX_MEGAPIXELS = 36  # 8K: 7680×4320 or 8192×4320
MAX_HOURS = 8
MAX_STREAMS = 64
MAX_RATE = 1000
"""Frames per second; more is a clock's ticks rather than a rate."""
# FFmpeg's names of what cameras, phones, screens and editors write. Not among them: playlists and manifests (hls, concat,
# dash, sdp), which make it open other files and addresses, and its readings of plain text (tty) and of pictures.
_KINDS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,mpegtsraw,mpegvideo,m4v,h264,hevc,av1,obu,ivf,mjpeg,mjpeg_2000,flv,"
    "asf,asf_o,ogg,gif,apng,webp,dv,mxf,gxf,nut,wtv,rm,yuv4mpegpipe"
)
_OPTIONS = {
    "format_whitelist": _KINDS,
    "protocol_whitelist": "file",
    "max_streams": str(MAX_STREAMS),
    # Of the decoders: what a header claims is refused before memory is taken for it.
    "max_pixels": str(MAX_MEGAPIXELS * 1_000_000),
}


def open_video(path: Path) -> av.container.InputContainer:
    """A file with at least one video stream, the first of which is :func:`main_stream`; close it.

    Raises:
        InputError: not a video, damaged from the start, without a video stream, or beyond the limits of this module.
    """
    container = open_container(path)
    try:
        _check(container, path)
    except InputError:
        container.close()
        raise
    return container


def open_container(path: Path) -> av.container.InputContainer:
    """A file of a known kind, whatever streams it has; close it.

    Raises:
        InputError: of another kind, damaged from the start, or of too many streams.
    """
    try:
        # In full: FFmpeg takes what stands before a colon for a protocol.
        return av.open(str(path.absolute()), options=_OPTIONS, metadata_errors="replace")
    except av.error.MemoryError:  # FFmpeg's word for more streams than it may make
        raise InputError(
            f"{path.name} claims too many streams or too much memory",
            f"a video of at most {MAX_STREAMS} streams",
            "convert it with another program first",
        ) from None
    except (av.error.FFmpegError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"{path.name} cannot be opened as a video ({reason})", VIDEO_WORDS, "check that the copy is whole"
        ) from None


def _check(container: av.container.InputContainer, path: Path) -> None:
    if not container.streams.video:
        raise InputError(f"{path.name} has no video stream", VIDEO_WORDS)
    stream = main_stream(container)
    if stream.codec_context is None:
        raise InputError(f"{path.name} is of a codec that FFmpeg does not know", VIDEO_WORDS)
    width, height = stream.codec_context.width, stream.codec_context.height
    if width * height > MAX_MEGAPIXELS * 1e6:
        raise InputError(
            f"{path.name} has frames of {width}×{height} px", f"at most {MAX_MEGAPIXELS} megapixels", "make it smaller first"
        )  # fmt: skip
    seconds = duration_s(container)
    if seconds and seconds > 3600 * MAX_HOURS:
        raise InputError(
            f"{path.name} is {seconds / 3600:,.1f} hours long",
            f"at most {MAX_HOURS} hours",
            "cut it into parts",
        )


def main_stream(container: av.container.InputContainer) -> av.VideoStream:
    """The first video stream, its decoder held to the limits; ask before the first frame."""
    stream = container.streams.video[0]
    if stream.codec_context is not None:
        stream.thread_type = "AUTO"
        stream.codec_context.options = {"max_pixels": _OPTIONS["max_pixels"]}
    return stream


def duration_s(container: av.container.InputContainer) -> float | None:
    """Seconds that the first video stream, or else the whole file, claims; None where neither does."""
    stream = container.streams.video[0]
    if stream.duration and stream.time_base:
        return max(0.0, float(stream.duration * stream.time_base)) or None
    return max(0.0, container.duration / av.time_base) or None if container.duration else None


def frame_rate(stream: av.VideoStream) -> Fraction:
    """Frames per second as guessed by FFmpeg, or the average; 30 where neither can be."""
    for rate in (stream.guessed_rate, stream.average_rate):
        if rate and Fraction(1, MAX_RATE) <= rate <= MAX_RATE:
            return rate
    return Fraction(30)
