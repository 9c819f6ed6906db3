"""One slice, segmented by itself: what a network says of it, class by class."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from core.errors import InputError
from core.medical.grid import Grid
from core.medical.networks import load_network
from core.medical.plans import read_parts
from core.medical.slices import AXES, Predictor, check_size, predict_volume
from core.medical.slicewise import Plan, add_up
from core.medical.tasks import Task, segment
from core.medical.volume import Volume
from core.transforms.respace import Respace
from core.weights import load_card


@dataclass(frozen=True, eq=False)
class SliceAnswer:
    """What was found in a slice.

    Attributes:
        ids: integers (H, W): the slice's axes in their order (axial X, Y; coronal X, Z; sagittal Y, Z).
        probabilities: float32 (C, H, W) by ``classes``; None: the task goes by rules.
        classes: ids of the probabilities' classes.
        seconds: it took.
    """

    ids: np.ndarray
    probabilities: np.ndarray | None
    classes: tuple[int, ...]
    seconds: float


def take_slice(volume: Volume, plane: str, index: int) -> Volume:
    """A volume of one slice, where it lies.

    Raises:
        InputError: no such plane or slice.
    """
    if plane not in AXES:
        raise InputError(f"no plane is called {plane!r}", f"one of {', '.join(AXES)}")
    axis = AXES[plane]
    if not 0 <= index < volume.data.shape[axis]:
        raise InputError(f"no {plane} slice {index}", f"0 to {volume.data.shape[axis] - 1}")
    data = np.take(volume.data, [index], axis=axis)
    affine = volume.affine.copy()
    affine[:3, 3] += index * affine[:3, axis]
    shape = (data.shape[0], data.shape[1], data.shape[2])
    return Volume(data, Grid(shape, affine), volume.name)


def slice_planes(task: Task) -> tuple[str, ...]:
    """The planes that a task can be asked about one slice in: those that its network was trained on; rules know all."""
    if task.method == "rules":
        return tuple(AXES)
    return read_parts(load_card(task.weights))[task.part].plan.options.planes


def segment_slice(volume: Volume, task: Task, plane: str, index: int) -> SliceAnswer:
    """Segment one slice as if there were no other.

    Raises:
        InputError: no such plane or slice, a plane that the network does not know, or what the task cannot use.
    """
    alone = take_slice(volume, plane, index)
    began = time.perf_counter()
    axis = AXES[plane]
    if plane not in (known := slice_planes(task)):
        raise InputError(f"{task.name} was not trained on {plane} slices", f"one of {', '.join(known)}")
    if task.method == "rules":
        ids = segment(alone, task).ids.take(0, axis=axis)
        return SliceAnswer(ids, None, (), time.perf_counter() - began)
    card = load_card(task.weights)
    plan = read_parts(card)[task.part].plan
    ids, probabilities = ask_about_slice(alone, plane, plan, load_network(card))
    return SliceAnswer(ids, probabilities, tuple(dict.fromkeys(plan.ids)), time.perf_counter() - began)


def ask_about_slice(
    alone: Volume, plane: str, plan: Plan, predict: Predictor
) -> tuple[np.ndarray, np.ndarray]:
    """What a network says of a volume of one slice, in that plane alone, without clean-up by pieces.

    Returns:
        Ids (H, W), and float32 (C, H, W): the probability of each different id of ``plan.ids``, in their order.
    """
    axis = AXES[plane]
    shape = (alone.data.shape[0], alone.data.shape[1], alone.data.shape[2])
    way = Respace(shape, alone.spacing, plan.spacing_for(alone.spacing, across=axis))
    check_size(way.working_shape, plan.options)
    values = plan.intensity(way.forward(alone.data))
    found = predict_volume(values, predict, replace(plan.options, planes=(plane,)))
    numbers = tuple(dict.fromkeys(plan.ids))
    probabilities = add_up(found.probabilities, plan.ids, numbers)
    ids = way.labels_back(probabilities, numbers)
    maps = np.stack([way.map_back(p).take(0, axis=axis) for p in probabilities])
    return ids.take(0, axis=axis), np.clip(maps, 0, 1)
