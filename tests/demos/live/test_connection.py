"""The live protocol as a browser meets it, and as something worse than a browser does."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading

import cv2
import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed

from core.errors import InputError
from core.media.frames import decode_frame, decode_planes
from demos.live import connection
from demos.live.protocol import MAX_MESSAGE
from tests.demos.live.conftest import Halves

GREY = np.full((96, 128, 3), 128, np.uint8)


def ready(client) -> None:
    assert client.hear()["type"] == "ready"


def test_frames_come_back_processed_with_their_numbers(serve):
    client = serve()()
    ready(client)
    client.settings(output="color", color="#ff0000")
    client.send_frame(7, GREY)
    kind, number, picture = client.hear()
    assert (kind, number) == ("F", 7)
    result = decode_frame(picture)
    assert result.shape == GREY.shape
    assert np.abs(result[:, :40].astype(int) - 128).max() < 12, "the person stays"
    assert np.abs(result[:, 90:].astype(int) - (255, 0, 0)).max() < 20, "the rest is red"


def test_a_bare_frame_comes_back_bare(serve):
    client = serve()()
    ready(client)
    client.settings(output="color", color="#ff0000")
    client.send_planes(9, GREY)
    kind, number, rest = client.hear()
    assert (kind, number) == ("R", 9)
    width, height = struct.unpack_from(">2H", rest)
    result = decode_planes(rest[4:], width, height)
    assert result.shape == GREY.shape
    assert np.abs(result[:, :40].astype(int) - 128).max() < 3, "the person stays"
    assert np.abs(result[:, 90:].astype(int) - (255, 0, 0)).max() < 6, "the rest is red"


def test_an_effect_changes_without_starting_over(serve):
    client = serve()()
    ready(client)
    client.settings(output="color", color="#ff0000")
    client.send_frame(1, GREY)
    client.hear()
    client.settings(output="color", color="rgba(0, 0, 255, 1)")
    client.send_frame(2, GREY)
    _, number, picture = client.hear()
    assert number == 2
    assert decode_frame(picture)[50, 120, 2] > 220


def test_a_background_picture_of_another_size_and_before_it_a_blur(serve):
    client = serve()()
    ready(client)
    client.settings(output="image")
    client.send_frame(1, GREY)
    assert abs(int(decode_frame(client.hear()[2])[50, 120, 1]) - 128) < 12
    green = np.zeros((40, 300, 3), np.uint8)
    green[..., 1] = 255
    client.wire.send(b"P" + cv2.imencode(".png", green)[1].tobytes())
    client.send_frame(2, GREY)
    assert decode_frame(client.hear()[2])[50, 120, 1] > 220
    client.wire.send(b"P")  # taken away
    client.send_frame(3, GREY)
    assert abs(int(decode_frame(client.hear()[2])[50, 120, 1]) - 128) < 12


def test_a_matte_is_grey(serve):
    client = serve()()
    ready(client)
    client.settings(output="matte")
    client.send_frame(1, GREY)
    matte = decode_frame(client.hear()[2])
    assert matte[50, 10].tolist() == [255] * 3 and matte[50, 120].tolist() == [0] * 3


class Slow(Halves):
    """A network that waits until it is let go."""

    def __init__(self) -> None:
        self.inside = threading.Event()
        self.go = threading.Event()

    def matte(self, frame):
        self.inside.set()
        self.go.wait(10)
        return super().matte(frame)


def test_the_newest_frame_wins_and_every_frame_is_answered(serve):
    slow = Slow()
    client = serve(segmenter=slow)()
    ready(client)
    client.send_frame(1, GREY)
    assert slow.inside.wait(10)
    for number in (2, 3, 4):
        client.send_frame(number, GREY)
    assert [client.hear()[:2] for _ in range(2)] == [("D", 2), ("D", 3)]
    slow.go.set()
    assert [client.hear()[:2] for _ in range(2)] == [("F", 1), ("F", 4)]


@pytest.mark.parametrize(
    "data,told",
    [
        (b"\xff\xd8\xff\xe0 garbage", "not a picture"),
        (b"", "unknown kind"),
        (cv2.imencode(".jpg", np.zeros((2000, 2000, 3), np.uint8))[1].tobytes(), "2000×2000"),
    ],
    ids=["garbage", "empty", "too many pixels"],
)
def test_a_bad_frame_is_told_and_the_stream_goes_on(serve, data, told):
    client = serve()()
    ready(client)
    client.send_frame(1, data)
    answer = client.hear()
    assert answer["type"] == "error" and told in answer["message"]
    if data:
        assert client.hear()[:2] == ("D", 1)
    client.send_frame(2, GREY)
    assert client.hear()[:2] == ("F", 2)


def test_planes_that_are_cut_short_are_told_and_the_stream_goes_on(serve):
    client = serve()()
    ready(client)
    client.wire.send(b"R" + struct.pack(">I2H", 1, 128, 96) + bytes(100))
    assert "18432 for 128×96" in client.hear()["message"]
    assert client.hear()[:2] == ("D", 1)
    client.send_planes(2, GREY)
    assert client.hear()[:2] == ("R", 2)


def test_an_error_is_told_in_the_pages_language(serve, monkeypatch):
    def damaged(name: str):
        raise InputError("weights/x/model.safetensors is damaged", "a whole file")

    client = serve()(language="ko")
    monkeypatch.setattr(connection, "load_segmenter", damaged)
    ready(client)
    client.send_frame(1, GREY)
    assert "모델 파일이 손상되었거나" in client.hear()["message"]


def test_nothing_but_garbage_ends_it(serve):
    client = serve()()
    ready(client)
    with pytest.raises(ConnectionClosed) as closed:
        for number in range(1, 3 * connection.BAD_FRAMES):
            client.send_frame(number, b"garbage")
            while not isinstance(client.hear(), tuple):
                pass
    assert closed.value.rcvd.code == connection.CLOSED_BAD


@pytest.mark.parametrize("text", ["{", '{"colour": 1}', '{"output": "cutout"}', '{"f_number": "x"}', "[]"])
def test_settings_that_make_no_sense_are_told_and_leave_the_last_ones(serve, text):
    client = serve()()
    ready(client)
    client.settings(output="matte")
    client.wire.send(text)
    assert client.hear()["type"] == "error"
    client.send_frame(1, GREY)
    assert decode_frame(client.hear()[2])[50, 120].tolist() == [0] * 3


def test_a_message_over_the_limit_closes_the_connection(serve):
    client = serve()()
    ready(client)
    with pytest.raises(ConnectionClosed) as closed:
        client.wire.send(b"F" + bytes(MAX_MESSAGE + 1000))
        while True:
            client.hear()
    # While we still send, its goodbye can be overtaken by the reset of the connection.
    assert closed.value.rcvd is None or closed.value.rcvd.code == 1009


def test_who_waits_is_told_how_many_are_before_and_moves_up(serve):
    dial = serve(streams=1)
    first, second, third = dial(), None, None
    ready(first)
    second = dial()
    assert second.hear() == {"type": "waiting", "before": 0, "streams": 1}
    third = dial()
    assert third.hear() == {"type": "waiting", "before": 1, "streams": 1}
    second.wire.socket.close()  # gives up without a word
    assert third.hear() == {"type": "waiting", "before": 0, "streams": 1}
    first.close()
    ready(third)
    third.send_frame(1, GREY)
    assert third.hear()[:2] == ("F", 1)


def test_a_sudden_close_while_working_frees_the_place(serve):
    slow = Slow()
    dial = serve(streams=1, segmenter=slow)
    client = dial()
    ready(client)
    client.send_frame(1, GREY)
    assert slow.inside.wait(10)
    client.wire.socket.close()
    slow.go.set()
    ready(dial())


def test_a_page_that_rests_gives_its_place_away(serve, monkeypatch):
    monkeypatch.setattr(connection, "IDLE_S", 0.2)
    client = serve()()
    ready(client)
    assert client.hear() == {"type": "idle"}
    with pytest.raises(ConnectionClosed) as closed:
        client.hear()
    assert closed.value.rcvd.code == connection.CLOSED_IDLE


def test_who_never_reads_loses_its_place_to_who_waits(serve, monkeypatch):
    """Its answers fill the pipe; the server waits no longer than SEND_S for it."""
    monkeypatch.setattr(connection, "SEND_S", 0.5)
    dial = serve(streams=1)
    deaf = dial(max_queue=1)
    noise = np.random.default_rng(0).integers(0, 255, (1000, 1900, 3), np.uint8)
    data = b"F" + struct.pack(">I", 1) + cv2.imencode(".jpg", noise)[1].tobytes()

    def shout() -> None:
        with contextlib.suppress(ConnectionClosed, OSError):
            while True:
                deaf.wire.send(data)

    other = dial()
    assert other.hear()["type"] == "waiting"
    threading.Thread(target=shout, daemon=True).start()
    try:
        assert other.hear(timeout=30)["type"] == "ready"
        other.send_frame(1, GREY)
        assert other.hear()[:2] == ("F", 1)
    finally:
        deaf.wire.socket.shutdown(socket.SHUT_RDWR)  # or its own close would wait for its own send


def test_a_network_that_fails_is_told_and_not_tried_again(serve, monkeypatch, caplog):
    """It is no lost connection: the page would come back for ever."""

    def fails(*_):
        raise RuntimeError("the processor has no such instruction")

    client = serve()()
    ready(client)
    monkeypatch.setattr(connection.Connection, "_ready_mode", fails)
    client.send_frame(1, GREY)
    assert client.hear()["type"] == "error"
    with pytest.raises(ConnectionClosed) as closed:
        client.hear()
    assert closed.value.rcvd.code == connection.CLOSED_BAD
    assert "no such instruction" in caplog.text
