"""One visitor's stream: newest frame in, processed frame out."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from starlette.websockets import WebSocket, WebSocketDisconnect

from core.errors import InputError
from core.media.frames import decode_frame, decode_planes, encode_frame, encode_planes
from core.media.images import read_image
from core.segmenter import load_segmenter
from demos.live.modes import MAKERS, Mode
from demos.live.protocol import (
    MAX_MESSAGE,
    Incoming,
    Settings,
    dropped_message,
    frame_message,
    parse_message,
    parse_settings,
    planes_message,
)
from demos.live.slots import Slots
from demos.portrait.messages import explain

IDLE_S = 60.0
"""A page that sends nothing for so long gives its place to the next."""
SEND_S = 10.0
"""A page that reads nothing for so long is taken for gone."""
BAD_FRAMES = 20
"""So many unreadable frames in a row, and it is no browser of ours."""

# Codes of our own (RFC 6455 leaves 4000 to 4999 to applications): the page knows them.
CLOSED_IDLE, CLOSED_BAD = 4000, 4001
"""It rested; or it went wrong, as was told before, and would again."""


@dataclass
class _Frame:
    message: Incoming
    arrived: float

    @property
    def number(self) -> int:
        return self.message.number


class Connection:
    """Runs one WebSocket from accept to close.

    Everything it remembers (the matte's history, the effect, a background picture) lives and dies with it.

    Args:
        socket: not yet accepted.
        slots: places shared by all.
        executor: where frames are worked on; its queue is fair, for each connection has one frame in it.
        w: the texts of the page's language.
    """

    def __init__(self, socket: WebSocket, slots: Slots, executor: Executor, w: dict[str, str]) -> None:
        self._socket, self._slots, self._executor, self._words = socket, slots, executor, w
        self._settings: Settings | None = None
        self._picture: tuple[int, np.ndarray | None] = 0, None  # so many have come, and the newest
        self._mode: Mode | None = None
        self._made: tuple[str, str] | None = None
        self._applied: tuple | None = None
        self._noticed = ""
        self._newest: _Frame | None = None
        self._arrived = asyncio.Event()
        self._sending = asyncio.Lock()

    async def run(self) -> None:
        """Until the page goes away, sends nonsense, reads nothing or rests too long."""
        await self._socket.accept()
        tasks = [asyncio.create_task(part) for part in (self._receive(), self._serve())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except (WebSocketDisconnect, TimeoutError, RuntimeError, OSError):
            pass  # it is gone, and there is nobody to tell
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with contextlib.suppress(Exception):
                await asyncio.wait_for(self._socket.close(), 1)

    async def _serve(self) -> None:
        async with self._slots.place(self._tell_wait):
            await self._tell({"type": "ready", "streams": self._slots.limit, "max_bytes": MAX_MESSAGE})
            bad = 0
            while bad < BAD_FRAMES:
                try:
                    await asyncio.wait_for(self._arrived.wait(), IDLE_S)
                except TimeoutError:
                    await self._tell({"type": "idle"})
                    await self._socket.close(CLOSED_IDLE)
                    return
                self._arrived.clear()
                frame, self._newest = self._newest, None
                if frame is None:
                    continue
                loop = asyncio.get_running_loop()
                try:
                    answer = await loop.run_in_executor(self._executor, self._work, frame)
                    bad = 0
                except InputError as error:
                    bad += 1
                    await self._tell({"type": "error", "message": explain(error, self._words)})
                    answer = dropped_message(frame.number)
                except Exception as error:
                    if isinstance(error, RuntimeError) and "shutdown" in str(error):
                        raise  # the server stops, and its executor with it
                    # No fault of the page's, and nothing that trying again would mend.
                    logging.getLogger(__name__).exception("the live view failed")
                    await self._tell({"type": "error", "message": self._words["error"]})
                    break
                await self._send(answer)
                await self._tell_notice()
            await self._socket.close(CLOSED_BAD)

    def _work(self, frame: _Frame) -> bytes:
        """In a thread: decode, process, encode."""
        began, sent = time.perf_counter(), frame.message
        bare = sent.kind == "R"
        pixels = decode_planes(sent.data, *sent.size) if bare else decode_frame(sent.data)
        decoded = time.perf_counter()
        mode = self._ready_mode()
        result = mode(pixels, frame.arrived)
        worked = time.perf_counter()
        picture = encode_planes(result) if bare else encode_frame(result)
        coded = time.perf_counter() - worked + decoded - began
        waited = time.monotonic() - frame.arrived - (time.perf_counter() - began)
        times = 1000 * max(0, waited), 1000 * (worked - decoded), 1000 * coded
        if bare:
            return planes_message(frame.number, picture, sent.size, *times)
        return frame_message(frame.number, picture, *times)

    def _ready_mode(self) -> Mode:
        """The mode with the newest settings; a change of the effect keeps the stream's history."""
        settings, (number, picture) = self._settings or Settings(), self._picture
        if self._mode is None or self._made != (settings.mode, settings.network):
            self._mode = MAKERS[settings.mode](load_segmenter(settings.network))
            self._made = settings.mode, settings.network
            self._applied = None
        if self._applied != (wanted := (settings, number)):
            self._mode.set(settings, picture)
            self._applied = wanted
        return self._mode

    async def _receive(self) -> None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code", 1005))
            try:
                if message.get("text") is not None:
                    self._settings = parse_settings(message["text"])
                else:
                    await self._take(parse_message(message.get("bytes") or b""))
            except InputError as error:
                await self._tell({"type": "error", "message": explain(error, self._words)})
                if len(message.get("bytes") or b"") > MAX_MESSAGE:
                    await self._socket.close(1009)
                    return

    async def _take(self, message: Incoming) -> None:
        if message.kind == "P" and not message.data:
            self._picture = self._picture[0] + 1, None
            return
        if message.kind == "P":
            photo = await asyncio.get_running_loop().run_in_executor(
                self._executor, read_image, message.data, "the background picture"
            )
            self._picture = self._picture[0] + 1, photo.pixels
            return
        # The newest frame wins: what nobody has begun to work on is answered at once, undone.
        late, self._newest = self._newest, _Frame(message, time.monotonic())
        self._arrived.set()
        if late is not None:
            await self._send(dropped_message(late.number))

    async def _tell_wait(self, before: int) -> None:
        await self._tell({"type": "waiting", "before": before, "streams": self._slots.limit})

    async def _tell_notice(self) -> None:
        notice = self._mode.notice if self._mode else ""
        if notice != self._noticed:
            self._noticed = notice
            await self._tell({"type": "notice", "name": notice})

    async def _tell(self, message: dict) -> None:
        async with self._sending:
            await asyncio.wait_for(self._socket.send_text(json.dumps(message)), SEND_S)

    async def _send(self, data: bytes) -> None:
        async with self._sending:
            await asyncio.wait_for(self._socket.send_bytes(data), SEND_S)
