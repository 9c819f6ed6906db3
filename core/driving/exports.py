"""Files that other tools of the field read."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from core.driving.panoptic import blobs, fuse
from core.errors import InputError
from core.labels import LabelSet
from core.results import ClassScores, PanopticMap, SemanticMap
from core.results.maps import save_panoptic_json, save_png

Output = Literal["ids", "trainids", "color"]
OUTPUTS: tuple[Output, ...] = ("ids", "trainids", "color")
# What a user calls a label set → its name.
LABEL_SETS = {"cityscapes": "cityscapes", "camvid": "camvid", "idd": "idd-lite"}


def map_in(scores: ClassScores, labels: str = "cityscapes") -> SemanticMap:
    """The likeliest class of every pixel in one of ``LABEL_SETS``: probabilities of merged classes are added first.

    Raises:
        InputError: unknown set.
    """
    if labels not in LABEL_SETS:
        raise InputError(f"no labels are called {labels!r}", f"one of {', '.join(LABEL_SETS)}")
    return scores.merged(LABEL_SETS[labels]).semantic()


def save_map(semantic: SemanticMap, path: str | Path, output: Output) -> Path:
    """Write a PNG: the set's own ``ids``, its ``trainids`` (255 is void), or its ``color``s.

    For Cityscapes these are the ``labelIds``, ``labelTrainIds`` and ``color`` files of its scripts; a prediction for
    its official evaluation is ``ids``, in a file whose name begins with the frame's city_sequence_frame.

    Raises:
        InputError: unknown output, or the file cannot be written.
    """
    if output == "ids":
        return semantic.save(path)
    if output == "trainids":
        return semantic.save_train_ids(path)
    if output == "color":
        return save_png(path, semantic.colored())
    raise InputError(f"no output is called {output!r}", f"one of {', '.join(OUTPUTS)}")


class PanopticFolder:
    """A data set in COCO's panoptic format: ``FOLDER.json`` beside a folder of PNGs.

    Use it as a context; the JSON appears at its end, with every picture that was added, also if work stops
    half-way.

    Args:
        folder: of the PNGs; made when the first is written.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.json = self.folder.with_name(self.folder.name + ".json")
        self._annotations: list[dict] = []
        self._labels: LabelSet | None = None

    def add(self, panoptic: PanopticMap, name: str) -> Path:
        """Write ``FOLDER/NAME.png``; ``name`` is also the image's id.

        Raises:
            InputError: the name was added before, another label set, or the file cannot be written.
        """
        if any(a["image_id"] == name for a in self._annotations):
            raise InputError(f"two pictures are called {name!r}", "different names")
        if self._labels is not None and panoptic.labels != self._labels:
            raise InputError(f"a map of {panoptic.labels.name} among {self._labels.name}", "one label set")
        self._labels = panoptic.labels
        path = self.folder / f"{name}.png"
        self._annotations.append(panoptic.save(path, name))
        return path

    def close(self) -> None:
        """Write the JSON, if anything was added."""
        if self._labels is not None:
            save_panoptic_json(self.json, self._annotations, self._labels)

    def __enter__(self) -> PanopticFolder:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def quick_panoptic(scores: ClassScores) -> PanopticMap:
    """A panoptic map from a semantic network alone: things are connected regions (see :func:`blobs`)."""
    return fuse(scores.semantic(), blobs(scores), min_score=0.0)
