"""Live sources and where their pictures go."""

from __future__ import annotations

import os
import sys
import threading
import time
import types
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from core.errors import InputError
from core.media import camera, outlets, video
from core.media.camera import open_source
from core.media.newest import Newest
from core.media.outlets import Recording, VirtualCamera, Window, fit_frame
from core.media.video import Frame, VideoReader
from tests.core.media.conftest import moving_frame, wipe_packet


class FakeDevice:
    """Stands for ``cv2.VideoCapture``: camera 0 gives ``count`` frames whose red value is their number."""

    count = 5

    def __init__(self, number: int) -> None:
        self.exists, self.given, self.asked, self.released = number == 0, 0, {}, False

    def isOpened(self) -> bool:
        return self.exists

    def set(self, name: int, value: float) -> None:
        self.asked[name] = value

    def read(self):
        if not self.exists or self.given >= self.count:
            return False, None
        self.given += 1
        picture = np.zeros((24, 32, 3), np.uint8)
        picture[..., 2] = self.given  # OpenCV's order: blue, green, red
        return True, picture

    def release(self) -> None:
        self.released = True


@pytest.fixture
def device(monkeypatch):
    monkeypatch.setattr(cv2, "VideoCapture", FakeDevice)


def test_a_camera_is_asked_for_a_size_and_gives_rgb(device):
    source = open_source("0", (1280, 720))
    assert (source.width, source.height, source.recorded) == (32, 24, False), (
        "what it gives, not what was asked"
    )
    assert source._device.asked[cv2.CAP_PROP_FRAME_WIDTH] == 1280
    frames = list(source.frames())
    assert [int(f.pixels[0, 0, 0]) for f in frames] == [2, 3, 4, 5], (
        "red first; the first frame told the size"
    )
    assert source.damaged == "gives no more frames"


def test_a_camera_that_is_not_there(device):
    with pytest.raises(InputError, match="camera 3 cannot be used"):
        open_source("3")


@pytest.mark.parametrize(
    "text,told",
    [
        ("none.mp4", "none.mp4 does not exist"),
        ("http://user:secret@127.0.0.1:9/cam", r"^http://127\.0\.0\.1:9/cam cannot be opened"),
        ("ftp-no-such://x", "cannot be opened"),
    ],
)
def test_a_source_that_cannot_be_opened(text, told):
    with pytest.raises(InputError, match=told) as error:
        open_source(text)
    assert "secret" not in str(error.value)


