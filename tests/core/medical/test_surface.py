"""Surfaces: closed, outwards, in the right place and of the right size in mm, and bounded."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest

from core.errors import InputError
from core.medical.grid import Grid
from core.medical.mesh_files import glb_bytes, save_mesh, stl_bytes
from core.medical.surface import finding_surfaces, mask_surface
from core.medical.tasks import Finding, get_task
from core.medical.volume import Volume
from tests.core.medical.scans import AFFINE


def scan_of(mask: np.ndarray, affine=AFFINE) -> Volume:
    volume = Volume(mask.astype(np.int16), Grid(mask.shape, affine))
    np.testing.assert_allclose(volume.affine, affine, atol=1e-9)  # the tests' masks are canonical
    return volume


def ball(radius=12.0, shape=(34, 30, 22), affine=AFFINE) -> tuple[np.ndarray, np.ndarray]:
    """A ball of ``radius`` mm in the middle, and its centre in mm."""
    index = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1)
    centre = affine[:3, :3] @ ((np.array(shape) - 1) / 2) + affine[:3, 3]
    return np.linalg.norm(index @ affine[:3, :3].T + affine[:3, 3] - centre, axis=-1) < radius, centre


def enclosed_mm3(surface) -> float:
    a, b, c = (surface.vertices[surface.faces[:, i]].astype(float) for i in range(3))
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)


def test_a_ball_is_round_closed_and_where_it_was():
    mask, centre = ball()
    surface = mask_surface(mask, scan_of(mask), 100_000)
    assert surface is not None
    distance = np.linalg.norm(surface.vertices - centre, axis=1)
    assert abs(distance.mean() - 12) < 0.25 and distance.std() < 0.25
    assert enclosed_mm3(surface) == pytest.approx(4 / 3 * np.pi * 12**3, rel=0.06)
    edges = np.sort(
        np.concatenate([surface.faces[:, [0, 1]], surface.faces[:, [1, 2]], surface.faces[:, [2, 0]]])
    )
    assert (np.unique(edges, axis=0, return_counts=True)[1] == 2).all()
    outwards = (surface.normals * (surface.vertices - centre)).sum(axis=1) / distance
    assert outwards.min() > 0.85 and surface.vertices.dtype == np.float32


@pytest.mark.parametrize("bound", [5000, 800, 100])
def test_the_number_of_triangles_is_bounded(bound):
    mask, centre = ball()
    surface = mask_surface(mask, scan_of(mask), bound)
    assert surface is not None and bound / 4 < len(surface.faces) <= bound
    assert np.linalg.norm(surface.vertices - centre, axis=1).mean() == pytest.approx(12, abs=1.5)


def test_what_touches_the_scans_edge_is_closed_there():
    mask = np.zeros((8, 9, 10), bool)
    mask[:, :, :5] = True
    surface = mask_surface(mask, scan_of(mask), 100_000)
    assert surface is not None
    # Corners are rounded; the volume is not far off.
    assert enclosed_mm3(surface) == pytest.approx(mask.sum() * 1.5 * 2 * 3, rel=0.12)


def test_a_single_voxel_and_a_thin_sheet_have_a_surface_and_nothing_has_none():
    mask = np.zeros((8, 9, 10), bool)
    assert mask_surface(mask, scan_of(mask), 1000) is None
    mask[4, 4, 4] = True
    assert mask_surface(mask, scan_of(mask), 1000) is not None
    mask[:, :, 5] = True
    sheet = mask_surface(mask, scan_of(mask), 5000)
    assert sheet is not None and np.ptp(sheet.vertices, axis=0).max() > 11


def tissues() -> Finding:
    ids = np.zeros((20, 20, 12), np.uint8)
    ids[2:18, 2:18, 1:11] = 4
    ids[5:15, 5:15, 3:9] = 2
    return Finding(scan_of(ids > 0), get_task("ct-tissues"), ids, None, (), 0.0)


def test_a_task_says_what_is_worth_a_surface():
    lungs, body = finding_surfaces(tissues(), 4000)
    assert (lungs.name, lungs.opacity, body.name) == ("lungs", 1, "body") and body.opacity < 1
    assert len(lungs.faces) + len(body.faces) <= 4000
    assert enclosed_mm3(body) > 3 * enclosed_mm3(lungs) > 0


def parse_glb(raw: bytes):
    magic, version, length = struct.unpack_from("<4sII", raw)
    size, kind = struct.unpack_from("<I4s", raw, 12)
    document = json.loads(raw[20 : 20 + size])
    blob_size, blob_kind = struct.unpack_from("<I4s", raw, 20 + size)
    assert (magic, version, length, kind, blob_kind) == (b"glTF", 2, len(raw), b"JSON", b"BIN\0")
    assert size % 4 == 0 and blob_size % 4 == 0 and 28 + size + blob_size == length
    return document, raw[28 + size :]


def test_glb_holds_what_it_says():
    surfaces = finding_surfaces(tissues(), 4000)
    document, blob = parse_glb(glb_bytes(surfaces))
    assert [mesh["name"] for mesh in document["meshes"]] == ["lungs", "body"]
    assert document["asset"]["extras"] == {"unit": "mm", "axes": "RAS"}

    def values(number: int) -> np.ndarray:
        entry = document["accessors"][number]
        view = document["bufferViews"][entry["bufferView"]]
        part = blob[view["byteOffset"] : view["byteOffset"] + view["byteLength"]]
        columns = {"VEC3": 3, "SCALAR": 1}[entry["type"]]
        found = np.frombuffer(part, {5126: "<f4", 5125: "<u4"}[entry["componentType"]]).reshape(-1, columns)
        assert len(found) == entry["count"]
        return found

    for surface, mesh in zip(surfaces, document["meshes"], strict=True):
        primitive = mesh["primitives"][0]
        positions = values(primitive["attributes"]["POSITION"])
        np.testing.assert_array_equal(positions, surface.vertices)
        np.testing.assert_array_equal(values(primitive["indices"]).reshape(-1, 3), surface.faces)
        np.testing.assert_allclose(
            np.linalg.norm(values(primitive["attributes"]["NORMAL"]), axis=1), 1, atol=1e-5
        )
        entry = document["accessors"][primitive["attributes"]["POSITION"]]
        np.testing.assert_allclose(entry["min"], positions.min(axis=0), rtol=1e-6)
    # The head's top (z) is up in glTF (y): rotate (0, 0, 1) by the root's quaternion.
    x, y, z, w = document["nodes"][0]["rotation"]
    up = np.array([2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)])
    np.testing.assert_allclose(up, (0, 1, 0), atol=1e-9)
    assert document["materials"][1]["alphaMode"] == "BLEND"


def test_stl_holds_all_triangles():
    surfaces = finding_surfaces(tissues(), 4000)
    raw = stl_bytes(surfaces)
    (count,) = struct.unpack_from("<I", raw, 80)
    assert count == sum(len(s.faces) for s in surfaces) and len(raw) == 84 + 50 * count
    assert not raw.startswith(b"solid") and b"SPACE=RAS" in raw[:80], "without it 3D Slicer takes LPS"
    first = np.frombuffer(raw[84 : 84 + 48], "<f4").reshape(4, 3)
    np.testing.assert_array_equal(first[1:], surfaces[0].vertices[surfaces[0].faces[0]])
    across = np.cross(first[2] - first[1], first[3] - first[1])
    np.testing.assert_allclose(first[0], across / np.linalg.norm(across), atol=1e-5)


def test_what_cannot_be_written(tmp_path):
    with pytest.raises(InputError, match=r"\.glb or \.stl"):
        save_mesh(tmp_path / "a.obj", finding_surfaces(tissues(), 400))
    with pytest.raises(InputError, match="no surface"):
        save_mesh(tmp_path / "a.glb", [])
    assert not list(tmp_path.iterdir())
