"""Small files of every kind, made by the test."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import av
import cv2
import numpy as np
import pytest


def moving_frame(index: int, width: int = 96, height: int = 64) -> np.ndarray:
    """A grey ramp with a bright square that moves two pixels a frame."""
    frame = np.full((height, width, 3), 90, np.uint8)
    x = 4 + 2 * index
    frame[20:40, x : x + 16] = (220, 120, 40)
    return frame


def wipe_packet(path: Path, number: int) -> Path:
    """Overwrite one packet of a video's frames with zeros."""
    with av.open(str(path)) as container:
        packets = [(p.pos, p.size) for p in container.demux(video=0) if p.size]
    raw = bytearray(path.read_bytes())
    at, size = packets[number]
    raw[at : at + size] = bytes(size)
    path.write_bytes(raw)
    return path


@pytest.fixture
def make_video(tmp_path: Path) -> Callable[..., Path]:
    """``make_video(name, frames=20, audio=True, times=None, rotation=0, size=(96, 64), pixel_aspect=1)`` → path."""

    def make(
        name: str = "clip.mp4",
        frames: int = 20,
        audio: bool | str = False,
        times: list[int] | None = None,
        rotation: int = 0,
        size: tuple[int, int] = (96, 64),
        pixel_aspect: Fraction = Fraction(1),
    ) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w") as container:
            video = container.add_stream("libx264", rate=25)
            video.width, video.height = size
            video.pix_fmt = "yuv444p" if size[0] % 2 or size[1] % 2 else "yuv420p"
            video.codec_context.time_base = Fraction(1, 100)
            video.codec_context.sample_aspect_ratio = pixel_aspect
            if rotation:
                video.set_display_rotation(rotation)
            sound = (
                container.add_stream(audio if isinstance(audio, str) else "aac", rate=48000)
                if audio
                else None
            )
            for i in range(frames):
                frame = av.VideoFrame.from_ndarray(moving_frame(i, *size))
                frame.pts, frame.time_base = (times[i] if times else 4 * i), Fraction(1, 100)
                container.mux(video.encode(frame))
            container.mux(video.encode(None))
            if sound is not None:
                for i in range(frames * 48000 // 25 // 1024):
                    wave = np.sin(np.arange(1024) * 0.05 + i).astype(np.float32)[None] * 0.3
                    samples = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
                    samples.sample_rate, samples.pts = 48000, i * 1024
                    container.mux(sound.encode(samples))
                container.mux(sound.encode(None))
        return path

    return make


@pytest.fixture
def serve_bytes() -> Iterator[Callable[[Callable[[BaseHTTPRequestHandler], None]], str]]:
    """``serve_bytes(answer)`` → address of a server on this machine; ``answer(handler)`` writes each response."""
    servers = []

    def start(answer: Callable[[BaseHTTPRequestHandler], None]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                with contextlib.suppress(OSError):  # the client has left
                    answer(self)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}/stream"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def mjpeg(serve_bytes) -> Callable[..., str]:
    """``mjpeg(frames=20, rate=25, size=(96, 64))`` → address of a network camera; it stops after ``frames``."""

    def start(frames: int = 20, rate: float = 25, size: tuple[int, int] = (96, 64)) -> str:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Type", "multipart/x-mixed-replace; boundary=cut")
            handler.end_headers()
            for i in range(frames):
                data = cv2.imencode(".jpg", moving_frame(i % 20, *size)[..., ::-1])[1].tobytes()
                head = f"--cut\r\nContent-Type: image/jpeg\r\nContent-Length: {len(data)}\r\n\r\n"
                handler.wfile.write(head.encode() + data + b"\r\n")
                time.sleep(1 / rate)
            handler.wfile.write(b"--cut--\r\n")

        return serve_bytes(answer)

    return start


@pytest.fixture
def served_file(serve_bytes) -> Callable[[Path], str]:
    """``served_file(path)`` → an address that gives the file."""

    def start(path: Path) -> str:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            data = path.read_bytes()
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(data)))
            handler.end_headers()
            handler.wfile.write(data)

        return serve_bytes(answer)

    return start
