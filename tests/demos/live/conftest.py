"""A real server in a thread, and a program that speaks its protocol."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
import uvicorn
from fastapi import FastAPI
from websockets.sync.client import ClientConnection, connect

from core.labels import get_label_set
from core.media.frames import encode_frame, encode_planes
from core.results import ClassScores
from demos.live import connection
from demos.live.protocol import MAX_MESSAGE
from demos.live.server import STREAM_PATH, live_router


class Halves:
    """Stands for a network: the left half of every frame is a person."""

    def matte(self, frame: np.ndarray) -> np.ndarray:
        alpha = np.zeros(frame.shape[:2], np.float32)
        alpha[:, : frame.shape[1] // 2] = 1
        return alpha


class RoadBelow(Halves):
    """Stands for a network of roads too: the lower half is road, the upper sky; of black frames it knows nothing."""

    def semantic(self, frame: np.ndarray) -> ClassScores:
        scores = np.full((19, 8, 8), 1 / 19, np.float32)
        if frame.any():
            scores[:] = 0.005
            scores[0, 4:] = scores[10, :4] = 0.91
        return ClassScores.of(scores, get_label_set("cityscapes"), frame.shape[:2])


class Client:
    """One browser's side."""

    def __init__(self, wire: ClientConnection) -> None:
        self.wire = wire

    def send_frame(self, number: int, picture: np.ndarray | bytes) -> None:
        data = picture if isinstance(picture, bytes) else encode_frame(picture, 95)
        self.wire.send(b"F" + struct.pack(">I", number) + data)

    def send_planes(self, number: int, picture: np.ndarray) -> None:
        height, width = picture.shape[:2]
        self.wire.send(b"R" + struct.pack(">I2H", number, width, height) + encode_planes(picture))

    def settings(self, **values) -> None:
        self.wire.send(json.dumps(values))

    def hear(self, timeout: float = 10) -> dict | tuple[str, int, bytes]:
        """A JSON message as a dict; a binary one as (kind, number, the rest behind the times)."""
        message = self.wire.recv(timeout=timeout)
        if isinstance(message, str):
            return json.loads(message)
        kind, number = struct.unpack_from(">cI", message)
        return kind.decode(), number, message[17:]

    def close(self) -> None:
        self.wire.close()


@contextlib.contextmanager
def running(app: FastAPI) -> Iterator[int]:
    """A server in a thread; gives its port on 127.0.0.1."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="error", ws_max_size=MAX_MESSAGE + 64, timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def serve(monkeypatch) -> Iterator:
    """``serve(streams=4, segmenter=Halves()) → connect(**options) → Client``."""
    servers = contextlib.ExitStack()
    open_wires = contextlib.ExitStack()

    def start(streams: int = 4, segmenter=None):
        monkeypatch.setattr(connection, "load_segmenter", lambda name: segmenter or Halves())
        app = FastAPI()
        app.include_router(live_router(streams))
        port = servers.enter_context(running(app))

        def dial(language: str = "en", **options) -> Client:
            options = {"max_size": None, "compression": None, "close_timeout": 0.1} | options
            wire = open_wires.enter_context(
                connect(f"ws://127.0.0.1:{port}{STREAM_PATH}?language={language}", **options)
            )
            return Client(wire)

        dial.port = port  # type: ignore[attr-defined]
        return dial

    yield start
    with contextlib.suppress(Exception):
        open_wires.close()
    servers.close()
