"""Tasks of networks: from a checkpoint's card to a mask on the scan's own grid."""

from __future__ import annotations

import subprocess
import sys

import nibabel as nib
import numpy as np
import pytest

pytest.importorskip("torch")

from core.errors import InputError
from core.medical.networks import SliceNetwork, card_task
from core.medical.outputs import Outputs, segment_file
from core.medical.tasks import get_task, list_tasks, segment
from core.medical.volume import read_volume
from tests.core.medical.scans import ORIENTATIONS, save, turned
from tests.core.medical.tiny import PLAN, bright_network

PARTS = {
    "structures": {"labels": "hippocampus", "ids": [0, 1, 2], "one_piece": [], "rest": 0},
    "mask": {"labels": "brain", "ids": [0, 1, 1], "one_piece": [], "rest": 0},
}


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch):
    monkeypatch.setenv("TRIPTYCH_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("TRIPTYCH_CACHE", str(tmp_path / "cache"))
    # The same weights have the same hash: another test's opened network would be taken for this one's.
    monkeypatch.setattr("core.medical.networks._networks", {})


def parted(folder, **changes):
    """A card with parts, and none of the keys that parts have of their own."""
    own = {key: value for key, value in PLAN.items() if key not in ("ids", "one_piece", "rest")}
    card = bright_network(folder, "parted", parts=PARTS, **changes)
    for key in set(card.transform) - set(own) - {"parts"}:
        del card.transform[key]
    return card


def scan() -> np.ndarray:
    """A box of 500 with a core of 900 in it, far from any edge; not symmetric in any way."""
    data = np.full((14, 16, 12), 20, np.int16)
    data[2:8, 3:12, 4:10] = 500
    data[3:6, 5:9, 5:8] = 900
    return data


def write(folder, data=None, affine=None):
    return save(nib.Nifti1Image(scan() if data is None else data, np.diag([3.0, 3, 3, 1]) if affine is None else affine),
                folder / "scan.nii")  # fmt: skip


def test_the_network_finds_what_it_knows_and_planes_agree(tmp_path):
    task = card_task(bright_network(tmp_path / "weights"))
    finding = segment(read_volume(write(tmp_path)), task)
    np.testing.assert_array_equal(finding.ids, np.select([scan() > 700, scan() > 350], [2, 1]))
    assert finding.uncertainty is not None and finding.uncertainty.max() < 1e-3
    assert task.method == "network" and task.unit == "HU" and not task.parts


def test_48_orientations_give_the_same_mask_through_a_network(tmp_path):
    task = card_task(bright_network(tmp_path / "weights"))
    image = nib.Nifti1Image(scan(), np.diag([3.0, 3, 3, 1]))
    for orientation in ORIENTATIONS:
        other = turned(image, orientation)
        finding = segment(read_volume(save(other, tmp_path / "other.nii")), task)
        np.testing.assert_array_equal(finding.ids, np.select([scan() > 700, scan() > 350], [2, 1]))
        np.testing.assert_array_equal(finding.mask().affine, other.affine)
        assert finding.mask().ids.shape == other.shape


def test_the_mask_lies_on_the_scans_oblique_grid_at_its_own_spacing(tmp_path):
    """Voxels of 1.5 × 1.5 × 4 mm, turned: the network works at 3 mm, the mask comes back on the file's grid."""
    turn = nib.eulerangles.euler2mat(0.2, 0.1, -0.3)
    affine = nib.affines.from_matvec(turn @ np.diag([-1.5, 1.5, 4.0]), [12, -40, 7])
    data = np.repeat(np.repeat(scan(), 2, axis=0), 2, axis=1)
    source = write(tmp_path, data, affine)
    bright_network(tmp_path / "weights")
    outputs = Outputs(tmp_path / "mask.nii.gz")
    segment_file(source, get_task("tiny"), outputs)
    mask, image = nib.load(outputs.mask), nib.load(source)
    np.testing.assert_array_equal(mask.affine, image.affine)
    assert mask.get_data_dtype() == np.uint8 and mask.shape == image.shape
    found = np.asarray(mask.dataobj) > 0
    assert 2 * (found & (data > 350)).sum() / (found.sum() + (data > 350).sum()) > 0.9


def test_parts_add_probabilities_and_share_one_outline(tmp_path):
    card = parted(tmp_path / "weights")
    task = card_task(card)
    volume = read_volume(write(tmp_path))
    assert list(task.parts) == ["structures", "mask"] and task.part == "structures"
    structures, mask = (segment(volume, task.parts[name]) for name in task.parts)
    assert set(np.unique(structures.ids)) == {0, 1, 2} and set(np.unique(mask.ids)) == {0, 1}
    np.testing.assert_array_equal(structures.ids > 0, mask.ids > 0)
    assert mask.task.labels.name == "brain"
    from core.weights import write_card

    write_card(card)
    assert get_task("parted", "mask").part == "mask"
    with pytest.raises(InputError, match="one of structures, mask"):
        get_task("parted", "tissues")
    with pytest.raises(InputError, match="no parts"):
        get_task("ct-tissues", "mask")


def test_what_is_no_hu_and_what_is_not_of_the_region_is_said(tmp_path):
    anchors = {"ids": [1, 2], "count": 2, "ml": 1.0, "region": "head or neck"}
    task = card_task(bright_network(tmp_path / "weights", anchors=anchors))
    found = segment(read_volume(write(tmp_path)), task)  # 36 voxels of 27 mm³: .97 ml of class 2
    assert not found.ids.any() and any("head or neck" in w for w in found.warnings)
    assert "Nothing was found." in found.warnings
    assert any("not HU" in w for w in found.warnings)  # neither air nor fat
    data = scan()
    data[2:8, 5:9, 5:8] = 900
    found = segment(read_volume(write(tmp_path, data)), task)
    assert found.ids.any() and not any("head or neck" in w for w in found.warnings)


def test_a_network_for_mri_of_heads_says_what_is_none(tmp_path):
    """A crop with a CT's values, given to a network that knows T1 images of whole heads."""
    intensity = {"kind": "percentile", "low": 1.0, "high": 99.5}
    task = card_task(bright_network(tmp_path / "weights", labels="brain-tissues", intensity=intensity))
    data = scan() - np.int16(20)
    data[:, :2] = -1000
    warnings = segment(read_volume(write(tmp_path, data)), task).warnings
    for said in ("look like HU", "The longest side of this scan is 48 mm", "ml: hardly a whole head"):
        assert any(said in w for w in warnings), said
    warnings = segment(read_volume(write(tmp_path)), task).warnings
    assert not any("HU" in w for w in warnings)


def test_spacing_outside_of_training_is_said(tmp_path):
    task = card_task(bright_network(tmp_path / "weights", trained=[0.8, 1.2]))
    assert any("far from what the network was trained on" in w
               for w in segment(read_volume(write(tmp_path)), task).warnings)  # fmt: skip


def test_air_around_is_not_asked_about_and_changes_nothing(tmp_path):
    data = np.full((40, 44, 36), 0, np.int16)
    data[14:28, 14:30, 12:24] = scan()
    source = write(tmp_path, data)
    whole = segment(read_volume(source), card_task(bright_network(tmp_path / "weights")))
    card = bright_network(tmp_path / "weights", "airy", air=0.01)
    shapes = []
    network = SliceNetwork(card)

    def watched(stack, plane):
        shapes.append(stack.shape)
        return network(stack, plane)

    boxed = segment(read_volume(source), card_task(card, watched))
    np.testing.assert_array_equal(boxed.ids, whole.ids)
    assert max(shape[2] for shape in shapes) <= 24 and sum(shape[0] for shape in shapes) < 70


def test_engines_agree(tmp_path):
    card = bright_network(tmp_path / "weights")
    stack = np.random.default_rng(0).random((3, 3, 8, 10)).astype(np.float32)
    answers = [SliceNetwork(card, engine=engine)(stack, "axial") for engine in ("openvino", "torch-cpu")]
    np.testing.assert_allclose(*answers, atol=1e-3)
    np.testing.assert_allclose(answers[0].sum(axis=1), 1, atol=1e-4)


def test_a_cached_graph_needs_no_pytorch(tmp_path):
    bright_network(tmp_path / "weights")
    source = write(tmp_path)
    segment(read_volume(source), get_task("tiny"))
    code = (
        "import sys; from core.medical.tasks import get_task, segment; from core.medical.volume import read_volume; "
        f"print(segment(read_volume({str(source)!r}), get_task('tiny')).ids.max()); assert 'torch' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout.strip() == "2", done.stderr


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"colour": "red"}, "colour"),
        ({"intensity": {"kind": "window"}}, "intensity lacks"),
        ({"planes": ["oblique"]}, "planes"),
        ({"ids": [1, 2, 0]}, "expected 0 for background"),
        ({"mirror": [0, 0, 1]}, "no order"),
        ({"anchors": {"ids": [1]}}, "anchors lacks"),
        ({"parts": {}}, "parts"),
        ({"parts": {"a": {"labels": "brain"}}}, "lacks"),
    ],
)
def test_a_plan_is_read_strictly(tmp_path, changes, match):
    card = bright_network(tmp_path / "weights", **changes)
    if "parts" in changes:
        for key in ("ids", "one_piece", "rest"):
            del card.transform[key]
    with pytest.raises(InputError, match=match):
        card_task(card)


def test_a_damaged_checkpoint_and_a_missing_folder(tmp_path):
    assert [task.name for task in list_tasks()] == ["ct-tissues"]
    card = bright_network(tmp_path / "weights")
    assert [task.name for task in list_tasks()] == ["ct-tissues", "tiny"]
    card.state_path.write_bytes(card.state_path.read_bytes()[:-1])
    with pytest.raises(InputError, match="damaged"):
        SliceNetwork(card)(np.zeros((1, 3, 8, 8), np.float32), "axial")
