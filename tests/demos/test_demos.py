"""The parts of the page that need no browser."""

from __future__ import annotations

import os
import re
import socket
import string
import subprocess
import sys

import numpy as np
import pytest

from core.errors import InputError
from core.media.images import Photo
from demos.__main__ import pick_port
from demos.portrait.controls import make_effect, parse_css_color
from demos.portrait.example import example_photo
from demos.portrait.session import Session, Sessions
from demos.words import LANGUAGES, WORDS, words


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", WORDS)
def test_every_text_is_there_in_both_languages(key):
    english, korean = WORDS[key]
    assert english.strip() and korean.strip()
    assert fields(english) == fields(korean)
    assert re.search("[가-힣]", korean), "translated"
    assert not re.search("[가-힣]", english)


def test_languages_are_complete():
    assert set(words("en")) == set(words("ko")) == {*WORDS, "language"} and set(LANGUAGES) == {"en", "ko"}


def test_a_taken_port_is_told_and_the_next_one_taken(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        other = pick_port("127.0.0.1", port)
    assert other > port
    assert f"Port {port} is taken; using {other} instead." in capsys.readouterr().out


@pytest.mark.parametrize(
    "text,rgb",
    [("#00b140", (0, 177, 64)), ("rgba(0, 177.4, 64, 1)", (0, 177, 64)), ("rgb(1 2 3)", (1, 2, 3))],
)
def test_what_colour_pickers_give(text, rgb):
    assert parse_css_color(text) == rgb


def test_an_unknown_colour_and_a_missing_picture_are_told():
    with pytest.raises(InputError):
        parse_css_color("green-ish")
    with pytest.raises(InputError, match="background picture"):
        make_effect(words("en"), ("image", 2.8, "disc", "#000000", None))


def test_sessions_are_bounded_in_number_and_time():
    sessions = Sessions(capacity=2, idle_s=1000)
    photo = Photo(np.zeros((4, 4, 3), np.uint8))
    a, b = sessions.open(photo), sessions.open(photo)
    assert sessions.get(a.token) is a
    c = sessions.open(photo)
    assert sessions.get(b.token) is None, "the one that was used longest ago goes"
    assert sessions.get(a.token) is a and sessions.get(c.token) is c and len(sessions) == 2
    a.touched -= 2000
    sessions.open(photo)
    assert sessions.get(a.token) is None
    assert sessions.get(None) is None


def test_a_new_f_number_does_not_ask_the_network_again(monkeypatch):
    from demos.portrait import session as module

    class Half:
        def matte(self, frame):
            alpha = np.zeros(frame.shape[:2], np.float32)
            alpha[:, : frame.shape[1] // 2] = 1
            return alpha

    monkeypatch.setattr(module, "load_segmenter", lambda name: Half())
    opened = Session(Photo(np.full((90, 120, 3), 99, np.uint8)))
    settings = ("blur", 2.8, "disc", "#000000", None)
    for f_number in (2.8, 8.0, 16.0):
        _, spent = opened.show(make_effect(words("en"), (settings[0], f_number, *settings[2:])))
    counts = opened.stages().counts
    assert (counts["matte"], counts["refined"], counts["render"]) == (1, 1, 3)
    assert spent.network is None and spent.edges is None and spent.picture > 0


def test_the_example_comes_with_a_dependency():
    assert example_photo().pixels.shape == (512, 512, 3)


def test_nothing_phones_home(tmp_path):
    """Importing all that serves, and converting a network, opens no connection beyond this machine."""
    code = (
        "import socket\n"
        "outside = []\n"
        "real = socket.socket.connect\n"
        "def connect(self, address):\n"
        "    if isinstance(address, tuple) and address[0] not in ('127.0.0.1', '::1', 'localhost'): outside.append(address)\n"
        "    return real(self, address)\n"
        "socket.socket.connect = connect\n"
        "look = socket.getaddrinfo\n"
        "def getaddrinfo(host, *a, **k):\n"
        "    if host not in ('127.0.0.1', '::1', 'localhost', None): outside.append(host)\n"
        "    return look(host, *a, **k)\n"
        "socket.getaddrinfo = getaddrinfo\n"
        "from core.offline import go_offline\n"
        "go_offline()\n"
        "from demos.app import build_app\n"
        "build_app()\n"
        "import time; time.sleep(1)\n"
        "print('outside:', outside)\n"
    )
    environment = os.environ | {"TRIPTYCH_CACHE": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=120
    )
    assert "outside: []" in done.stdout, done.stdout + done.stderr


def test_help_imports_nothing_heavy():
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "demos", "--help"], capture_output=True, text=True
    )
    assert done.returncode == 0 and "--port" in done.stdout
    assert not re.search(r"\b(gradio|torch|cv2)\b", done.stderr), "loaded only when serving"
