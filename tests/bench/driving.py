"""The road networks' path: a 1024×512 frame to its label map, against the same network in PyTorch and a peer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np

from core.driving.street import StreetScene
from core.segmenter import Segmenter, load_segmenter
from core.weights import list_cards
from tests.bench.harness import Row, compare

CORAL = "coral/deeplab_mobilenet_edgetpu_slim_cityscapes_quant.tflite"
HEIGHT, WIDTH = 512, 1024


def eager(name: str, frame: np.ndarray) -> Callable[[], np.ndarray]:
    """The same weights in PyTorch as one would write it: float32, two threads, the same size of input and of answer."""
    import torch
    import torch.nn.functional as F

    from core.models import build_model
    from core.weights import load_card, load_state

    torch.set_num_threads(2)
    card = load_card(name)
    model = load_state(card, build_model(card.architecture, **card.arguments)).eval()
    share = (card.transform["area"] / (HEIGHT * WIDTH)) ** 0.5
    size = (round(HEIGHT * share / 32) * 32, round(WIDTH * share / 32) * 32)

    def run() -> np.ndarray:
        small = cv2.resize(frame, size[::-1], interpolation=cv2.INTER_AREA)
        x = torch.from_numpy(small).permute(2, 0, 1)[None].float().sub(127.5).div(127.5)
        with torch.inference_mode():
            logits = model.coarse(x)  # the network's own answer would be at the size of its input
            full = F.interpolate(logits, (HEIGHT, WIDTH), mode="bilinear", align_corners=False)
            return full.argmax(dim=1)[0].to(torch.uint8).numpy()

    return run


def coral(peers: Path, frame: np.ndarray) -> Callable[[], np.ndarray]:
    """The Coral DeepLab (int8) through LiteRT with two threads: the frame as one 513×513 tile, its answer at the frame's size."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(peers / CORAL), num_threads=2)
    interpreter.allocate_tensors()
    source, target = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]

    def run() -> np.ndarray:
        interpreter.set_tensor(source, cv2.resize(frame, (513, 513))[None])
        interpreter.invoke()
        ids = interpreter.get_tensor(target)[0].astype(np.uint8)
        return cv2.resize(ids, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST)

    return run


def label_map(segmenter: Segmenter, frame: np.ndarray) -> np.ndarray:
    """uint8 frame in, label map of its size out."""
    return segmenter.semantic(frame).semantic().ids


def rows(peers: Path | None) -> Iterator[Row]:
    frame = StreetScene(7).frame(WIDTH, HEIGHT).image
    theirs = coral(peers, frame) if peers and (peers / CORAL).exists() else None
    for name in (card.name for card in list_cards() if card.task == "semantic"):
        segmenter = load_segmenter(name, threads=2)

        def ours(segmenter: Segmenter = segmenter) -> np.ndarray:
            return label_map(segmenter, frame)

        yield compare(f"{name}, 1024×512 frame to label map", ours, "Coral DeepLab (LiteRT)", theirs, each=4)
        yield compare(f"{name}, the same", ours, "the same in PyTorch eager", eager(name, frame), each=4)
