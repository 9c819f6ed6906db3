"""The classes of the brain network, and what the labels of three sources are in them."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from core.errors import InputError
from core.medical.phantom.anatomy import ID as DRAWN

_NUCLEI = ("hippocampus", "amygdala", "thalamus", "caudate", "putamen", "pallidum")
SIDED = tuple(f"{side} {nucleus}" for nucleus in _NUCLEI for side in ("left", "right"))
CLASSES = (
    "background", "outer CSF", "grey matter", "white matter", "ventricles", "cerebellar grey matter",
    "cerebellar white matter", "brain stem", *SIDED,
)  # fmt: skip
NUMBER = {name: number for number, name in enumerate(CLASSES)}
VOID = 255
# Left and right swapped.
MIRROR = [NUMBER[n.replace("left", "RIGHT").replace("right", "left").lower()] if n in SIDED else i
          for i, n in enumerate(CLASSES)]  # fmt: skip

# MUSE's numbers, right then left.
_MUSE = {"hippocampus": (47, 48), "amygdala": (31, 32), "thalamus": (59, 60), "caudate": (36, 37),
         "putamen": (57, 58), "pallidum": (55, 56)}  # fmt: skip
_MUSE_CEREBELLUM = {"cerebellar grey matter": (38, 39, 71, 72, 73), "cerebellar white matter": (40, 41)}
_MUSE_STEM = 35
_TISSUES = {"GM": "grey matter", "WM": "white matter", "Ventricles": "ventricles"}
# FreeSurfer's numbers, left then right.
_FREESURFER = {"hippocampus": (17, 53), "amygdala": (18, 54), "thalamus": (10, 49), "caudate": (11, 50),
               "putamen": (12, 51), "pallidum": (13, 52)}  # fmt: skip
_FREESURFER_REST = {"white matter": (2, 41, 28, 60), "grey matter": (3, 42, 26, 58), "ventricles": (4, 5, 14, 15, 43, 44),
                    "cerebellar white matter": (7, 46), "cerebellar grey matter": (8, 47), "brain stem": (16,)}  # fmt: skip


def muse_table(mapping: Path) -> np.ndarray:
    """uint8 (256,): class by MUSE region, from ``list_MUSE_mapping_derived.csv``. Any region is brain.

    Raises:
        InputError: missing, or without the tissues.
    """
    if not mapping.is_file():
        raise InputError(f"{mapping} is missing", "the table that maps regions to tissues")
    rows: dict[str, list[int]] = {}
    with open(mapping, newline="") as file:
        for row in csv.reader(file):
            rows[row[1]] = [int(v) for v in row[2:] if v]
    if not set(_TISSUES) <= set(rows):
        raise InputError(f"{mapping} names no {sorted(set(_TISSUES) - set(rows))}", "MUSE's derived regions")
    # What is in the mask and no tissue: CSF of furrows and cisterns.
    table = np.full(256, NUMBER["outer CSF"], np.uint8)
    table[0] = 0
    for derived, name in _TISSUES.items():
        table[rows[derived]] = NUMBER[name]
    for name, regions in _MUSE_CEREBELLUM.items():
        table[list(regions)] = NUMBER[name]
    table[_MUSE_STEM] = NUMBER["brain stem"]
    for name, (right, left) in _MUSE.items():
        table[right], table[left] = NUMBER[f"right {name}"], NUMBER[f"left {name}"]
    return table


def freesurfer_table() -> np.ndarray:
    """uint8 (1024,): class by FreeSurfer's number; head, skull and neck (over 500) are background.

    Void: CSF, which goes down to the skull where MUSE's mask ends nearer to the brain; lesions, vessels, plexus.
    """
    table = np.full(1024, VOID, np.uint8)
    table[0], table[500:] = 0, 0
    for name, numbers in _FREESURFER_REST.items():
        table[list(numbers)] = NUMBER[name]
    for name, (left, right) in _FREESURFER.items():
        table[left], table[right] = NUMBER[f"left {name}"], NUMBER[f"right {name}"]
    return table


def drawn_table() -> np.ndarray:
    """uint8 (256,): class by the drawn head's ids. Its stem goes on as the cord, and its water up to the skull."""
    table = np.zeros(256, np.uint8)
    for name, number in DRAWN.items():
        if name in NUMBER:
            table[number] = NUMBER[name]
    table[DRAWN["outer CSF"]] = VOID
    return table
