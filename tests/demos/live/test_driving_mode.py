"""The live view's second mode over the wire: views, opacity, and what is said of frames that show no road."""

from __future__ import annotations

import numpy as np
import pytest

from core.driving import Look, ParsedFrame
from core.media.frames import decode_frame, decode_planes
from demos.live.protocol import Settings, parse_settings
from tests.demos.live.conftest import RoadBelow
from tests.demos.live.test_connection import GREY, ready

BLACK = np.zeros_like(GREY)


@pytest.fixture
def client(serve):
    client = serve(segmenter=RoadBelow())()
    ready(client)
    return client


def shown(client, number: int, picture: np.ndarray = GREY) -> np.ndarray:
    client.send_frame(number, picture)
    kind, of, data = client.hear()
    assert (kind, of) == ("F", number)
    return decode_frame(data).astype(int)


def expected(**look) -> np.ndarray:
    return ParsedFrame(GREY, RoadBelow().semantic(GREY)).render(Look(**look)).astype(int)


@pytest.mark.parametrize(
    "view", ["overlay", "color", "categories", "stuff", "road", "panoptic", "confidence"]
)
def test_a_frame_comes_back_in_the_view_that_was_chosen(client, view):
    client.settings(mode="driving", view=view, opacity=0.7)
    assert np.abs(shown(client, 1) - expected(view=view, opacity=0.7)).mean() < 4


def test_bare_frames_come_back_bare(client):
    client.settings(mode="driving", view="color")
    client.send_planes(3, GREY)
    kind, number, data = client.hear()
    assert (kind, number) == ("R", 3)
    assert np.abs(decode_planes(data[4:], 128, 96).astype(int) - expected(view="color")).mean() < 4


def test_modes_and_opacity_change_while_the_stream_runs(client):
    client.settings(mode="driving", opacity=1)
    assert np.abs(shown(client, 1)[-10, 20] - (128, 64, 128)).max() < 12
    client.settings(mode="driving", opacity=0)
    assert np.abs(shown(client, 2) - 128).max() < 12
    client.settings(mode="portrait", output="matte")
    assert shown(client, 3)[50, 10].tolist() == [255] * 3
    client.settings(mode="driving", view="color")
    assert np.abs(shown(client, 4)[5, 5] - (70, 130, 180)).max() < 12


def test_it_is_said_once_that_confidence_is_low_and_taken_back(client):
    client.settings(mode="driving")
    notices: list[tuple[int, str]] = []
    number = 0
    for picture in (BLACK, GREY):
        before = len(notices)
        for _ in range(40):
            number += 1
            client.send_frame(number, picture)
            while isinstance(answer := client.hear(), dict):
                assert answer["type"] == "notice"
                notices.append((number, answer["name"]))
        assert len(notices) == before + 1
    assert [name for _, name in notices] == ["live_doubtful", ""]
    assert 5 < notices[0][0] < 30 and 45 < notices[1][0] < 70, "a few frames say nothing"


def test_a_notice_goes_with_its_mode(client):
    client.settings(mode="driving")
    for number in range(20):
        client.send_frame(number, BLACK)
        while isinstance(client.hear(), dict):
            pass
    client.settings(mode="portrait")
    client.send_frame(99, GREY)
    heard = [client.hear(), client.hear()]
    assert {"type": "notice", "name": ""} in heard


@pytest.mark.parametrize(
    "text,told",
    [
        ('{"mode": "medical"}', "portrait, driving"),
        ('{"mode": "driving", "view": "overlays"}', "overlay, color"),
        ('{"mode": "driving", "view": ["ids"]}', "overlay, color"),
        ('{"mode": "driving", "opacity": 2}', "from 0 to 1"),
        ('{"mode": "driving", "opacity": "much"}', "from 0 to 1"),
    ],
)
def test_settings_that_make_no_sense_are_told(client, text, told):
    client.wire.send(text)
    answer = client.hear()
    assert answer["type"] == "error" and told in answer["message"]
    assert shown(client, 1).shape == GREY.shape, "and the stream goes on"


def test_every_mode_has_weights_of_its_own():
    assert Settings().network == "portrait-fast"
    assert parse_settings('{"mode": "driving"}').network == "driving-fast"
    assert parse_settings('{"mode": "driving", "weights": "driving-unet"}').network == "driving-unet"