def test_a_photo_is_no_stream(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(cv2.imencode(".png", np.zeros((9, 9, 3), np.uint8))[1].tobytes())
    with pytest.raises(InputError, match="is a photo"):
        open_source(str(path))


def test_an_address_gives_frames_as_they_come_and_tells_when_they_end(mjpeg):
    source = open_source(mjpeg(frames=6, rate=10))
    assert (source.width, source.height, source.recorded) == (96, 64, False)
    frames = list(source.frames())
    assert len(frames) == 6
    assert frames[0].pts == 0 and frames[-1].time_s > 0.05, "their clock is the time they came"
    assert source.damaged, "a live stream that ends has broken off"
    source.close()


def test_a_recording_behind_an_address_has_its_own_clock(served_file, make_video):
    source = open_source(served_file(make_video("clip.mkv", frames=10)))
    assert source.recorded
    assert [round(f.time_s, 2) for f in source.frames()] == [round(i / 25, 2) for i in range(10)]
    assert source.damaged is None
    source.close()


def test_a_damaged_packet_does_not_end_an_address(served_file, make_video):
    source = open_source(served_file(wipe_packet(make_video("clip.mp4", frames=40), 20)))
    assert len(list(source.frames())) > 35 and source.damaged is None
    source.close()


def test_an_address_without_a_rate_has_a_plausible_one(served_file, tmp_path):
    """FFmpeg gives the clock's ticks for a rate where a stream tells none."""
    with av.open(str(tmp_path / "a.ts"), "w") as container:
        stream = container.add_stream("libx264", rate=90000)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        frame = av.VideoFrame.from_ndarray(moving_frame(0))
        frame.pts, frame.time_base = 0, Fraction(1, 90000)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    source = open_source(served_file(tmp_path / "a.ts"))
    assert 1 <= source.rate <= 1000
    source.close()


@pytest.mark.parametrize(
    "rotation,aspect", [(90, Fraction(3, 4)), (0, Fraction(4, 3)), (180, Fraction(4, 3))]
)
def test_an_address_is_shown_upright(served_file, make_video, rotation, aspect):
    """As a phone held upright records it."""
    path = make_video("clip.mp4", frames=5, rotation=rotation, pixel_aspect=Fraction(4, 3))
    source = open_source(served_file(path))
    with VideoReader(path) as reader:
        assert (source.width, source.height) == (reader.width, reader.height)
        assert source.pixel_aspect == reader.pixel_aspect == aspect
        for ours, its in zip(source.frames(), reader.frames(), strict=True):
            assert np.array_equal(ours.pixels, its.pixels)
    source.close()


def test_a_turn_told_once_holds_until_the_next_key_frame(monkeypatch, served_file, make_video):
    """H.264 tells how a camera is held beside key frames only."""
    source = open_source(served_file(make_video("clip.mkv", frames=4)))

    class Turned:
        def __init__(self, frame, rotation):
            self._frame, self.rotation = frame, rotation

        def __getattr__(self, name):
            return getattr(self._frame, name)

    told = iter([0, 0, 0])
    monkeypatch.setattr(
        camera, "decoded", lambda packet: [Turned(f, next(told, 0)) for f in video.decoded(packet)]
    )
    source._first = Turned(source._first, 90)
    assert [f.pixels.shape for f in source.frames()] == [(96, 64, 3)] * 4
    source.close()


class Sequence:
    """A source under the test's control: gives a frame whenever ``go`` is released."""

    name, recorded, width, height, damaged = "sequence", False, 2, 2, None
    time_base, rate, pixel_aspect, audio = Fraction(1, 1000), Fraction(25), Fraction(1), None

    def __init__(self, count: int, step: float = 0.0) -> None:
        self.count, self.step, self.closed = count, step, False
        self.go = threading.Semaphore(0)

    def frames(self):
        for i in range(self.count):
            if not self.recorded:
                self.go.acquire()
            yield Frame(np.full((2, 2, 3), i, np.uint8), i, i * self.step)

    def close(self) -> None:
        self.closed = True


def give(source: Sequence, newest: Newest, count: int, last: int) -> None:
    """Let ``count`` frames through; returns when the one numbered ``last`` waits to be taken."""
    for _ in range(count):
        source.go.release()
    deadline = time.monotonic() + 10
    while newest._frame is None or newest._frame.pts != last:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_the_newest_frame_wins_and_what_it_replaced_is_counted():
    source = Sequence(5)
    with Newest(source) as newest:
        assert newest.take(0.01) is None, "nothing came yet"
        give(source, newest, 3, last=2)
        assert newest.take(1).pts == 2
        assert newest.dropped == 2
        assert not newest.ended
        give(source, newest, 2, last=4)
        assert newest.take(1).pts == 4
        assert newest.take(1) is None and newest.ended
    assert newest.dropped == 3 and source.closed


def test_a_recording_is_played_at_its_own_pace():
    source = Sequence(6, step=0.05)
    source.recorded = True
    began = time.monotonic()
    with Newest(source) as newest:
        taken = []
        while not newest.ended:
            if frame := newest.take(1):
                taken.append((frame.pts, time.monotonic() - began))
    assert taken[-1][0] == 5, "the last frame is not lost"
    assert taken[-1][1] >= 0.24, "the sixth frame is due after 5 × 0.05 s"
    assert len(taken) + newest.dropped == 6


def test_a_sources_error_reaches_who_takes():
    source = Sequence(1)
    source.frames = lambda: (_ for _ in ()).throw(RuntimeError("broken wire"))
    with Newest(source) as newest, pytest.raises(RuntimeError, match="broken wire"):
        newest.take(1)


def test_leaving_does_not_wait_for_the_end():
    source = Sequence(1000, step=0.5)
    source.recorded = True
    began = time.monotonic()
    with Newest(source) as newest:
        newest.take(1)
    assert time.monotonic() - began < 1 and source.closed


def test_a_picture_of_another_size_is_fitted_not_stretched():
    picture = np.full((10, 20, 3), 200, np.uint8)
    fitted = fit_frame(picture, (40, 40))
    assert fitted.shape == (40, 40, 3)
    assert (fitted[:10] == 0).all() and (fitted[10:30] == 200).all() and (fitted[30:] == 0).all()
    assert fit_frame(picture, (20, 10)) is picture
    assert fit_frame(np.full((10, 20), 7, np.uint8), (20, 10))[0, 0].tolist() == [7, 7, 7]


def test_a_recording_keeps_the_times_and_one_size(tmp_path):
    path = tmp_path / "o.mp4"
    with Recording(path, Sequence(0), (64, 48)) as outlet:
        for pts, size in ((0, (48, 64)), (40, (48, 64)), (40, (32, 32)), (200, (48, 64))):
            outlet.show(np.full((*size, 3), 120, np.uint8), pts)
    with VideoReader(path) as reader:
        frames = list(reader.frames())
    assert (reader.width, reader.height) == (64, 48)
    assert [round(1000 * f.time_s) for f in frames] == [0, 40, 41, 200]


def test_a_recording_loses_little_however_fast_its_source_claims_to_be(tmp_path):
    """A fragment ends, and plays, with a key frame."""
    source = Sequence(0)
    source.rate = Fraction(90000)
    with Recording(tmp_path / "o.mp4", source, (16, 16)) as outlet:
        for i in range(260):
            outlet.show(np.full((16, 16, 3), 120, np.uint8), 10 * i)
    with av.open(str(tmp_path / "o.mp4")) as made:
        assert sum(packet.is_keyframe for packet in made.demux(video=0)) > 1


def test_a_recording_without_a_frame_leaves_nothing(tmp_path):
    with Recording(tmp_path / "o.mp4", Sequence(0), (64, 48)):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_recording_that_is_interrupted_plays(tmp_path):
    with pytest.raises(KeyboardInterrupt), Recording(tmp_path / "o.mp4", Sequence(0), (64, 48)) as outlet:
        outlet.show(np.zeros((48, 64, 3), np.uint8), 0)
        raise KeyboardInterrupt
    with VideoReader(tmp_path / "o.mp4") as reader:
        assert len(list(reader.frames())) == 1


def fake_driver(monkeypatch, fail: str | None = None) -> list:
    """A ``pyvirtualcam`` that keeps what it is sent."""
    sent: list = []

    class Camera:
        device = "fake"

        def __init__(self, width, height, fps):
            if fail:
                raise RuntimeError(fail)
            sent.append((width, height, fps))

        def send(self, picture):
            sent.append(picture)

        def close(self):
            sent.append("closed")

    module = types.ModuleType("pyvirtualcam")
    module.Camera = Camera
    monkeypatch.setitem(sys.modules, "pyvirtualcam", module)
    return sent


def test_a_virtual_camera_gets_rgb_of_its_size_and_is_closed(monkeypatch):
    sent = fake_driver(monkeypatch)
    with VirtualCamera((8, 6), 30.0) as outlet:
        outlet.show(np.full((6, 8), 9, np.uint8), 0)
    assert sent[0] == (8, 6, 30.0) and sent[1].shape == (6, 8, 3) and sent[2] == "closed"


def test_a_missing_package_and_a_missing_driver_are_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyvirtualcam", None)
    with pytest.raises(InputError, match="pip install pyvirtualcam"):
        VirtualCamera((8, 6), 30.0)
    fake_driver(monkeypatch, fail="no device\nfound")
    with pytest.raises(InputError, match=r"no device found.*v4l2loopback.*OBS"):
        VirtualCamera((8, 6), 30.0)


def test_a_window_needs_an_opencv_that_has_windows(monkeypatch):
    monkeypatch.setattr(cv2, "getBuildInformation", lambda: "  GUI:                           NONE\n")
    with pytest.raises(InputError, match="pip install --force-reinstall opencv-python"):
        Window((8, 6))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a screen")
def test_a_window_needs_a_screen(monkeypatch):
    if not outlets.can_show_windows():
        pytest.skip("this OpenCV has no windows at all")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":4711")
    with pytest.raises(InputError, match="no screen"):
        Window((8, 6))


