"""What lies around the brain: skull, scalp, face and neck, written in mm (see ``anatomy`` for the axes)."""

from __future__ import annotations

import numpy as np

from core.medical.phantom.anatomy import ID
from core.medical.phantom.person import Person
from core.medical.phantom.shapes import blend, ellipsoid, tube

_TABLE = 1.8  # of compact bone on either side of the diploë, mm


def outline(points: np.ndarray, cavity: np.ndarray, person: Person) -> np.ndarray:
    """Distance to the skin, negative inside the head."""
    m = points.copy()
    m[0] = np.abs(points[0])
    skull = cavity - person.skull - person.scalp
    face = ellipsoid(points, (0, 38, -58), (58, 52, 66))
    chin = ellipsoid(points, (0, 66, -104), (30, 25, 19))
    neck = np.sqrt((points[0] / 58) ** 2 + ((points[1] + 22) / 60) ** 2) * 58 - 58
    neck = np.maximum(neck, points[2] + 55)
    nose = tube(points, [((0, 86, -24), 6), ((0, 101, -50), 9.5), ((0, 92, -57), 9)])
    brow = tube(m, [((8, 82, -12), 7), ((44, 66, -16), 7)])
    lips = ellipsoid(points, (0, 88, -80), (22, 9, 9))
    head = blend(blend(skull, face, 24), blend(neck, chin, 20), 26)
    head = blend(blend(blend(head, nose, 8), brow, 12), lips, 8)
    ear = np.maximum(ellipsoid(m, (77, -22, -28), (9, 17, 30)), -ellipsoid(m, (86, -16, -26), (9, 10, 19)))
    socket = ellipsoid(m, (33, 90, -30), (17, 11, 10))
    return np.maximum(blend(head, ear, 6), -socket * 0.8 - 1.5)


def parts(points: np.ndarray, cavity: np.ndarray, skin: np.ndarray, person: Person) -> np.ndarray:
    """uint8 (N,): ids of the label set ``drawn-head`` for points inside the skin and outside the cavity."""
    m = points.copy()
    m[0] = np.abs(points[0])
    x, _, z = points
    patchy = person.texture(points)
    strands = person.texture(points * np.array([[1.0], [1.0], [0.3]], np.float32))
    ids = np.full(x.shape, ID["muscle"], np.uint8)
    # Fat below the skin, thin on the scalp, thicker on cheeks and neck; strands of it between muscles.
    thick = 3.0 + 4.5 * np.clip((-z - 10) / 60, 0, 1) + 0.8 * patchy
    ids[(skin > -2.2 - thick) | ((strands > 1.05) & (z < -30))] = ID["fat"]
    orbit = ellipsoid(m, (31, 58, -28), (17, 26, 16))
    ids[orbit < 0] = ID["fat"]
    ids[(orbit < 0) & (tube(m, [((22, 30, -24), 2), ((30, 60, -28), 5)]) < 0)] = ID["muscle"]
    _paint_bone(ids, m, points, cavity, orbit, person)
    ids[ellipsoid(m, (31, 68, -29), (12.3, 12.3, 12.3)) < 0] = ID["eye"]
    ids[_air(m, points, patchy) < 0] = ID["inner air"]
    ids[skin > -2.2] = ID["skin"]
    return ids


def _air(m: np.ndarray, points: np.ndarray, patchy: np.ndarray) -> np.ndarray:
    """Sinuses, nose, mouth and throat."""
    sinuses = np.minimum(ellipsoid(m, (25, 56, -54), (12, 14, 15)), ellipsoid(m, (11, 80, 2), (9, 5, 9)))
    sinuses = np.minimum(sinuses, ellipsoid(m, (8, 26, -24), (7, 10, 8)))
    ethmoid = np.maximum(ellipsoid(m, (10, 58, -28), (7, 22, 12)), 0.9 - 1.3 * np.abs(patchy))
    nose = np.maximum(ellipsoid(m, (6, 66, -52), (5, 32, 17)), 1.0 - np.abs(patchy) * 2)
    throat = tube(points, [((0, 30, -56), 8), ((0, 15, -74), 9), ((0, 8, -105), 7.5), ((0, 12, -170), 9)])
    mouth = ellipsoid(points, (0, 54, -79), (21, 26, 2.2))
    ear = tube(m, [((88, -18, -28), 3), ((56, -18, -27), 2.5)])
    mastoid = np.maximum(ellipsoid(m, (54, -36, -38), (9, 12, 13)), 0.5 - np.abs(patchy))
    holes = np.minimum(np.minimum(nose, throat), np.minimum(mouth, ear))
    return np.minimum(np.minimum(sinuses, ethmoid), np.minimum(holes, mastoid)) + 0.4 * patchy


def _paint_bone(
    ids: np.ndarray, m: np.ndarray, points: np.ndarray, cavity: np.ndarray, orbit: np.ndarray, person: Person
) -> None:
    x, y, z = points
    # The vault, its base thinner in the middle, its suture side to side as thick as anywhere.
    vault = person.skull + 0.5 * person.texture(points * np.float32(0.4))
    base = blend(ellipsoid(m, (26, 60, -50), (19, 24, 26)), ellipsoid(m, (50, -32, -36), (16, 22, 17)), 10)
    jaw_ring = np.abs(np.sqrt((x / 42) ** 2 + ((y - 26) / 58) ** 2) - 1) * 40
    jaw = np.sqrt(jaw_ring**2 + np.maximum(np.abs(z + 103 + 0.12 * (y - 30)) - 7, 0) ** 2) - 5.5
    jaw = np.where(y > 18, jaw, 99.0)
    jaw = np.minimum(jaw, tube(m, [((43, 20, -104), 6), ((49, 4, -48), 5)]))
    teeth_ring = np.abs(np.sqrt((x / 25) ** 2 + ((y - 50) / 31) ** 2) - 1) * 26
    teeth = np.sqrt(teeth_ring**2 + np.maximum(np.abs(z + 80) - 7, 0) ** 2) - 3.6
    teeth = np.where(y > 46, teeth + 0.5 * np.abs(np.sin(np.arctan2(x, y - 40) * 11)), 99.0)
    palate = np.abs(ellipsoid(points, (0, 54, -84), (24, 32, 15))) - 1.6
    palate = np.where(z > -78, palate, 99.0)
    cheek = tube(m, [((30, 78, -46), 4.5), ((56, 50, -42), 4.5), ((66, 8, -38), 3.5)])
    spine = tube(points, [((0, -22, -66), 10), ((0, -22, -170), 11)])
    disc = np.abs(((z + 70) % 19) - 9.5) > 7.6
    spine = np.where(disc, 99.0, spine)
    arch = tube(points, [((0, -58, -74), 6), ((0, -62, -170), 7)])
    arch = np.where(np.abs(((z + 74) % 19) - 9.5) > 5.5, 99.0, arch)
    # Around the cord the shell is the spine's, in pieces.
    shell = cavity - np.where(z > -62, vault, np.where(disc, 0.0, 5.5))
    for solid in (jaw, base, spine, arch):
        ids[solid < 0] = ID["bone"]
        ids[solid < -_TABLE - 0.6] = ID["marrow"]
    socket = np.where((y < 66) & (y > 30), np.abs(orbit) - 1.2, 99.0)
    for thin in (palate, cheek, teeth, socket):
        ids[thin < 0] = ID["bone"]
    inside = shell < 0
    ids[inside] = ID["bone"]
    ids[inside & (shell < -_TABLE) & (cavity > _TABLE) & (vault > 2 * _TABLE + 1)] = ID["marrow"]
