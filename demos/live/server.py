"""The live view's part of the server: its WebSocket and its scripts."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fastapi import APIRouter, WebSocket

from demos.live.connection import Connection
from demos.live.slots import Slots
from demos.routing import offer_files
from demos.words import LANGUAGES, words

STREAMS = 4
"""Streams at once. On two cores four still move; a fifth would only slow all of them."""

PATH = "/live"
STREAM_PATH = f"{PATH}/stream"
SCRIPTS = dict.fromkeys(("live.js", "worker.js", "wire.js"), "text/javascript")


def live_router(streams: int = STREAMS) -> APIRouter:
    """The WebSocket at `STREAM_PATH`, for ``streams`` visitors at once, and the scripts beside it."""
    router = APIRouter(prefix=PATH)
    slots = Slots(streams)
    executor = ThreadPoolExecutor(max(2, min(os.cpu_count() or 2, streams)), thread_name_prefix="live")

    @router.websocket(STREAM_PATH.removeprefix(PATH))
    async def stream(socket: WebSocket) -> None:
        language = socket.query_params.get("language", "")
        await Connection(socket, slots, executor, words(language if language in LANGUAGES else "en")).run()

    offer_files(router, Path(__file__).parent, SCRIPTS)
    return router