@pytest.mark.parametrize("error", [RuntimeError("the network fell over"), InputError("no room on the disk")])
def test_a_recording_survives_any_error(tmp_path, error):
    """What was live cannot be done again."""
    with (
        pytest.raises(type(error), match=str(error.args[0])),
        Recording(tmp_path / "o.mp4", Sequence(0), (64, 48)) as outlet,
    ):
        for pts in (0, 40, 80):
            outlet.show(np.zeros((48, 64, 3), np.uint8), pts)
        raise error
    with VideoReader(tmp_path / "o.mp4") as reader:
        assert len(list(reader.frames())) == 3
    assert [p.name for p in tmp_path.iterdir()] == ["o.mp4"]


@pytest.mark.skipif(os.name == "nt", reason="limits are POSIX'")
@pytest.mark.parametrize("room,frames", [(300_000, 50), (3_000, 0)], ids=["some", "hardly any"])
def test_a_recording_on_a_disk_that_fills_up_keeps_what_got_there(tmp_path, room, frames):
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    noise = np.random.default_rng(0)
    try:
        with pytest.raises(InputError, match="cannot be written"):  # noqa: SIM117
            with Recording(tmp_path / "o.mp4", Sequence(0), (64, 48)) as outlet:
                resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
                for i in range(400):
                    outlet.show(noise.integers(0, 255, (48, 64, 3), np.uint8), 40 * i)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    if not frames:  # a file that plays nowhere is no use
        assert list(tmp_path.iterdir()) == []
        return
    with VideoReader(tmp_path / "o.mp4") as reader:
        assert len(list(reader.frames())) >= frames
    assert [p.name for p in tmp_path.iterdir()] == ["o.mp4"]
