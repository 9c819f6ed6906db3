"""The Coral DeepLab as a teacher of fine classes: what a coarse label leaves open, it answers.

A CamVid "car" may be a truck, an IDD "roadside object" a pole: the teacher's answer is kept where it lies within the
human's coarse class, and nowhere else. It runs on overlapping tiles at two scales; where the scales
disagree nothing is kept either.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from core.errors import InputError
from core.labels.merge import merge_table
from core.training.driving.data import VOID, Frame, list_frames, read_image, read_labels

MODEL = "coral/deeplab_mobilenet_edgetpu_slim_cityscapes_quant.tflite"
TILE = 513
# px that a picture is enlarged to: half of Cityscapes' width, and less; at more, tiles show too little of the street.
WIDTHS = (684, 1026)
SOURCES = ("camvid", "idd")  # the labels of the others are fine already

Tiler = Callable[[np.ndarray], np.ndarray]  # uint8 RGB (513, 513, 3) → uint8 (513, 513) train ids


def open_teacher(peers: Path, threads: int = 1) -> Tiler:
    """The Coral network through LiteRT.

    Raises:
        InputError: its file is missing.
    """
    path = peers / MODEL
    if not path.is_file():
        raise InputError(
            f"{path} is missing", "the folder of peers with coral/*.tflite", "give it with --peers"
        )
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(path), num_threads=threads)
    interpreter.allocate_tensors()
    source, target = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]

    def tile(image: np.ndarray) -> np.ndarray:
        interpreter.set_tensor(source, np.ascontiguousarray(image[None]))
        interpreter.invoke()
        return interpreter.get_tensor(target)[0].astype(np.uint8)

    return tile


def starts(length: int, tile: int = TILE) -> list[int]:
    """Where tiles begin so that they cover ``length`` evenly, the last one ending at its end.

    >>> starts(1026), starts(770), starts(513)
    ([0, 513], [0, 257], [0])
    """
    number = max(1, -(-length // tile))
    if number == 1:
        return [0]
    return [round(i * (length - tile) / (number - 1)) for i in range(number)]


def label_tiled(tile: Tiler, image: np.ndarray, width: int) -> np.ndarray:
    """Classes of a picture enlarged to ``width``, uint8 (H, W) at the picture's own size.

    Where tiles overlap, each decides the pixels nearer to its middle.
    """
    height = max(TILE, round(image.shape[0] * width / image.shape[1]))
    large = cv2.resize(image, (width, height), interpolation=cv2.INTER_CUBIC)
    answer = np.zeros((height, width), np.uint8)
    nearest = np.full((height, width), -1, np.int32)
    ramp = np.minimum(np.arange(TILE), np.arange(TILE)[::-1])
    centrality = np.minimum(ramp[:, None], ramp[None])
    for y in starts(height):
        for x in starts(width):
            window = (slice(y, y + TILE), slice(x, x + TILE))
            ids = tile(large[window])
            better = centrality > nearest[window]
            answer[window][better] = ids[better]
            nearest[window] = np.maximum(nearest[window], centrality)
    return cv2.resize(answer, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_NEAREST_EXACT)


def agreed(answers: list[np.ndarray], coarse: np.ndarray, labels: str) -> np.ndarray:
    """The teacher's class where all its answers are one and lie within the human's coarse class; else 255.

    Args:
        answers: uint8 (H, W) train ids of the 19.
        coarse: uint8 (H, W) train ids of the set ``labels``, 255 void.
    """
    table = np.zeros((256, 256), bool)
    merged = merge_table(labels)
    table[: merged.shape[0], : merged.shape[1]] = merged
    keep = table[coarse, answers[0]]
    for other in answers[1:]:
        keep &= other == answers[0]
    return np.where(keep, answers[0], VOID).astype(np.uint8)


def taught_path(prepared: Path, frame: Frame) -> Path:
    """Where a frame's taught classes lie."""
    return prepared / "taught" / f"{frame.key}.npz"


def read_taught(prepared: Path, frame: Frame, shape: tuple[int, int]) -> np.ndarray:
    """uint8 (H, W): the taught class, 255 where there is none (everywhere, where the teacher was not asked)."""
    path = taught_path(prepared, frame)
    if not path.exists():
        return np.full(shape, VOID, np.uint8)
    ids = np.load(path)["ids"]
    if ids.shape != shape:
        raise InputError(f"{path} is of size {ids.shape}", f"{shape}", "delete it and run 'teach' again")
    return ids


_tile: Tiler | None = None


def _start(peers: Path) -> None:
    global _tile
    cv2.setNumThreads(1)
    _tile = open_teacher(peers)


def _teach(frame: Frame, target: Path) -> None:
    if _tile is None:
        raise RuntimeError("the process was not started by teach()")
    image = read_image(frame.image)
    answers = [label_tiled(_tile, image, width) for width in WIDTHS]
    ids = agreed(answers, read_labels(frame, image.shape[:2]), frame.labels)
    partial = target.with_suffix(".part.npz")
    np.savez_compressed(partial, ids=ids)
    os.replace(partial, target)


def teach(data: Path, prepared: Path, peers: Path, processes: int = 2) -> int:
    """Ask the teacher about every training frame of CamVid and IDD; goes on where it stopped.

    Returns:
        Frames asked about in this call.
    """
    (prepared / "taught").mkdir(parents=True, exist_ok=True)
    frames = [f for f in list_frames(data) if f.source in SOURCES and f.split == "train"]
    todo = [(f, taught_path(prepared, f)) for f in frames if not taught_path(prepared, f).exists()]
    with multiprocessing.get_context("spawn").Pool(processes, initializer=_start, initargs=(peers,)) as pool:
        pool.starmap(_teach, todo, chunksize=4)
    return len(todo)
