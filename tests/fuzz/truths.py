"""Label maps, mattes, panoptic and COCO JSON: what results are compared with."""

from __future__ import annotations

import io
import json
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from PIL import Image

from core.driving.exports import PanopticFolder
from core.errors import InputError
from core.labels import get_label_set
from core.media.label_maps import read_label_map
from core.metrics.evaluate import evaluate_cityscapes_instances, evaluate_semantic
from core.metrics.instance_coco import coco_ap_files
from core.metrics.panoptic_files import evaluate_panoptic_files
from core.metrics.read import read_grey, read_ids
from demos.driving.truth import read_truth
from tests.fuzz.mutate import mutate_bytes, mutate_json
from tests.fuzz.reader import Case, Reader

_ONE_MAP = ("map", "ids", "grey", "truth")
# The JSON files of each way, the file that is a truth last.
_JSON = {"coco": ("p.json", "t.json"), "panoptic": ("p.json", "t.json"), "go on": ("p.json",)}
CITY = get_label_set("cityscapes")


def _png(values: np.ndarray, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image = values if isinstance(values, Image.Image) else Image.fromarray(values)
    image.save(buffer, "PNG", **options)
    return buffer.getvalue()


def _prepare(_folder: Path) -> dict[str, Case]:
    ids = np.array([[7, 7, 26, 26], [7, 23, 23, 26]], np.uint8).repeat(6, 0).repeat(6, 1)
    palette = Image.fromarray(ids)
    palette.putpalette(bytes(range(256)) * 3)
    instances = np.where(ids == 26, 26001, ids.astype(np.uint16))
    height, width = ids.shape
    maps = {
        "grey": ids,
        "palette": palette,
        "deep": ids.astype(np.uint16),
        "instances": instances,
        "bits": ids > 10,
    }
    seeds = {f"map {name}": Case("map", {"a.png": _png(values)}) for name, values in maps.items()}
    del seeds["map instances"]
    seeds["truth"] = Case("truth", {"a.png": _png(instances)})
    seeds["ids"] = Case("ids", {"a.png": _png(ids.astype(np.uint16))})
    seeds["matte"] = Case("grey", {"a.png": _png(np.stack([ids] * 3, axis=-1))})
    seeds["semantic"] = Case("semantic", {"p.png": _png(ids), "t.png": _png(ids)})

    counts = [0, 24, height * width - 24]
    annotation = {
        "id": 1, "image_id": 5, "category_id": 3, "segmentation": {"size": [height, width], "counts": counts}, "area": 24,
        "bbox": [0, 0, 2, 12], "iscrowd": 0,
    }  # fmt: skip
    polygon = {**annotation, "id": 2, "segmentation": [[1, 1, 9, 1, 9, 9, 1, 9]], "area": 64}
    truth = {
        "images": [{"id": 5, "height": height, "width": width, "file_name": "a.png"}],
        "annotations": [annotation, polygon],
        "categories": [{"id": 3, "name": "car"}],
    }
    kept = ("image_id", "category_id", "segmentation")
    answers = [{key: entry[key] for key in kept} | {"score": 0.8} for entry in (annotation, polygon)]
    seeds["coco"] = _both("coco", answers, truth)

    segments = [
        {
            "id": int(i),
            "category_id": int(i),
            "area": int((ids == i).sum()),
            "bbox": [0, 0, 1, 1],
            "iscrowd": 0,
        }
        for i in np.unique(ids)
    ]
    panoptic = {
        "images": [{"id": "a", "file_name": "a.png"}],
        "annotations": [{"image_id": "a", "file_name": "a.png", "segments_info": segments}],
        "categories": [{"id": e.id, "name": e.name, "isthing": int(e.isthing)} for e in CITY.labels if not e.ignored],
    }  # fmt: skip
    picture = _png(np.stack([ids, np.zeros_like(ids), np.zeros_like(ids)], axis=-1))
    pictures = {"p/a.png": picture, "t/a.png": picture}
    seeds["panoptic"] = _both("panoptic", panoptic, panoptic, pictures)
    seeds["go on"] = Case("go on", {"p.json": json.dumps(panoptic).encode()})

    listing = b"m.png 26 0.9\nm.png 24 0.1\n"
    mask = _png(np.where(ids == 26, np.uint8(255), np.uint8(0)))
    seeds["instances"] = Case(
        "instances", {"p/a.txt": listing, "p/m.png": mask, "t/a_gtFine_instanceIds.png": _png(instances)}
    )
    return seeds


def _both(way: str, answer: Any, truth: Any, more: dict[str, bytes] | None = None) -> Case:
    files = {"p.json": json.dumps(answer).encode(), "t.json": json.dumps(truth).encode()}
    return Case(way, files | (more or {}))


def _mutate(rng: Random, seeds: dict[str, Case]) -> Case:
    # Half of all on JSON, which has the most to say.
    structured = [seed for seed in seeds.values() if seed.way in _JSON]
    seed = rng.choice(structured if rng.random() < 0.5 else list(seeds.values()))
    files = dict(seed.files)
    name = rng.choice(_JSON[seed.way] if seed.way in _JSON and rng.random() < 0.9 else list(files))
    if name.endswith(".json"):
        files[name] = mutate_json(rng, json.loads(files[name]))
    else:
        files[name] = mutate_bytes(rng, files[name], list(files.values()))
    return Case(rng.choice(_ONE_MAP) if seed.way in _ONE_MAP else seed.way, files)


def _read(case: Case, folder: Path, _seeds: dict[str, Case]) -> None:
    one = folder / "a.png"
    if case.way == "map":
        read_label_map(one)
    elif case.way == "ids":
        read_ids(one)
    elif case.way == "grey":
        read_grey(one)
    elif case.way == "truth":
        read_truth(one)
    elif case.way == "semantic":
        evaluate_semantic(folder / "p.png", folder / "t.png", CITY)
    elif case.way == "coco":
        coco_ap_files(folder / "p.json", folder / "t.json")
    elif case.way == "panoptic":
        evaluate_panoptic_files(folder / "p.json", folder / "t.json")
    elif case.way == "go on":
        PanopticFolder(folder / "p", go_on=CITY).has(folder / "p" / "a.png")
    elif case.way == "instances":
        evaluate_cityscapes_instances(folder / "p", folder / "t")
    else:
        raise InputError(f"no way is called {case.way}")


READER = Reader("labels", _prepare, lambda seeds: list(seeds.values()), _mutate, _read)
