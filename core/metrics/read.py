"""Label maps, mattes and label volumes from files; what is wrong with one is told with its name."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
from PIL import Image

from core.errors import InputError
from core.media.images import MAX_MEGAPIXELS, formats
from core.media.label_maps import read_label_map
from core.media.nifti_header import (
    affine_of,
    check_file_size,
    check_header,
    data_offset,
    open_plain,
    pair_of,
    read_exactly,
    scaling,
    skip,
    sniff_header,
)
from core.results.volume import voxel_ml

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_TODO = "copy or make it again"


class LabelVolume(NamedTuple):
    """``ids``: integers (X, Y, Z); ``affine``: float64 (4, 4), indices to mm; ``spacing``: mm along X, Y, Z."""

    ids: np.ndarray
    affine: np.ndarray
    spacing: tuple[float, float, float]

    @property
    def voxel_ml(self) -> float:
        return voxel_ml(self.affine)

    @property
    def tilt_degrees(self) -> float:
        """How far from a right angle any two axes stand, at most."""
        axes = self.affine[:3, :3] / np.linalg.norm(self.affine[:3, :3], axis=0)
        cosines = np.abs((axes.T @ axes)[np.triu_indices(3, 1)])
        return float(np.degrees(np.arcsin(np.clip(cosines.max(), 0, 1))))


def read_ids(path: Path) -> np.ndarray:
    """Ids of a PNG of up to 16 bits, see :func:`core.media.label_maps.read_label_map`.

    Raises:
        InputError: what is wrong with it, with its whole path: folders repeat names.
    """
    try:
        return read_label_map(path, most=65535)
    except InputError as error:
        raise _with_path(error, path) from None


def _with_path(error: InputError, path: Path) -> InputError:
    if str(path) in error.wrong:
        return error
    return InputError(error.wrong.replace(path.name, str(path), 1), error.expected, error.todo)


def read_grey(path: Path) -> np.ndarray:
    """A matte: float32 (H, W), 0 to 1 by the file's own range (1, 8 or 16 bits); equal channels are one.

    Raises:
        InputError: missing, damaged, no picture, in colour, or with transparency.
    """
    image = _open(path)
    if image.mode in ("1", "L"):
        return np.asarray(image.convert("L")).astype(np.float32) / 255
    if image.mode == "I" or image.mode.startswith("I;16"):
        return np.asarray(image).astype(np.float32) / 65535
    if image.mode in ("RGB", "P") and "transparency" not in image.info:
        rgb = np.asarray(image.convert("RGB"))
        if (rgb == rgb[..., :1]).all():
            return rgb[..., 0].astype(np.float32) / 255
    raise InputError(f"{path} is no matte ({image.mode})", "a grey picture, white is person")


def _open(path: Path) -> Image.Image:
    try:
        image = Image.open(path, formats=formats())
        if image.width * image.height <= MAX_MEGAPIXELS * 1e6:
            image.load()
            return image
    except FileNotFoundError:
        raise InputError(f"{path} does not exist", "a PNG") from None
    except Image.DecompressionBombError:
        pass
    except Exception as error:  # Pillow's parsers raise whatever they stumble over
        raise InputError(f"{path} is damaged or no picture ({error})", "a whole PNG", _TODO) from None
    raise InputError(f"{path} has too many pixels", f"at most {MAX_MEGAPIXELS} megapixels")


def read_json(path: Path, what: str) -> Any:
    """A JSON file's content; ``what`` it should be, for messages.

    Raises:
        InputError: missing or not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path} does not exist", what) from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is not JSON ({error})", what) from None
    except RecursionError:
        raise InputError(f"{path} is nested too deeply", what) from None


def read_label_volume(path: Path) -> LabelVolume:
    """A NIfTI file's labels; whole numbers stored as floats are taken, trailing axes of length 1 dropped.

    Raises:
        InputError: missing, damaged, not three-dimensional, or with values that are no labels.
    """
    if not path.is_file():
        raise InputError(f"{path} does not exist", "a NIfTI volume")
    try:
        values, affine = _read_nifti(path)
    except InputError as error:  # of two files with one name the folder tells which it is
        raise _with_path(error, path) from None
    if values.dtype.kind == "f":
        whole = np.rint(values)
        if (odd := _odd(values, whole)) is not None:
            raise InputError(f"{path} has values such as {odd:.9g}", "whole numbers, one a label")
        largest = max(whole.max(), -whole.min())
        if largest > 2**31 - 1:
            raise InputError(f"{path} has values such as {largest:g}", "labels up to 2147483647")
        values = whole.astype(np.int32)
    if values.dtype.kind not in "iub":
        raise InputError(f"{path} has values of {values.dtype}", "whole numbers, one a label")
    return LabelVolume(values, affine, _spacing(affine, path))


