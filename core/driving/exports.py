"""Files that other tools of the field read."""

from __future__ import annotations

import json
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
        json_path: another place for the JSON.
        go_on: keep the pictures of an earlier run in these labels, which are those whose entry is in the JSON.

    Raises:
        InputError: the JSON cannot be written, or is there but not to be gone on with: damaged, or of other labels.
    """

    def __init__(
        self, folder: str | Path, json_path: str | Path | None = None, *, go_on: LabelSet | None = None
    ) -> None:
        self.folder = Path(folder)
        if not json_path and not self.folder.name:
            raise InputError(f"a panoptic result in {folder}", "a folder's name, which its JSON has as well")
        self.json = Path(json_path) if json_path else self.folder.with_name(self.folder.name + ".json")
        if self.json.is_dir():
            raise InputError(f"{self.json} is a folder", "a place for the JSON file")
        self._labels: LabelSet | None = None
        self._earlier = self._read(go_on) if go_on and self.json.exists() else {}
        self._annotations: dict[str, dict] = {}  # by file, as the earlier ones

    def _read(self, labels: LabelSet) -> dict[str, dict]:
        todo = "take another folder, or delete it"
        try:
            body = json.loads(self.json.read_text(encoding="utf-8"))
            known = {(c["id"], c["name"]) for c in body["categories"]}
            wanted = ("image_id", "file_name", "segments_info")
            earlier = {str(e["file_name"]): {key: e[key] for key in wanted} for e in body["annotations"]}
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            raise InputError(f"{self.json} cannot be gone on with", "COCO's panoptic JSON", todo) from None
        if not known >= {(label.id, label.name) for label in labels.labels if not label.ignored}:
            raise InputError(f"{self.json} is of other categories", f"those of {labels.name}", todo)
        return earlier

    def has(self, path: Path) -> bool:
        """Whether a PNG of the folder is there with its entry."""
        return path.exists() and self._file(path) in self._annotations | self._earlier

    def add(self, panoptic: PanopticMap, name: str, path: Path | None = None) -> Path:
        """Write a PNG.

        Args:
            name: the image's id.
            path: of the PNG, below the folder; None: ``FOLDER/NAME.png``.

        Raises:
            InputError: the name was added before, another label set, or the file cannot be written.
        """
        path = path or self.folder / f"{name}.png"
        file = self._file(path)
        if file in self._annotations or any(a["image_id"] == name for a in self._annotations.values()):
            raise InputError(f"two pictures are called {name!r}", "different names")
        if self._labels is not None and panoptic.labels != self._labels:
            raise InputError(f"a map of {panoptic.labels.name} among {self._labels.name}", "one label set")
        self._labels = panoptic.labels
        self._annotations[file] = panoptic.save(path, name) | {"file_name": file}
        return path

    def discard(self, path: Path) -> None:
        """Take back a PNG that was added, now or in an earlier run."""
        self._annotations.pop(self._file(path), None)
        self._earlier.pop(self._file(path), None)
        path.unlink(missing_ok=True)

    def _file(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()

    def close(self) -> None:
        """Write the JSON, if anything was added."""
        if self._labels is None:
            return
        names = {annotation["image_id"] for annotation in self._annotations.values()}
        kept = {file: a for file, a in self._earlier.items() if a["image_id"] not in names}
        save_panoptic_json(self.json, list((kept | self._annotations).values()), self._labels)

    def __enter__(self) -> PanopticFolder:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def quick_panoptic(scores: ClassScores) -> PanopticMap:
    """A panoptic map from a semantic network alone: things are connected regions (see :func:`blobs`)."""
    return fuse(scores.semantic(), blobs(scores), min_score=0.0)
