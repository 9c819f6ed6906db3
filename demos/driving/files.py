"""Downloads of a scene at the picture's own size, made when they are asked for and never kept."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

from core.driving import Look, PanopticFolder, save_map
from core.driving.exports import Output
from core.errors import InputError
from core.media.images import write_image
from demos.driving.scene import Scene

# What is asked for → the end of the file's name: as Cityscapes' own files end.
FILES = {
    "overlay": "overlay.png",
    "labelids": "labelIds.png",
    "trainids": "labelTrainIds.png",
    "color": "color.png",
    "panoptic": "panoptic.zip",
}
_OUTPUTS: dict[str, Output] = {"labelids": "ids", "trainids": "trainids", "color": "color"}


def make_file(scene: Scene, weights: str, kind: str, opacity: float) -> tuple[str, bytes]:
    """Name and content of a file of ``FILES``.

    ``panoptic`` is a zip of ``panoptic.json`` and ``panoptic/NAME.png``.

    Raises:
        InputError: another kind, an opacity beyond 0 to 1, or no such network.
    """
    if kind not in FILES:
        raise InputError(f"no file is called {kind!r}", f"one of {', '.join(FILES)}")
    parsed = scene.full(weights)
    stem = Path(scene.photo.name).stem
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / FILES[kind]
        if kind == "overlay":
            write_image(target, parsed.render(Look("overlay", opacity)), like=scene.photo)
        elif kind == "panoptic":
            with PanopticFolder(Path(folder) / "panoptic") as pictures:
                pictures.add(parsed.panoptic, stem)
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bundle:
                bundle.write(pictures.json, "panoptic.json")
                bundle.write(pictures.folder / f"{stem}.png", f"panoptic/{stem}.png")
        else:
            save_map(parsed.semantic, target, _OUTPUTS[kind])
        return f"{stem}_{target.name}", target.read_bytes()
