"""Sound on its way from one video into another: as it is where that can be, else encoded again, else left out."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Literal

import av

Way = Literal["copied", "encoded", "silent"]
# What an MP4 holds as it is, and browsers play (no AC-3); anything else is encoded to AAC.
_COPIED = ("aac", "mp3", "alac", "opus", "flac")
# Uncompressed sound in AVI and MKV says how many channels it has, not which; encoders want that told.
_ORDERS = {1: "mono", 2: "stereo", 3: "2.1", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
_AAC_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)


def ways(source: Any, matroska: bool) -> list[Way]:
    """How a stream's sound may get into a file, best first; ``source``: an audio stream, or None."""
    if source is None or source.codec_context is None:
        return ["silent"]
    # The codec's own name: decoders of it have others, such as mp3float.
    name = source.codec_context.codec.canonical_name
    # AAC as MPEG-TS has it, with a header in every packet, is none that an MP4 holds.
    bare = name == "aac" and not source.codec_context.extradata
    copied: list[Way] = ["copied"] if (name in _COPIED and not bare) or matroska else []
    return [*copied, "encoded", "silent"]


class Sound:
    """The sound of a file that is being written.

    Args:
        container: the file; its header is not yet written.
        source: the audio stream that packets come from.
        way: copied or encoded.
    """

    def __init__(self, container: Any, source: Any, way: Way) -> None:
        self._copied = way == "copied"
        if self._copied:
            self._stream = container.add_stream_from_template(source)
        else:
            known = source.codec_context.sample_rate in _AAC_RATES
            rate = source.codec_context.sample_rate if known else 48000
            self._stream = container.add_stream("aac", rate=rate)
            layout = source.codec_context.layout
            ordered = not layout.name.endswith("channels")
            self._stream.codec_context.layout = (
                layout if ordered else _ORDERS.get(layout.nb_channels, "stereo")
            )
        self._end = 0  # of what was encoded, in the source's samples

    def packets(self, packet: av.Packet) -> Iterator[av.Packet]:
        """What one of the source's packets becomes.

        Raises:
            av.error.FFmpegError: it is damaged.
        """
        if self._copied:
            packet.stream = self._stream
            yield packet
            return
        for samples in packet.decode():
            self._put_on_time(samples)
            yield from self._stream.encode(samples)

    def rest(self) -> Iterator[av.Packet]:
        """What the encoder still holds at the end."""
        if not self._copied:
            yield from self._stream.encode(None)

    def _put_on_time(self, samples: Any) -> None:
        """Time stamps that overlap (MP3 in AVI) go one after the other: an encoder takes no others."""
        tick = Fraction(1, samples.sample_rate)
        start = self._end
        if samples.pts is not None and samples.time_base:
            start = max(start, round(samples.pts * samples.time_base / tick))
        samples.pts, samples.time_base = start, tick
        self._end = start + samples.samples
