"""Videos written: H.264 that browsers play, playable up to wherever it was stopped."""

from __future__ import annotations

import contextlib
import uuid
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import av
import cv2
import numpy as np

from core.errors import InputError
from core.media.sound import Sound, Way, ways

CONTAINERS = (".mp4", ".m4v", ".mov", ".mkv")
_BT709 = 1
# How FFmpeg writes MP4 in fragments: with a header at once, which lets every stream begin at 0; with one that tells when
# each begins, for which all must have begun; and at once with times in the fragments, but a first piece of sound at 0.
_AT_ONCE = "frag_keyframe+default_base_moof+empty_moov"
_TRUE_STARTS = "frag_keyframe+default_base_moof+delay_moov"
_LATE = f"{_AT_ONCE}+frag_discont"
_WAIT_S = 10  # for sound to begin, in seconds of picture
_MOST_FRAMES = 250  # from one key frame to the next


class Clocked(Protocol):
    """What a writer needs to know of a source: seconds per tick, frames per second (guessed), how wide a pixel is against its
    height, its audio or None."""

    time_base: Fraction
    rate: Fraction
    pixel_aspect: Fraction
    audio: Any


class VideoWriter:
    """Writes H.264 that a browser plays, in fragments: whatever is written so far plays.

    On leaving the ``with`` block: finished, the file is rewritten with its index in front (no re-encoding) and
    gets its name; after :meth:`stop` it gets its name as it is; after an exception nothing is left behind.

    Args:
        path: ends in .mp4, .m4v, .mov or .mkv.
        reader: where time base, rate and audio come from (a `VideoReader`, or a live source's clock).
        size: (width, height); odd sizes lose their last column or row, which 4:2:0 chroma cannot hold.

    Attributes:
        silenced: the reader has sound that no way leads into the file for.
        sound_lost: damaged audio packets that were left out.

    Raises:
        InputError: another ending, or an unwritable folder.
    """

    def __init__(
        self, path: str | Path, reader: Clocked, size: tuple[int, int], *, audio: bool = True
    ) -> None:
        self.path = Path(path)
        if self.path.suffix.lower() not in CONTAINERS:
            raise InputError(f"cannot write {self.path.name}", f"a name ending in {', '.join(CONTAINERS)}")
        if self.path.is_dir():
            raise InputError(f"{self.path} is a folder", "a file's name to write to")
        self.width, self.height = size[0] // 2 * 2, size[1] // 2 * 2
        if not self.width or not self.height:
            raise InputError(f"a video of {size[0]}×{size[1]}", "at least 2×2 px")
        # In full: FFmpeg takes what stands before a colon for a protocol.
        self._partial = self.path.absolute().with_name(f".{uuid.uuid4().hex[:12]}{self.path.suffix}")
        self.stopped, self.sound_lost, self.silenced = False, 0, False
        self._muxed = 0  # packets of frames
        self._container: Any = None
        self._sound: Sound | None = None
        self._held: list[Any] | None = None  # packets that wait for the header
        matroska = self.path.suffix.lower() == ".mkv"
        tried: list[Way] = ways(reader.audio, matroska) if audio else ["silent"]
        for way in tried:
            try:
                self._begin(reader, way)
                self.silenced = audio and way == "silent" and reader.audio is not None
                return
            except (OSError, av.error.FFmpegError, ValueError) as error:
                self._container = None
                self._partial.unlink(missing_ok=True)
                reason = getattr(error, "strerror", None) or str(error)
                if isinstance(error, OSError):
                    raise InputError(
                        f"{self.path} cannot be written ({reason})", "a folder you may write to"
                    ) from None
                # Else there is sound that no header can describe: the next way, in the end without it.
        raise InputError(
            f"{self.path} cannot be written ({reason})", "frames of a size and rate that H.264 can hold"
        )

    def _begin(self, reader: Clocked, way: Way) -> None:
        """Open the file and write its header, which is where FFmpeg says what it cannot hold."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        matroska = self.path.suffix.lower() == ".mkv"
        self._open(reader, way, "" if matroska else _AT_ONCE)
        self._container.start_encoding()
        if self._sound is not None and not matroska:
            # Such a header has every stream begin at once; so it was for trying, and the real one waits for the sound.
            self._container.close()
            self._open(reader, way, "")
            self._held = []

    def _open(self, reader: Clocked, way: Way, flags: str) -> None:
        self._container = av.open(str(self._partial), "w", options={"movflags": flags} if flags else {})
        self._add_video(reader)
        self._sound = Sound(self._container, reader.audio, way) if way != "silent" else None

    def _start(self, flags: str) -> None:
        """Write the header that has waited, and what was held for it."""
        held, self._held = self._held or [], None
        self._container.options["movflags"] = flags
        self._container.start_encoding()
        for packet in held:
            self._container.mux(packet)

    def _put(self, packet: av.Packet) -> None:
        """Into the file; as long as its sound has not begun, into memory, for some seconds at most."""
        if self._held is None:
            return self._container.mux(packet)
        self._held.append(packet)
        if packet.stream is not self._video:
            self._start(_TRUE_STARTS)
        elif (packet.pts - self._held[0].pts) * packet.time_base > _WAIT_S:
            self._start(_LATE)

    def _add_video(self, reader: Clocked) -> None:
        stream = self._container.add_stream("libx264", rate=reader.rate)
        stream.width, stream.height, stream.pix_fmt = self.width, self.height, "yuv420p"
        # Without B-frames no time stamp starts below zero, which a fragmented file would shift everything for.
        stream.options = {"preset": "veryfast", "crf": "19", "bf": "0"}
        context = stream.codec_context
        context.time_base = reader.time_base
        context.sample_aspect_ratio = reader.pixel_aspect
        context.color_primaries = context.color_trc = context.colorspace = _BT709
        context.color_range = 1
        # A fragment is playable once complete, and ends at a key frame: at least one every two seconds, and soon also where
        # a rate is only claimed.
        context.gop_size = min(max(1, round(2 * float(reader.rate))), _MOST_FRAMES)
        self._video = stream

    def write(self, pixels: np.ndarray, pts: int) -> None:
        """Add a frame, uint8 RGB (H, W, 3) or grey (H, W), at ``pts`` of the reader's time base."""
        if pixels.ndim == 2:
            pixels = cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB)
        pixels = np.ascontiguousarray(pixels[: self.height, : self.width])
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
        frame = frame.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
        frame.colorspace, frame.color_range = _BT709, 1
        frame.pts, frame.time_base = pts, self._video.codec_context.time_base
        self._mux(self._video.encode(frame))

    def write_audio(self, packet: av.Packet) -> None:
        """Add an audio packet of the reader; one that is damaged is left out and counted (``sound_lost``)."""
        if self._sound is None:
            return
        try:
            for made in self._sound.packets(packet):
                self._put(made)
        except OSError as error:
            raise self._unwritable(error.strerror) from None
        except av.error.FFmpegError:
            self.sound_lost += 1

    def _mux(self, packets: Any) -> None:
        try:
            for packet in packets:
                of_frames = packet.stream is self._video
                self._put(packet)
                self._muxed += of_frames
        except OSError as error:
            raise self._unwritable(error.strerror) from None
        except av.error.FFmpegError as error:
            raise InputError(
                f"{self.path} cannot hold these frames ({error.strerror})",
                "frames one after the other in time",
            ) from None

    def _unwritable(self, reason: str | None) -> InputError:
        return InputError(f"{self.path} cannot be written ({reason})", "room on the disk")

    def stop(self) -> None:
        """What was written so far becomes the file."""
        self.stopped = True

    def __enter__(self) -> VideoWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None or self.stopped:
                self._finish(kind)
            else:
                self._close()
        finally:
            self._partial.unlink(missing_ok=True)

    def _finish(self, kind: type[BaseException] | None) -> None:
        """What was written gets its name; ``kind``: of an error that is on its way already."""
        try:
            self._mux(self._video.encode(None))
            if self._sound is not None:
                self._mux(self._sound.rest())
            if self._held is not None:
                self._start(_LATE)
            self._container.close()
            if not self.stopped and not self._index_first():
                self._check(self._partial)
            self._partial.replace(self.path)
        except KeyboardInterrupt:  # all frames are there: what has been written plays
            self._close()
            with contextlib.suppress(OSError):
                self._partial.replace(self.path)
            raise
        except (InputError, av.error.FFmpegError, OSError):
            self._close()
            if not self.stopped:
                raise
            # No room for its end, perhaps: whatever fragments are there play.
            if _packets(self._partial):
                self._partial.replace(self.path)
            if kind is None:
                raise

    def _close(self) -> None:
        with contextlib.suppress(Exception):
            self._container.close()

    def _check(self, path: Path) -> None:
        """Whether a closed file holds every frame: FFmpeg's last writes, while it closes one, fail without a word.

        Raises:
            InputError: it does not.
        """
        whole = _packets(path)
        if whole < self._muxed:
            raise self._unwritable(f"{self._muxed - whole} of {self._muxed} frames did not get there")

    def _index_first(self) -> bool:
        """Copy the packets into a file whose index stands in front, so that players start and seek at once.

        Returns:
            Whether that file, with every frame, has taken the other's place. Else the fragments stay.
        """
        if self.path.suffix.lower() == ".mkv":
            return False
        whole = self._partial.with_name(f"{self._partial.stem}-whole{self.path.suffix}")
        try:
            with (
                av.open(str(self._partial)) as source,
                av.open(str(whole), "w", options={"movflags": "+faststart"}) as target,
            ):
                streams = {s.index: target.add_stream_from_template(s) for s in source.streams}
                for packet in source.demux():
                    if packet.dts is not None:
                        packet.stream = streams[packet.stream.index]
                        target.mux(packet)
            self._check(whole)
            whole.replace(self._partial)
            return True
        except (av.error.FFmpegError, InputError):
            return False
        finally:
            whole.unlink(missing_ok=True)


def _packets(path: Path) -> int:
    """How many of a video's frames are in the file; 0 where it is none."""
    try:
        with av.open(str(path)) as written:
            return sum(p.dts is not None and not p.is_corrupt for p in written.demux(video=0))
    except (av.error.FFmpegError, IndexError):
        return 0
