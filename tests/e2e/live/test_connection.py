"""Connections that wait for a place, end, break and fall silent."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from urllib.parse import urlparse

import numpy as np
import pytest
from websockets.sync.client import ClientConnection, connect

from demos.live.server import STREAM_PATH, STREAMS
from tests.e2e.live.watching import WAIT, choose, moves, start, wait_for_room


class Visitor:
    """A program that holds, or waits for, a place on the server."""

    def __init__(self, wire: ClientConnection) -> None:
        self.wire = wire

    def hears(self, kind: str, seconds: float = 30) -> dict:
        """The next message of this kind."""
        deadline = time.monotonic() + seconds
        while (message := json.loads(self.wire.recv(deadline - time.monotonic())))["type"] != kind:
            pass
        return message


@pytest.fixture
def visitor(server):
    with contextlib.ExitStack() as wires:
        url = server.replace("http", "ws") + STREAM_PATH
        yield lambda: Visitor(wires.enter_context(connect(url, compression=None)))


def test_a_full_server_says_how_many_wait_and_begins_by_itself(open_live, visitor):
    page = open_live()
    inside = [visitor() for _ in range(STREAMS)]
    for one in inside:
        one.hears("ready")
    before = visitor()
    before.hears("waiting")
    page.click("#live-start")
    page.wait_for_selector(f"text=All {STREAMS} places are taken; 1 waiting before you", timeout=WAIT)
    inside[0].wire.close()
    before.hears("ready")
    page.wait_for_selector(f"text=All {STREAMS} places are taken; 0 waiting before you", timeout=WAIT)
    inside[1].wire.close()
    moves(page)
    assert page.inner_text("#live-status") == ""


@pytest.mark.parametrize("how", ["closed", "left", "stopped"])
def test_a_page_that_goes_frees_its_place(open_live, visitor, how):
    page = open_live()
    start(page)
    for _ in range(STREAMS - 1):
        visitor().hears("ready")
    waiting = visitor()
    waiting.hears("waiting")
    {
        "closed": page.close,
        "left": lambda: page.goto("about:blank"),
        "stopped": lambda: page.click("#live-stop"),
    }[how]()
    waiting.hears("ready", 10)


class Cable:
    """A TCP proxy in front of the server that can be cut and joined."""

    def __init__(self, port: int) -> None:
        self._target, self._wires, self.cut, self.silent = port, [], False, False
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            if self.cut:
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self._target))
            self._wires += [near, far]
            for a, b in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=(a, b), daemon=True).start()

    def _pass_on(self, a: socket.socket, b: socket.socket) -> None:
        try:
            while data := a.recv(65536):
                if not self.silent:
                    b.sendall(data)
        except OSError:
            pass
        for wire in (a, b):
            with contextlib.suppress(OSError):  # its other end was first
                wire.shutdown(socket.SHUT_RDWR)

    def pull(self) -> None:
        self.cut = True
        for wire in self._wires:
            with contextlib.suppress(OSError):  # its other end was first
                wire.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.pull()
        self._listening.close()


def test_a_lost_connection_is_told_and_comes_back_by_itself(open_live, server):
    cable = Cable(urlparse(server).port)
    try:
        page = open_live(address=f"http://127.0.0.1:{cable.port}")
        sockets: list[str] = []
        page.on("websocket", lambda s: sockets.append(s.url))
        start(page)
        cable.pull()
        page.wait_for_selector("text=The connection is lost; trying again", timeout=WAIT)
        choose(page, "Colour")
        page.wait_for_timeout(3000)
        assert 2 <= len(sockets) <= 6, "it tries again, at growing intervals"
        cable.cut = False
        wait_for_room(page, lambda colour: np.abs(colour - (0, 177, 64)).max() < 30)
        assert page.inner_text("#live-status") == ""
        # What Gradio would load the page anew for, and the live view would be gone.
        found = "() => fetch('gradio_api/app_id').then((answer) => answer.ok, () => false)"
        assert not page.evaluate(found)
        page.click("#live-stop")
        assert page.evaluate(found)
    finally:
        cable.close()


def test_a_connection_that_falls_silent_is_given_up(open_live, server):
    """As when a laptop changes its network: nobody closes anything."""
    cable = Cable(urlparse(server).port)
    try:
        page = open_live(address=f"http://127.0.0.1:{cable.port}")
        page.evaluate("() => { document.querySelector('#live').dataset.patience = 6000 }")
        start(page)
        cable.silent = True
        page.wait_for_function(
            "() => document.querySelector('#live-figures').textContent === ''", timeout=WAIT
        )
        assert page.inner_text("#live-status") == "", "not yet"
        page.wait_for_selector("text=The connection is lost; trying again", timeout=WAIT)
        cable.pull()
        cable.silent = cable.cut = False
        moves(page)
    finally:
        cable.close()
