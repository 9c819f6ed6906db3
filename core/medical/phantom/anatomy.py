"""The brain, written in mm: x to the right, y forwards, z up, the anterior commissure at 0.

Proportions are of textbooks (an adult brain of about 140 × 170 × 130 mm); every shape is our own. Left and right
share their formulas; folds, bend and turn make them differ.
"""

from __future__ import annotations

import numpy as np

from core.labels import get_label_set
from core.medical.phantom.person import Person
from core.medical.phantom.shapes import Point, blend, cut, ellipsoid, tube

LABELS = get_label_set("drawn-head")
ID = {label.name: label.id for label in LABELS.labels}

# Both hemispheres, before the falx parts them; and what one hemisphere's furrows run radially in.
_CEREBRUM: tuple[Point, Point] = ((0, -17, 18), (66, 86, 57))
_FURROWS: tuple[Point, Point] = ((26, -17, 12), (42, 86, 60))


class Brain:
    """Distances of the large parts at some points, and which part each point is in.

    Args:
        points: float32 (3, N), model space.
    """

    def __init__(self, points: np.ndarray, person: Person) -> None:
        self.points, self.person = points, person
        self.mirrored = points.copy()
        self.mirrored[0] = np.abs(points[0])
        m = self.mirrored
        main = cut(ellipsoid(points, *_CEREBRUM), -(m[2] + 20), 14)
        temporal = ellipsoid(m, (40, -12, -19), (27, 45, 23))
        self.cerebrum = blend(main, temporal, 9)
        lobes = ellipsoid(m, (23, -63, -36), (31, 31, 23))
        self.cerebellum = blend(lobes, ellipsoid(points, (0, -61, -33), (14, 26, 22)), 8)
        midbrain = ellipsoid(points, (0, -27, -11), (17, 12, 14))
        pons = ellipsoid(points, (0, -23, -30), (17, 14, 15))
        cord = tube(
            points,
            [((0, -31, -38), 9), ((0, -40, -58), 8), ((0, -46, -85), 6.5), ((0, -44, -170), 6)],
        )
        self.stem = blend(blend(midbrain, pons, 8), cord, 8)

    def cavity(self) -> np.ndarray:
        """Distance to what the skull encloses: the brain's hull and 3 mm of water around it."""
        return blend(blend(self.cerebrum, self.cerebellum, 15), self.stem, 14) - 2.6

    def parts(self) -> np.ndarray:
        """uint8 (N,): ids of the label set ``drawn-head``, for points within the cavity."""
        m, x, person = self.mirrored, self.points[0], self.person
        ids = np.full(x.shape, ID["outer CSF"], np.uint8)
        core = self._core()
        pial = self._pial(core)
        ids[pial > 0] = ID["grey matter"]
        ids[pial > person.cortex] = ID["white matter"]
        self._paint_cerebellum(ids, pial)
        ids[self.stem < 0] = ID["brain stem"]
        deep = np.flatnonzero((core < 12) | (self.stem < 6))
        left, p, q = x[deep] < 0, m[:, deep], self.points[:, deep]
        found = ids[deep]
        for name, distance in self._nuclei(p):
            inside = distance < 0
            found[inside & left] = ID[f"left {name}"]
            found[inside & ~left] = ID[f"right {name}"]
        found[self._ventricles(p, q) < 0] = ID["ventricles"]
        ids[deep] = found
        return ids

    def _core(self) -> np.ndarray:
        """The white middle with callosum, nuclei and ventricles, where hemispheres are joined and no cortex is."""
        body = ellipsoid(self.points, (0, -8, 8), (37, 43, 23))
        temporal_stem = tube(self.mirrored, [((22, -6, -18), 9), ((30, -26, -12), 8), ((24, -38, 2), 8)])
        return blend(body, temporal_stem, 8)

    def _pial(self, core: np.ndarray) -> np.ndarray:
        """How deep below the cerebrum's surface, furrows included; negative in the water."""
        m, person = self.mirrored, self.person
        near = np.flatnonzero(self.cerebrum < 1)
        depth = np.full(m.shape[1], -1.0, np.float32)
        if not len(near):
            return depth
        p = m[:, near]
        hull = -self.cerebrum[near]
        # The falx between the hemispheres, the tentorium over the cerebellum, the cisterns around the stem.
        hull = np.minimum(hull, p[0] - 0.6 - 0.5 * person.furrow)
        hull = np.minimum(hull, self.cerebellum[near] - 1.6)
        hull = np.minimum(hull, self.stem[near] - 1.2)
        furrows = np.full(len(near), 99.0, np.float32)
        for side in (0, 1):
            own = (self.points[0, near] >= 0) == bool(side)
            furrows[own] = self._furrows(p[:, own], hull[own], side)
        furrows = np.minimum(furrows, self._sylvian(p))
        # Gyri have round crowns: the two surfaces meet softly.
        pial = blend(hull, furrows, 2.5)
        depth[near] = np.where(core[near] < 0, np.maximum(pial, person.cortex - core[near]), pial)
        return depth

    def _furrows(self, p: np.ndarray, hull: np.ndarray, side: int) -> np.ndarray:
        """Distance in mm to the nearest sulcus' wall."""
        centre, radii = (np.array(v, np.float32)[:, None] for v in _FURROWS)
        v = p - centre
        shrink = np.maximum(np.sqrt(((v / radii) ** 2).sum(axis=0)), 0.15)
        # Waves live on the hull, so a furrow goes down from it, winding a little.
        surface = v / shrink + 2 * np.stack([wave(p * np.float32(2.2)) for wave in self.person.bend])
        value, slope = self.person.folds[side].with_slope(surface)
        normal = surface / np.sqrt((surface**2).sum(axis=0))
        slope -= normal * (slope * normal).sum(axis=0)
        steep = np.sqrt((slope**2).sum(axis=0))
        sideways = np.abs(value) / np.maximum(steep, 0.15) * shrink
        bottom = self.person.furrow_depth + 4 * self.person.depths(surface)
        below = np.maximum(hull - bottom, 0)
        # Wider at the mouth than at the bottom.
        width = self.person.furrow * (0.5 + 0.5 * np.clip(1 - hull / 14, 0, 1))
        return np.sqrt(sideways**2 + below**2) - 0.6 * width

    def _sylvian(self, p: np.ndarray) -> np.ndarray:
        """Distance to the fissure between the temporal lobe and the rest, down to the insula."""
        slant = -5 - 0.3 * (p[1] + 5)
        outside_y = np.maximum(np.abs(p[1] + 10) - 32, 0)
        inside_x = np.maximum(41 - p[0], 0)
        flat = np.abs(p[2] - slant) * 0.95
        return np.sqrt(flat**2 + outside_y**2 + inside_x**2) - 0.8 - 0.4 * self.person.furrow

    def _paint_cerebellum(self, ids: np.ndarray, pial: np.ndarray) -> None:
        inside = np.flatnonzero((self.cerebellum < 0) & (pial <= 0))
        if not len(inside):
            return
        p, depth = self.points[:, inside], -self.cerebellum[inside]
        # Folia fan out around the fourth ventricle; fine ones on the lobules' walls.
        angle = np.arctan2(p[2] + 36, -(p[1] + 40)) + 0.12 * self.person.folia(p)
        lobule = np.abs(np.sin(angle * 5.5)) * 7
        fissure = np.sqrt(lobule**2 + np.maximum(depth - 15, 0) ** 2) - 0.7
        folium = np.abs(np.sin(angle * 22)) * 2.2 + np.maximum(depth - 3.0, 0)
        fissure = np.minimum(fissure, folium - 0.1)
        surface = np.minimum(depth, np.minimum(fissure, np.abs(p[0]) + 14))
        found = np.where(surface > 2.6, ID["cerebellar white matter"], ID["cerebellar grey matter"])
        found[surface < 0] = ID["outer CSF"]
        ids[inside] = found

    def _nuclei(self, p: np.ndarray) -> list[tuple[str, np.ndarray]]:
        """(name, distance); later ones win."""
        leaning = p.copy()
        leaning[0] += 0.16 * (p[1] - 2)
        thalamus = ellipsoid(p, (11.5, -18, 7), (10, 15.5, 10))
        return [
            ("putamen", ellipsoid(leaning, (27, 2, 1), (6, 17.5, 11.5))),
            ("pallidum", ellipsoid(leaning, (20, -2, 0), (5.2, 10.5, 7.5))),
            ("thalamus", thalamus),
            (
                "caudate",
                tube(p, [((14, 20, 3), 5.8), ((15, 10, 11), 5.6), ((18, -6, 17.5), 3.7), ((21, -21, 18), 2.4),
                         ((27, -35, 9), 1.6)]),
            ),
            ("amygdala", ellipsoid(p, (22, -3, -20), (8.2, 8.2, 8))),
            (
                "hippocampus",
                tube(p, [((24, -11, -19), 6), ((28, -20, -17), 5.4), ((30, -29, -10), 4.8),
                         ((26, -37, -2), 3.2), ((18, -39, 5), 1.8)]),
            ),
        ]  # fmt: skip

    def _ventricles(self, p: np.ndarray, q: np.ndarray) -> np.ndarray:
        more = self.person.ventricles
        lateral = tube(
            p,
            [((6, 27, 5), 2.8), ((6, 14, 12.5), 4.6), ((7.5, -4, 18), 4.4), ((12, -22, 19), 4.6),
             ((24, -40, 12), 5.4), ((32, -30, -5), 2.6), ((34, -14, -15), 1.8)],
        )  # fmt: skip
        horn = tube(p, [((24, -40, 12), 4.5), ((25, -62, 8), 1.8)])
        third = ellipsoid(q, (0, -11, -1), (1.9, 15, 12))
        fourth = blend(
            ellipsoid(q, (0, -44, -33), (7, 4.5, 9)), tube(q, [((0, -32, -6), 1.1), ((0, -40, -27), 1.3)]), 3
        )
        septum = p[0] - 1.0
        lateral = np.maximum(np.minimum(lateral, horn) - more, -septum)
        return np.minimum(lateral, np.minimum(third - 0.5 * more, fourth - 0.2 * more))
