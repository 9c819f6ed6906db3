"""What a browser, or something worse, sends to the live view."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from random import Random

import cv2
import numpy as np

from core.media.frames import decode_frame, decode_planes, encode_planes
from core.media.images import read_image
from core.weights import load_card
from demos.live.protocol import parse_message, parse_settings
from demos.medical.uploads import safe_name
from tests.fuzz.mutate import mutate_bytes, mutate_json, mutate_value
from tests.fuzz.reader import Case, Reader

_SETTINGS = (
    {"mode": "portrait", "weights": "portrait-fast", "output": "blur", "f_number": 2.8, "shape": "disc", "color": "#00b140"},
    {"mode": "portrait", "output": "color", "color": "rgba(0, 177, 64, 1)"},
    {"mode": "driving", "weights": "driving-fast", "view": "overlay", "opacity": 0.55},
)  # fmt: skip
Messages = list[bytes]


def _prepare(_folder: Path) -> Messages:
    frame = np.random.default_rng(3).integers(0, 255, (24, 32, 3), np.uint8)
    jpeg, webp = (cv2.imencode(ending, frame)[1].tobytes() for ending in (".jpg", ".webp"))
    return [
        b"F" + struct.pack(">I", 7) + jpeg,
        b"F" + struct.pack(">I", 8) + webp,
        b"R" + struct.pack(">I2H", 9, 32, 24) + encode_planes(frame),
        b"P" + jpeg,
    ]


def _seeds(messages: Messages) -> list[Case]:
    texts = [Case("settings", {"message": json.dumps(settings).encode()}) for settings in _SETTINGS]
    return texts + [Case("message", {"message": message}) for message in messages]


def _mutate(rng: Random, messages: Messages) -> Case:
    way = rng.random()
    if way < 0.5:
        return Case("settings", {"message": mutate_json(rng, rng.choice(_SETTINGS))})
    if way < 0.55:
        name = mutate_value(rng, ["../a/head.nii.gz"])
        return Case("name", {"message": str(name).encode(errors="surrogatepass")})
    return Case("message", {"message": mutate_bytes(rng, rng.choice(messages), messages)})


def _read(case: Case, _folder: Path, _messages: Messages) -> None:
    raw = case.files["message"]
    if case.way == "name":
        name = safe_name(raw.decode(errors="surrogatepass"))
        assert name not in ("", ".", "..") and "/" not in name and len(name.encode()) <= 200, repr(name)
    elif case.way == "settings":
        settings = parse_settings(raw.decode(errors="replace"))
        settings.look()
        settings.effect(np.zeros((4, 4, 3), np.uint8))
        load_card(settings.network)
    else:
        message = parse_message(raw)
        if message.kind == "R":
            decode_planes(message.data, *message.size)
        elif message.kind == "P":
            read_image(message.data, "the background picture")
        else:
            decode_frame(message.data)


READER = Reader("live", _prepare, _seeds, _mutate, _read)
