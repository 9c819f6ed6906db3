"""Videos: what they are, their first frames, and those through the conversion that every panel uses."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from pathlib import Path
from random import Random

import av
import cv2
import numpy as np

from core.media.convert import process_video
from core.media.probe import kind
from core.media.video import VideoReader
from tests.fuzz.mutate import mutate_bytes
from tests.fuzz.reader import Case, Reader

Clips = dict[str, bytes]
_WAYS = ("read", "read", "convert")
_FRAMES = 24  # of an input, at most: a mutated header may ask for a long last frame, over and over
# Name → encoder, pixel format, whether with sound.
_MADE = {
    "a.mp4": ("libx264", "yuv420p", "aac"),
    "fragments.mp4": ("libx264", "yuv420p", ""),
    "turned.mov": ("libx264", "yuv420p", ""),
    "old.mov": ("mpeg4", "yuv420p", "pcm_s16le"),
    "a.mkv": ("libx264", "yuv420p", "aac"),
    "a.webm": ("libvpx-vp9", "yuv420p", "libopus"),
    "a.avi": ("mjpeg", "yuvj420p", ""),
    "old.avi": ("mpeg4", "yuv420p", "mp3"),
    "a.ts": ("libx264", "yuv420p", "aac"),
    "a.mpg": ("mpeg2video", "yuv420p", ""),
    "a.flv": ("flv", "yuv420p", ""),
    "a.gif": ("gif", "rgb8", ""),
}


def _prepare(folder: Path) -> Clips:
    clips = {}
    for name, (codec, pixels, sound) in _MADE.items():
        _make(folder / name, codec, pixels, sound)
        clips[name] = (folder / name).read_bytes()
    return clips


def _make(path: Path, codec: str, pixels: str, sound: str, frames: int = 8) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)
    options = {"movflags": "frag_keyframe+empty_moov"} if path.name.startswith("fragments") else {}
    with av.open(str(path), "w", options=options) as container:
        video = container.add_stream(codec, rate=25)
        video.width, video.height, video.pix_fmt = 64, 48, pixels
        video.codec_context.time_base = Fraction(1, 25)
        video.codec_context.gop_size = 4
        if path.name.startswith("turned"):
            video.set_display_rotation(90)
        audio = container.add_stream(sound, rate=48000) if sound else None
        for i in range(frames):
            picture = cv2.GaussianBlur(np.roll(noise, 2 * i, axis=1), (0, 0), 3)
            frame = av.VideoFrame.from_ndarray(picture).reformat(format=pixels)
            frame.pts, frame.time_base = i, Fraction(1, 25)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if audio is not None:
            _add_sound(container, audio, frames)


def _add_sound(container: av.container.OutputContainer, audio, frames: int) -> None:
    resampler = av.AudioResampler(audio.format, audio.layout, 48000, audio.frame_size or 1024)
    samples = av.AudioFrame.from_ndarray(np.zeros((1, frames * 1920), np.float32), "fltp", "mono")
    samples.sample_rate, samples.pts = 48000, 0
    for part in [*resampler.resample(samples), *resampler.resample(None)]:
        container.mux(audio.encode(part))
    container.mux(audio.encode(None))


def _seeds(clips: Clips) -> list[Case]:
    return [Case(way, {name: data}) for name, data in clips.items() for way in set(_WAYS)]


def _mutate(rng: Random, clips: Clips) -> Case:
    name = rng.choice(list(clips))
    alike = [data for other, data in clips.items() if other[-3:] == name[-3:]]
    return Case(rng.choice(_WAYS), {name: mutate_bytes(rng, clips[name], alike)})


def _read(case: Case, folder: Path, _clips: Clips) -> None:
    (name,) = case.files
    if case.way == "convert":
        small = np.zeros((48, 64, 3), np.uint8)
        process_video(
            folder / name, folder / "out.mp4", lambda frame, _: small, progress=lambda p: p.done < _FRAMES
        )
        return
    kind(folder / name)
    with VideoReader(folder / name) as reader:
        for _ in islice(reader.frames(on_audio=lambda _: None), _FRAMES):
            pass


READER = Reader("video", _prepare, _seeds, _mutate, _read)
