"""Sound comes along whatever its container says of it; where it cannot, that is told."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from core.media import video_writer
from core.media.convert import process_video
from core.media.video import VideoReader
from tests.core.media.conftest import moving_frame

RATE = 48000


def same(pixels, _time_s):
    return pixels


def with_sound(
    path: Path, codec: str, layout: str = "stereo", frames: int = 20, later: tuple[float, float] = (0, 0)
) -> Path:
    """A video of 25 frames/s with a tone; ``later``: seconds at which picture and sound begin."""
    with av.open(str(path), "w") as container:
        shown = container.add_stream("libx264", rate=25)
        shown.width, shown.height, shown.pix_fmt = 96, 64, "yuv420p"
        heard = container.add_stream(codec, rate=RATE)
        heard.codec_context.layout = layout
        tone = (9000 * np.sin(np.arange(RATE // 25) * 0.05)).astype(np.int16)
        for i in range(frames):
            frame = av.VideoFrame.from_ndarray(moving_frame(i))
            frame.pts, frame.time_base = i + round(25 * later[0]), Fraction(1, 25)
            container.mux(shown.encode(frame))
            channels = av.AudioLayout(layout).nb_channels
            samples = av.AudioFrame.from_ndarray(np.repeat(tone, channels)[None], format="s16", layout=layout)
            samples.sample_rate, samples.time_base = RATE, Fraction(1, RATE)
            samples.pts = i * len(tone) + round(RATE * later[1])
            container.mux(heard.encode(samples))
        container.mux(shown.encode(None))
        container.mux(heard.encode(None))
    return path


def loudness(path: Path) -> float:
    """Mean square of a file's sound; 0 where there is none."""
    with av.open(str(path)) as container:
        heard = [f.to_ndarray().astype(float) for f in container.decode(audio=0)]
    return float(np.mean(np.concatenate([h.ravel() for h in heard]) ** 2))


def sound_starts(path: Path) -> list[float]:
    """When each piece of a file's sound is to be heard, s."""
    with av.open(str(path)) as container:
        return [float(p.pts * p.time_base) for p in container.demux(audio=0) if p.pts is not None]


@pytest.mark.parametrize("name,layout", [("a.avi", "stereo"), ("a.mkv", "stereo"), ("a.mkv", "5.1")])
def test_channels_without_an_order_are_heard(tmp_path, name, layout):
    """Uncompressed sound in AVI and MKV says how many channels it has, not which."""
    source = with_sound(tmp_path / name, "pcm_s16le", layout)
    summary = process_video(source, tmp_path / "out.mp4", same)
    assert summary.note is None
    with av.open(str(tmp_path / "out.mp4")) as made:
        assert made.streams.audio[0].codec_context.layout.name == layout
    assert loudness(tmp_path / "out.mp4") > 0.01


def test_sound_that_cannot_be_written_is_told(tmp_path, monkeypatch):
    def refuses(*_):
        raise ValueError("no header")

    monkeypatch.setattr(video_writer, "Sound", refuses)
    source = with_sound(tmp_path / "a.mkv", "aac")
    summary = process_video(source, tmp_path / "out.mp4", same)
    assert summary.note == "a.mkv: its sound cannot be written and is left out"
    with av.open(str(tmp_path / "out.mp4")) as made:
        assert not made.streams.audio


@pytest.mark.parametrize("codec", ["aac", "pcm_s16le"])
@pytest.mark.parametrize("later", [(1, 0), (0, 1), (0, 0)], ids=["picture later", "sound later", "together"])
@pytest.mark.parametrize("frames", [60, None], ids=["whole", "stopped"])
def test_sound_and_picture_begin_as_far_apart_as_they_did(tmp_path, codec, later, frames):
    source = with_sound(tmp_path / "a.mkv", codec, frames=80, later=later)
    until = (lambda progress: progress.done < 70) if frames is None else None
    summary = process_video(source, tmp_path / "out.mp4", same, progress=until)
    assert summary.note is None
    with VideoReader(tmp_path / "out.mp4") as reader:
        times = [frame.time_s for frame in reader.frames()]
    assert len(times) == summary.frames
    assert np.abs(np.diff(times) - 0.04).max() < 0.002
    with av.open(str(tmp_path / "out.mp4")) as made:
        first = {s.type: float(s.start_time * s.time_base) for s in made.streams}
    assert first["video"] - first["audio"] == pytest.approx(later[0] - later[1], abs=0.04)
    assert loudness(tmp_path / "out.mp4") > 0.01


def test_sound_that_begins_very_late_is_not_waited_for(tmp_path, monkeypatch):
    """What is held until it comes would grow, and be lost with the process."""
    monkeypatch.setattr(video_writer, "_WAIT_S", 1)
    source = with_sound(tmp_path / "a.mkv", "aac", frames=60, later=(0, 2.2))
    held = []
    begin = video_writer.VideoWriter._start

    def watched(writer, flags):
        held.append(len(writer._held))
        begin(writer, flags)

    monkeypatch.setattr(video_writer.VideoWriter, "_start", watched)
    process_video(source, tmp_path / "out.mp4", same)
    assert len(held) == 1 and 25 < held[0] < 30
    with av.open(str(tmp_path / "out.mp4")) as made:
        assert sum(p.size > 0 for p in made.demux(video=0)) == 60
    # One early piece aside, it is where it was.
    assert sound_starts(tmp_path / "out.mp4")[1] == pytest.approx(2.2, abs=0.05)


def test_one_frame_with_sound(tmp_path):
    source = with_sound(tmp_path / "a.mkv", "aac", frames=1)
    assert process_video(source, tmp_path / "out.mp4", same).frames == 1
    with VideoReader(tmp_path / "out.mp4") as reader:
        assert len(list(reader.frames())) == 1 and reader.audio is not None


def test_a_broadcast_with_sound_begins_at_0(tmp_path):
    source = with_sound(tmp_path / "a.ts", "aac", frames=30, later=(40_000, 40_000))
    process_video(source, tmp_path / "out.mp4", same)
    with av.open(str(tmp_path / "out.mp4")) as made:
        assert made.duration / av.time_base < 2
        assert abs(float(made.streams.video[0].start_time * made.streams.video[0].time_base)) < 0.1


def test_what_browsers_cannot_hear_is_encoded_anew(tmp_path):
    """They play AC-3 in no MP4."""
    for name, codec in (("out.mp4", "aac"), ("out.mkv", "ac3")):
        process_video(with_sound(tmp_path / "a.mkv", "ac3"), tmp_path / name, same)
        with av.open(str(tmp_path / name)) as made:
            assert made.streams.audio[0].codec_context.codec.canonical_name == codec
