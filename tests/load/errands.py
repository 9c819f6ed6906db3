"""What visitors come for: photos, frames, volumes through the API, and live streams."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import nibabel as nib
import numpy as np
from gradio_client import Client, handle_file
from websockets.sync.client import connect

from core.driving.street import StreetScene
from core.media.frames import decode_frame, encode_frame
from core.media.images import read_image
from core.medical.phantom import draw_head
from demos.live.server import STREAM_PATH
from demos.portrait.example import example_photo

LIVE_FRAMES = 60
_TIMES_BYTES = 12
_WAIT_S = 120


@dataclass(frozen=True)
class Errand:
    """One thing to ask for.

    Attributes:
        kind: ``photo``, ``frame``, ``volume`` or ``live``.
        name: what tells it from others of its kind.
        run: from the server's address and an empty folder to the answer, which is the same for everybody and every time.
    """

    kind: str
    name: str
    run: Callable[[str, Path], np.ndarray]


def make_errands(folder: Path) -> list[Errand]:
    """Write the inputs into ``folder``; twelve errands, three of each kind."""
    return [*_photos(folder), *_frames(folder), *_volumes(folder), *_streams()]


def _photos(folder: Path) -> list[Errand]:
    pixels = example_photo().pixels
    errands = []
    for width, f_number in ((640, 1.8), (900, 2.8), (1280, 5.6)):
        path = folder / f"photo-{width}.png"
        height = round(width * pixels.shape[0] / pixels.shape[1])
        small = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
        cv2.imwrite(str(path), small[..., ::-1])
        errands.append(_asked("photo", path, "/portrait", _read_photo, f_number=f_number))
    return errands


def _frames(folder: Path) -> list[Errand]:
    errands = []
    for seed, size in ((3, (640, 320)), (5, (1024, 512)), (8, (800, 600))):
        path = folder / f"street-{seed}.png"
        cv2.imwrite(str(path), StreetScene(seed).frame(*size).image[..., ::-1])
        errands.append(_asked("frame", path, "/driving", _read_ids))
    return errands


def _volumes(folder: Path) -> list[Errand]:
    errands = []
    for seed, contrast, task in ((1, "CT", "ct-tissues"), (2, "CT", "ct-headneck"), (3, "T1", "hippocampus")):
        path = folder / f"{task}.nii.gz"
        if task == "hippocampus":
            affine = np.eye(4)
            affine[:3, 3] = (-44.5, -46.5, -31.5)
            drawn = draw_head((36, 50, 36), affine=affine, seed=seed)
        else:
            drawn = draw_head((48, 56, 60), (4.0, 4.0, 4.0), seed=seed)
        volume = drawn.volume(contrast)
        nib.save(nib.Nifti1Image(volume.data, volume.affine), path)
        errands.append(_asked("volume", path, "/medical", _read_mask, task=task))
    return errands


def _asked(kind: str, path: Path, endpoint: str, read: Callable[[Any], np.ndarray], **values: Any) -> Errand:
    """An errand through Gradio's own client: come, give a file, take the answer, go."""

    def run(url: str, folder: Path) -> np.ndarray:
        client = Client(url, download_files=folder, verbose=False)
        try:
            return read(client.predict(handle_file(path), **values, api_name=endpoint))
        finally:
            client.close()

    return Errand(kind, path.name, run)


def _read_photo(answer: str) -> np.ndarray:
    return read_image(answer).pixels


def _read_ids(answer: tuple) -> np.ndarray:
    ids = cv2.imread(answer[0], cv2.IMREAD_UNCHANGED)
    assert ids is not None
    return ids


def _read_mask(answer: tuple) -> np.ndarray:
    return np.asarray(nib.load(answer[0]).dataobj)


def _streams() -> list[Errand]:
    photo = cv2.resize(example_photo().pixels, (640, 480), interpolation=cv2.INTER_AREA)
    street = StreetScene(4).frame(640, 480).image
    wishes = [
        ("blur", photo, {"mode": "portrait", "output": "blur"}),
        ("color", photo, {"mode": "portrait", "output": "color", "color": "#203040"}),
        ("road", street, {"mode": "driving", "view": "overlay"}),
    ]
    return [Errand("live", name, _streaming(encode_frame(picture), wish)) for name, picture, wish in wishes]


def _streaming(frame: bytes, settings: dict[str, Any]) -> Callable[[str, Path], np.ndarray]:
    """A stream of one still frame, each sent when the last is answered. The first answer has no history: it is compared."""

    def run(url: str, _: Path) -> np.ndarray:
        first: np.ndarray | None = None
        with connect(url.replace("http", "ws", 1).rstrip("/") + STREAM_PATH, max_size=None) as wire:
            wire.send(json.dumps(settings))
            for number in range(LIVE_FRAMES):
                wire.send(b"F" + struct.pack(">I", number) + frame)
                picture = decode_frame(_answer(wire, number))
                first = picture if first is None else first
        assert first is not None
        return first

    return run


def _answer(wire: Any, number: int) -> bytes:
    """The JPEG for a frame; waiting for a place and notices are part of it.

    Raises:
        RuntimeError: an error, or another frame's answer.
    """
    while True:
        message = wire.recv(timeout=_WAIT_S)
        if isinstance(message, str):
            told = json.loads(message)
            if told["type"] == "error":
                raise RuntimeError(told["message"])
            continue
        kind, answered = struct.unpack_from(">cI", message)
        if kind != b"F" or answered != number:
            raise RuntimeError(f"{kind!r} {answered} instead of the answer to frame {number}")
        return message[struct.calcsize(">cI") + _TIMES_BYTES :]
