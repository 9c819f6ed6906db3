"""Surfaces as files: glTF's binary form (GLB) for viewers and pages, binary STL for printing. Both in mm."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.atomic import whole_file
from core.errors import InputError
from core.medical.surface import Surface

SUFFIXES = (".glb", ".stl")
# glTF's y points up; in RAS z does. A quarter turn about x, as a node's quaternion (x, y, z, w).
_UPRIGHT = [-(0.5**0.5), 0.0, 0.0, 0.5**0.5]
_FLOAT, _UINT = 5126, 5125
_VERTICES, _INDICES = 34962, 34963


def save_mesh(path: str | Path, surfaces: Sequence[Surface]) -> None:
    """Write surfaces by the file's ending.

    Raises:
        InputError: another ending, no surface at all, or an unwritable folder.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(f"cannot write {path.name}", f"a name ending in {' or '.join(SUFFIXES)}")
    if not surfaces:
        raise InputError(
            "nothing was found, so there is no surface", "a mask with voxels", "leave out the mesh"
        )
    raw = glb_bytes(surfaces) if suffix == ".glb" else stl_bytes(surfaces)
    with whole_file(path) as partial:
        partial.write_bytes(raw)


def glb_bytes(surfaces: Sequence[Surface]) -> bytes:
    """glTF 2.0 in one piece: a node, a mesh and a material per label, positions in mm (RAS+), turned upright."""
    blob = bytearray()
    views: list[dict[str, Any]] = []
    accessors: list[dict[str, Any]] = []

    def add(values: np.ndarray, target: int, kind: str) -> int:
        views.append({"buffer": 0, "byteOffset": len(blob), "byteLength": values.nbytes, "target": target})
        component = _UINT if values.dtype == np.uint32 else _FLOAT
        entry = {
            "bufferView": len(views) - 1,
            "componentType": component,
            "count": len(values),
            "type": kind,
        }
        if kind == "VEC3":
            entry |= {"min": values.min(axis=0).tolist(), "max": values.max(axis=0).tolist()}
        accessors.append(entry)
        blob.extend(values.tobytes())  # all of four bytes, so every view stays aligned
        return len(accessors) - 1

    meshes, materials = [], []
    for number, surface in enumerate(surfaces):
        attributes = {
            "POSITION": add(surface.vertices.astype("<f4"), _VERTICES, "VEC3"),
            "NORMAL": add(surface.normals.astype("<f4"), _VERTICES, "VEC3"),
        }
        indices = add(surface.faces.astype("<u4").ravel(), _INDICES, "SCALAR")
        primitive = {"attributes": attributes, "indices": indices, "material": number}
        meshes.append({"name": surface.name, "primitives": [primitive]})
        # Colours are sRGB on screens and linear in glTF.
        linear = [
            round(((v / 255 + 0.055) / 1.055) ** 2.4 if v > 10 else v / 3294.6, 5) for v in surface.color
        ]
        material: dict[str, Any] = {
            "name": surface.name,
            "pbrMetallicRoughness": {
                "baseColorFactor": [*linear, surface.opacity],
                "metallicFactor": 0,
                "roughnessFactor": 0.7,
            },
        }
        if surface.opacity < 1:
            material |= {"alphaMode": "BLEND", "doubleSided": True}
        materials.append(material)
    document = {
        "asset": {"version": "2.0", "generator": "Triptych", "extras": {"unit": "mm", "axes": "RAS"}},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [
            {"name": "scan", "rotation": _UPRIGHT, "children": list(range(1, len(surfaces) + 1))},
            *({"name": surface.name, "mesh": i} for i, surface in enumerate(surfaces)),
        ],
        "meshes": meshes,
        "materials": materials,
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": len(blob)}],
    }
    text = json.dumps(document, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    total = 12 + 8 + len(text) + 8 + len(blob)
    head = struct.pack("<4sII", b"glTF", 2, total)
    return b"".join(
        (head, struct.pack("<I4s", len(text), b"JSON"), text, struct.pack("<I4s", len(blob), b"BIN\0"), blob)
    )


def stl_bytes(surfaces: Sequence[Surface]) -> bytes:
    """Binary STL: all surfaces as one solid, mm (RAS+), as its header says in the words that 3D Slicer looks for."""
    count = sum(len(surface.faces) for surface in surfaces)
    record = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("spare", "<u2")])
    triangles = np.zeros(count, record)
    start = 0
    for surface in surfaces:
        part = triangles[start : start + len(surface.faces)]
        corners = surface.vertices[surface.faces]
        across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        part["corners"] = corners
        part["normal"] = across / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-12)
        start += len(part)
    # No file may begin with "solid": readers would take it for the text form.
    return b"Triptych, mm, SPACE=RAS".ljust(80) + struct.pack("<I", count) + triangles.tobytes()