def _odd(values: np.ndarray, whole: np.ndarray) -> float | None:
    """The first value that is no whole number, if any; a scaled one may be off by what a float32 slope is.

    SPM and nibabel store a mask of 0 and 1 as bytes up to 255 and a slope of 1/255.
    """
    with np.errstate(invalid="ignore"):
        near = np.abs(values - whole) <= 1e-6 * np.maximum(1, np.abs(whole))
    wrong = np.flatnonzero(~near)
    return float(values.flat[wrong[0]]) if len(wrong) else None


def volume_shape(path: Path) -> tuple[int, int, int]:
    """Voxels along X, Y, Z of a label volume, by its header alone.

    Raises:
        InputError: missing, damaged or not three-dimensional.
    """
    return _read_header(path)[1]


def _read_header(path: Path) -> tuple[Any, tuple[int, int, int]]:
    head_path, _ = pair_of(path)
    header = sniff_header(head_path)
    if header is None:
        raise InputError(f"{path.name} is not a NIfTI file, or damaged", "a whole NIfTI volume", _TODO)
    check_header(header, head_path)
    shape = tuple(int(n) for n in header["dim"][1 : int(header["dim"][0]) + 1])
    if math.prod(shape[3:]) != 1:
        raise InputError(f"{path.name} is {shape}", "a volume (X, Y, Z) of labels")
    return header, (shape[0], shape[1], shape[2])


def _read_nifti(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Values (X, Y, Z) after their scaling, and the affine; nothing is read that the header does not account for."""
    header, shape = _read_header(path)
    head_path, data_path = pair_of(path)
    dtype = header.get_data_dtype()
    offset = data_offset(header, head_path, single=head_path == data_path)
    size = math.prod(shape) * dtype.itemsize
    check_file_size(data_path, offset + size)
    with open_plain(data_path) as file:
        skip(file, offset, path.name)
        values = np.frombuffer(read_exactly(file, size, path.name), dtype).reshape(shape, order="F")
    slope, inter = scaling(header)
    if (slope, inter) != (1, 0):
        values = values * slope + inter
    return values, affine_of(header, path.name)[0]


def _spacing(affine: np.ndarray, path: Path) -> tuple[float, float, float]:
    from nibabel.affines import voxel_sizes

    x, y, z = (float(v) for v in voxel_sizes(affine))
    if not (np.isfinite([x, y, z]).all() and min(x, y, z) > 0):
        raise InputError(f"{path} has a spacing of {x:g} × {y:g} × {z:g} mm", "three lengths over 0")
    return x, y, z


def check_grids(prediction: LabelVolume, truth: LabelVolume, name: str) -> None:
    """Both have the same voxels at the same places, to a hundredth of a voxel.

    Raises:
        InputError: sizes, spacings or affines differ.
    """
    ours, theirs = prediction.ids.shape, truth.ids.shape
    if ours != theirs:
        raise InputError(
            f"{name}: the prediction is {ours} voxels, the truth {theirs}", "one size", "resample it"
        )
    if not np.allclose(prediction.spacing, truth.spacing, rtol=0.01, atol=0):
        shown = [" × ".join(f"{v:.4g}" for v in s.spacing) for s in (prediction, truth)]
        raise InputError(
            f"{name}: the prediction's spacing is {shown[0]} mm, the truth's {shown[1]} mm", "one spacing", "resample it"
        )  # fmt: skip
    corners = np.array(np.meshgrid(*[(0, n - 1) for n in theirs])).reshape(3, -1)
    difference = prediction.affine - truth.affine
    moved = np.linalg.norm(difference[:3, :3] @ corners + difference[:3, 3:], axis=0).max()
    if not moved <= 0.01 * min(truth.spacing):
        raise InputError(
            f"{name}: the affines of prediction and truth differ, by up to {moved:.3g} mm at a corner",
            "one geometry", "resample the prediction to the truth's grid, or copy the header if only that is wrong",
        )  # fmt: skip


def read_ahead(
    read: Callable[[_Item], _Result], items: Iterable[_Item], waiting: int = 4
) -> Iterator[_Result]:
    """``map(read, items)`` with the next few read by two threads meanwhile; memory stays bounded."""
    with ThreadPoolExecutor(2) as pool:
        futures: list[Future[_Result]] = []
        rest = iter(items)
        try:
            for item in rest:
                futures.append(pool.submit(read, item))
                if len(futures) > waiting:
                    yield futures.pop(0).result()
            while futures:
                yield futures.pop(0).result()
        finally:
            for future in futures:
                future.cancel()
