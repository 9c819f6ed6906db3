"""Hounsfield units: published ranges of tissues, and whether a scan's values can be HU at all."""

from __future__ import annotations

import numpy as np

# Air and lung lie below, tissue above: Hu, Hoffman & Reinhardt, IEEE Trans. Med. Imaging 20(6), 2001 (lung −910 to
# −500 HU).
AIR_BELOW = -500
# Adipose tissue −190 to −30 HU, skeletal muscle −29 to 150 HU: Mitsiopoulos et al., J. Appl. Physiol. 85(1), 1998,
# who compared both with dissection; since then the customary ranges of body composition.
FAT = (-190, -30)
SOFT = (-29, 150)
# Bone on CT from 226 HU: the customary threshold of bone models (Materialise Mimics' preset). Bone's own edge goes
# down to where muscle ends.
BONE_SURE = 226
# Air's own values after partial volume at its edges: −1000 with noise.
PURE_AIR_BELOW = -930


def hu_doubt(data: np.ndarray) -> str | None:
    """Why values cannot be HU, in a sentence; None where they can.

    Args:
        data: int16 or float32 (X, Y, Z).

    >>> hu_doubt(np.arange(0, 4000, 7, np.int16).reshape(-1, 1, 1))
    'Neither air nor fat is in it: these are not HU (an MRI, or a CT stored with an offset).'
    """
    # Every n-th voxel will do: what is looked for are scales, not single voxels.
    step = max(1, round((data.size / 2e6) ** (1 / 3)))
    some = data[::step, ::step, ::step]
    low, high = (float(v) for v in np.percentile(some, (0.1, 99.9)))
    if high - low < 200:
        return f"Values run from {low:.0f} to {high:.0f} only: these are not HU."
    if low >= FAT[1]:
        return "Neither air nor fat is in it: these are not HU (an MRI, or a CT stored with an offset)."
    if low < -5000 or high > 35000:
        return f"Values run from {low:.0f} to {high:.0f}: HU lie between −1024 and some thousands."
    tissue = np.count_nonzero((some >= FAT[0]) & (some <= SOFT[1])) / some.size
    if tissue < 0.005:
        return f"Only {100 * tissue:.2g} % of the voxels have HU of fat or soft tissue."
    return None
