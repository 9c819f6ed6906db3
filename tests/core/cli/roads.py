"""Roads for the command line, painted in their classes' colours, and a network that reads these colours."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
from PIL import Image

from core.driving.street import StreetScene
from core.labels import get_label_set
from core.results import ClassScores, Instances, SemanticMap

CITY = get_label_set("cityscapes")
_COLORS = np.array([label.color for label in CITY.evaluated], int)
_FAR = 40  # as far as a colour may be changed by compression


class ReadsColours:
    """Stands in for networks: a pixel is the class whose official colour it has; others are in doubt.

    It takes the left and the right half of what is a car for a car each.
    """

    def instances(self, frame: np.ndarray) -> Instances:
        cars = (np.abs(frame.astype(int) - CITY.by_name("car").color) < _FAR).all(axis=2)
        masks = np.stack([cars, cars])
        masks[0, :, frame.shape[1] // 2 :] = masks[1, :, : frame.shape[1] // 2] = False
        ids = np.full(2, CITY.by_name("car").id)
        return Instances(masks, ids, np.array([0.9, 0.6]), CITY)

    def semantic(self, frame: np.ndarray) -> ClassScores:
        distance = np.abs(frame[None].astype(int) - _COLORS[:, None, None]).max(axis=-1)
        nearest, known = distance.argmin(axis=0), distance.min(axis=0) < _FAR
        scores = np.full(distance.shape, 1 / 19, np.float32)
        scores[:, known] = 0.1 / 18
        np.put_along_axis(
            scores, nearest[None], np.where(known, np.float32(0.9), np.float32(1 / 19))[None], 0
        )
        return ClassScores.of(scores, CITY, frame.shape[:2])


def painted(width: int = 96, height: int = 64, seed: int = 3) -> SemanticMap:
    """A drawn street's truth; what has no class is road."""
    ids = StreetScene(seed).frame(width, height).label_ids()
    ids[CITY.to_train_ids(ids) == 255] = CITY.by_name("road").id
    return SemanticMap(ids, CITY)


def road(path: Path, semantic: SemanticMap | None = None) -> Path:
    """A frame whose colours are its truth."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray((semantic or painted()).colored()).save(path)
    return path


def clip(path: Path, frames: int = 6, picture: np.ndarray | None = None) -> Path:
    """A video with sound: a street in its classes' colours, or another ``picture``, that goes to the right."""
    picture = painted().colored() if picture is None else picture
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = picture.shape[1], picture.shape[0], "yuv444p"
        video.options = {"crf": "2"}
        sound = container.add_stream("aac", rate=48000)
        for i in range(frames):
            frame = av.VideoFrame.from_ndarray(np.roll(picture, i, axis=1), format="rgb24")
            container.mux(video.encode(frame.reformat(format="yuv444p", dst_colorspace="ITU601")))
        container.mux(video.encode(None))
        for i in range(frames * 48000 // 25 // 1024):
            samples = av.AudioFrame.from_ndarray(
                np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
            )
            samples.sample_rate, samples.pts = 48000, i * 1024
            container.mux(sound.encode(samples))
        container.mux(sound.encode(None))
    return path


def card(folder: Path, name: str, task: str) -> None:
    """A card without its network."""
    body = {
        "name": name, "title": "for tests", "task": task, "architecture": "none", "arguments": {}, "labels": "cityscapes",
        "transform": {}, "licence": "none", "data": [], "recipe": "", "measured": {}, "limits": [], "sha256": "", "bytes": 0,
    }  # fmt: skip
    (folder / name).mkdir(parents=True)
    (folder / name / "card.json").write_text(json.dumps(body))
