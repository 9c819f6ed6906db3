"""The parts of the page that need no browser."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from core.errors import InputError
from core.instances import Limits
from core.media.convert import Progress, Summary, process_video
from core.media.images import Photo, read_image
from core.medical.slices import SliceOptions, check_size
from core.transforms import PictureInput
from demos.__main__ import pick_port
from demos.portrait.controls import make_effect, network_names, parse_css_color
from demos.portrait.example import example_photo
from demos.portrait.messages import explain
from demos.portrait.pictures import as_shown
from demos.portrait.session import Session, Sessions
from demos.portrait.video import work
from demos.words import words


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
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=600
    )
    assert "outside: []" in done.stdout, done.stdout + done.stderr


def test_help_imports_nothing_heavy():
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "demos", "--help"], capture_output=True, text=True
    )
    assert done.returncode == 0 and "--port" in done.stdout
    assert not re.search(r"\b(gradio|torch|cv2)\b", done.stderr), "loaded only when serving"


def test_what_is_wrong_with_a_file_is_told_in_korean(tmp_path):
    text = tmp_path / "휴가.jpg"
    text.write_text("no photo")
    empty = tmp_path / "empty.png"
    empty.touch()
    for path in (text, empty):
        with pytest.raises(InputError) as caught:
            read_image(path)
        told = explain(caught.value, words("ko"))
        assert path.name in told and re.search("[가-힣] ", told) and "expected" not in told
        assert "expected" in explain(caught.value, words("en"))
    video = text.rename(tmp_path / "clip.mp4")
    with pytest.raises(InputError) as caught:
        process_video(video, tmp_path / "out.mp4", lambda frame, _: frame)
    assert "동영상으로 열 수 없습니다" in explain(caught.value, words("ko"))
    silent = InputError("clip.mp4: its sound cannot be written and is left out")
    assert "소리" in explain(silent, words("ko"))
    assert explain(InputError("something new"), words("ko")) == "something new."


def test_what_is_wrong_with_a_network_is_told_in_korean():
    grey = [127.5, 127.5, 127.5]
    for raw in ({}, {"area": "big", "multiple": 32, "mean": grey, "std": grey}):
        with pytest.raises(InputError) as caught:
            PictureInput.from_dict(raw, "mine")
        assert "모델 파일" in explain(caught.value, words("ko"))
    with pytest.raises(InputError) as caught:
        Limits.from_dict({"boxes": 0})
    assert "모델 파일" in explain(caught.value, words("ko"))
    with pytest.raises(InputError) as caught:
        check_size((6400, 6400, 6400), SliceOptions(classes=2))
    assert "6400×6400×6400" in (told := explain(caught.value, words("ko"))) and "볼륨이 너무 큽니다" in told


def test_messages_do_not_show_where_uploads_are_kept():
    path = Path(tempfile.gettempdir()) / "pages" / ("0123456789abcdef" * 4) / "my clip.mp4"
    assert explain(InputError(f"{path} is empty"), words("en")) == "my clip.mp4 is empty."


def test_memory_goes_back_before_photos_do():
    pixels = 1000 * 2000
    sessions = Sessions(max_bytes=pixels * (2 * (3 + 3) + 16))
    first, second = (sessions.open(Photo(np.zeros((1000, 2000, 3), np.uint8))) for _ in range(2))
    for session in (first, second):
        session._stages[("any", True)] = SimpleNamespace(frame=session.photo.pixels)
    assert sessions.get(second.token) is second
    assert not first._stages and second._stages, "what can be computed again goes first"
    assert sessions.get(first.token) is first
    big = sessions.open(Photo(np.zeros((4000, 4000, 3), np.uint8)))
    assert sessions.get(big.token) is big and len(sessions) == 1, "the newest stays, however large"


def test_pictures_as_shown():
    grey = as_shown(np.full((4, 6), 9, np.uint8))
    assert grey.shape == (4, 6, 3) and (grey == 9).all()
    cutout = np.zeros((40, 40, 4), np.uint8)
    cutout[:, :20] = (10, 20, 30, 255)
    shown = as_shown(cutout)
    assert (shown[:, :20] == (10, 20, 30)).all()
    assert set(np.unique(shown[:, 20:])) == {205, 255}


def test_closing_the_visitors_tab_ends_the_work(tmp_path):
    """Without waiting for it: what closes it is the server's event loop, which everybody's pages wait for."""
    folder = tmp_path / "video"
    folder.mkdir()

    def endless(source, target, function, *, progress):
        done = 0
        while progress(Progress(done := done + 1, None, 1.0, None, np.zeros((4, 4, 3), np.uint8))):
            time.sleep(0.01)
        last_frame.wait(60)
        ended.set()
        return Summary(target, done, 1.0, True)

    last_frame, ended, halt = threading.Event(), threading.Event(), threading.Event()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("demos.portrait.video.process_video", endless)
        running = work("in.mp4", folder / "out.mp4", lambda frame, _: frame, halt)
        assert next(running).done >= 1
        running.close()
        assert not ended.is_set() and folder.exists()
        last_frame.set()
        assert ended.wait(60)
    end = time.monotonic() + 60
    while folder.exists() and time.monotonic() < end:
        time.sleep(0.01)
    assert not folder.exists()


def test_damaged_or_missing_networks_are_told(monkeypatch, tmp_path):
    monkeypatch.setenv("TRIPTYCH_WEIGHTS", str(tmp_path))
    with pytest.raises(InputError, match="no network"):
        network_names("portrait-fine")


def test_an_address_of_another_machine_is_told():
    with pytest.raises(SystemExit, match="cannot serve on"):
        pick_port("203.0.113.7", 7860)
