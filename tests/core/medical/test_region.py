"""A scan that is of something else than a network knows is told so, in both languages; one that may be it is not."""

from __future__ import annotations

import numpy as np
import pytest

from core.labels import get_label_set
from core.medical.grid import Grid
from core.medical.region import amount_doubt, mri_doubt, size_doubt
from core.medical.volume import Volume
from demos.medical.told import tell

HIPPOCAMPUS, BRAIN, TISSUES, STRUCTURES, ORGANS = map(
    get_label_set, ("hippocampus", "brain", "brain-tissues", "brain-structures", "ct-head-neck")
)


def told(sentence: str | None) -> str:
    """A doubt, which has to have Korean words too."""
    assert sentence
    korean = tell(sentence, {"language": "ko"})
    assert korean != sentence and "{" not in korean and "HU 같지 않습니다" not in korean
    return sentence


def scan(*shape: int, spacing: float = 2.0) -> Volume:
    return Volume(np.zeros(shape, np.int16), Grid(shape, np.diag([spacing, spacing, spacing, 1])))


def test_a_crop_and_a_head_are_told_by_their_size():
    head, crop, slab = scan(90, 100, 90), scan(18, 25, 20), scan(90, 100, 20)
    assert "160 mm" not in told(size_doubt(head, HIPPOCAMPUS)) and "180 mm" in told(
        size_doubt(head, HIPPOCAMPUS)
    )
    for labels in (BRAIN, TISSUES, STRUCTURES):
        assert "50 mm: hardly a whole head" in told(size_doubt(crop, labels))
        assert size_doubt(head, labels) is size_doubt(slab, labels) is None
    assert size_doubt(crop, HIPPOCAMPUS) is size_doubt(slab, HIPPOCAMPUS) is size_doubt(crop, ORGANS) is None


def test_values_of_a_ct_are_no_mris():
    rng = np.random.default_rng(0)
    hu = np.where(rng.random((30, 30, 30)) < 0.5, -1000, rng.normal(40, 20, (30, 30, 30))).astype(np.int16)
    assert "look like HU" in told(mri_doubt(hu))
    assert mri_doubt((hu + 1024).astype(np.int16)) is None


def mask(**ml: int) -> np.ndarray:
    """Voxels of 1 ml of brain structures."""
    ids = {label.name: label.id for label in STRUCTURES.labels}
    return np.repeat([ids[name.replace("_", " ")] for name in ml], list(ml.values())).reshape(-1, 1, 1)


def test_too_much_or_too_little_brain_is_hardly_a_whole_head():
    whole = mask(rest_of_the_brain=1200, brain_stem=20, cerebellum=120)
    assert amount_doubt(whole, 1.0, STRUCTURES) is None
    assert "2680 ml" in told(amount_doubt(whole, 2.0, STRUCTURES))
    assert "134 ml: hardly a whole head" in told(amount_doubt(whole, 0.1, STRUCTURES))
    assert "134 ml" in told(amount_doubt((whole > 0).astype(np.uint8), 0.1, BRAIN))
    assert amount_doubt((whole > 0).astype(np.uint8), 1.0, BRAIN) is None
    assert amount_doubt(0 * whole, 1.0, STRUCTURES) is None, "that nothing was found is said anyway"
    assert amount_doubt(whole, 0.1, HIPPOCAMPUS) is None


@pytest.mark.parametrize("name", ["brain stem", "cerebellum"])
def test_a_brain_of_the_right_size_without_its_parts_is_none(name):
    parts = {"rest_of_the_brain": 2100, "brain_stem": 20, "cerebellum": 40, name.replace(" ", "_"): 3}
    assert f"Of the {name} 3.0 ml" in told(amount_doubt(mask(**parts), 1.0, STRUCTURES))
