"""Mask R-CNN learns from labels with gaps, stops, goes on, exports, is measured, and answers at a frame's size."""

from __future__ import annotations

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from core.driving.street import StreetScene  # noqa: E402
from core.errors import InputError  # noqa: E402
from core.instances import Detector, Limits  # noqa: E402
from core.instances.design import CLASSES  # noqa: E402
from core.instances.paste import paste  # noqa: E402
from core.labels import get_label_set  # noqa: E402
from core.models import build_model  # noqa: E402
from core.models.efficientnet_lite import EfficientNetLite  # noqa: E402
from core.results import Instances  # noqa: E402
from core.segmenter import load_segmenter  # noqa: E402
from core.training import loop  # noqa: E402
from core.training.common import scale  # noqa: E402
from core.training.driving import __main__ as command  # noqa: E402
from core.training.driving import instance_evaluate, instance_export, instance_train  # noqa: E402
from core.training.driving.instance_data import EITHER, IGNORED, list_instance_frames, read_numbered  # noqa: E402
from core.training.driving.instance_losses import class_loss, instance_losses, proposal_losses, resolve  # noqa: E402
from core.training.driving.instance_samples import finish  # noqa: E402
from tests.core.training.driving.instance_world import make_instance_world  # noqa: E402
from tests.core.training.same import assert_same  # noqa: E402

SMALL = {"width": 16, "box_width": 32, "mask_widths": [16], "expanded": [32] + [16] * 15}
OPTIONS = {"iterations": 2, "batch": 2, "height": 64, "width": 96, "workers": 0, "warm_up": 1}
MEAN = (127.5,) * 3
CITY = get_label_set("cityscapes")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return make_instance_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(autouse=True)
def no_imagenet(monkeypatch, tmp_path):
    """Random weights in ImageNet's place, small maps, a log line a step, folders of the test's own, one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # two would wait for each other on a busy machine
    torch.manual_seed(0)
    state = EfficientNetLite(SMALL["expanded"]).state_dict()
    monkeypatch.setattr(instance_train, "imagenet_trunk", lambda: state)
    monkeypatch.setattr(instance_train, "AREA", 64 * 128)
    monkeypatch.setitem(instance_export.TRANSFORM, "area", 64 * 128)
    monkeypatch.setattr(loop, "LOG_EVERY", 1)
    monkeypatch.setenv("TRIPTYCH_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("TRIPTYCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("core.segmenter._segmenters", {})
    yield
    torch.set_num_threads(threads)


def run_command(world, run, *more: str) -> None:
    command.main([
        "instances", "--data", str(world[0]), "--people", str(world[1]), "--run", str(run), "--threads", "1",
        "--arguments", json.dumps(SMALL), *[f"--{k.replace('_', '-')}={v}" for k, v in OPTIONS.items()], *more,
    ])  # fmt: skip


def a_street(world):
    frame = next(f for f in list_instance_frames(world[0]) if f.source == "cityscapes")
    image, things = read_numbered(frame)
    return finish(image, things.numbers, things.classes)


@pytest.mark.parametrize("frozen", [0, 3])
def test_a_run_stopped_and_resumed_is_the_run_that_was_not_stopped(world, tmp_path, frozen):
    run = tmp_path / "run"
    run_command(world, run, f"--frozen-blocks={frozen}", "--stop-after=1")
    first = torch.load(run / "last.pt", weights_only=True)
    assert first["iteration"] == 1
    run_command(world, run, f"--frozen-blocks={frozen}")
    second = torch.load(run / "last.pt", weights_only=True)
    assert second["iteration"] == 2
    for part, moves in (("mask_fcn_logits", True), ("rpn", True), ("trunk.blocks.2.", not frozen)):
        names = [k for k in first["model"] if part in k and k.endswith("weight")]
        assert names and any((second["model"][k] != first["model"][k]).any() for k in names) == moves
    statistics = [k for k in first["model"] if k.startswith("trunk") and "running" in k]
    begin = instance_train.imagenet_trunk()
    assert all(torch.equal(second["model"][k], begin[k.removeprefix("trunk.")]) for k in statistics)
    run_command(world, tmp_path / "straight", f"--frozen-blocks={frozen}")
    assert_same(run, tmp_path / "straight")
    rows = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    assert [row["iteration"] for row in rows] == [1, 2] and all(np.isfinite(row["loss"]) for row in rows)
    assert {"objects", "proposed", "classes", "boxes"} <= set(rows[0])
    if frozen:
        run_command(world, tmp_path / "next", "--initial", str(run), "--stop-after=1")
        recipe = json.loads((tmp_path / "next" / "recipe.json").read_text())
        assert recipe["initial"] == "run" and recipe["shares"]["coco"] > 0


def test_the_stepper_computes_what_the_network_does():
    torch.manual_seed(1)
    network = build_model("mask_rcnn", **SMALL)
    stepper = instance_train.InstanceStepper(
        network, instance_train.InstanceRecipe(**OPTIONS, frozen_blocks=3)
    )
    network.eval()
    x = torch.rand(2, 3, 64, 96) * 2 - 1
    with torch.no_grad():
        fast, exact = stepper(x), network.pyramid(network.trunk(x))
    for name, wanted in exact.items():
        assert (fast[name] - wanted).abs().max() < 0.05 * wanted.abs().max() + 0.02


def test_it_learns_one_street_by_heart(world):
    """Two touching cars, a person, a rider and the bicycle under him: each found, with a mask of its own."""
    torch.manual_seed(0)
    sample = a_street(world)
    network = build_model("mask_rcnn", **SMALL)
    recipe = instance_train.InstanceRecipe(**OPTIONS | {"batch": 1, "width": 128}, frozen_blocks=0)
    stepper = instance_train.InstanceStepper(network, recipe)
    network.train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=3e-3)
    seen = []
    for step in range(200):
        for group in optimiser.param_groups:
            group["lr"] = 3e-3 * min(1, (step + 1) / 20) * (1 if step < 140 else 0.1)
        loss, parts = instance_losses(network, stepper(scale(sample.image[None])), [sample])
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        seen.append(parts)
    for part in ("objects", "classes", "masks"):
        assert np.mean([p[part] for p in seen[-5:]]) < 0.5 * np.mean([p[part] for p in seen[:5]]), part

    detect = Detector("street", network.eval, MEAN, MEAN, SMALL["width"], Limits(), "torch-cpu", 1)
    found = detect(sample.image.permute(1, 2, 0).numpy(), (64, 128), 0.6)
    masks, kept = paste(found.masks, found.boxes, 64, 128)
    assert len(masks) < 2 * len(sample.classes)
    matches = set()
    for number, kind in enumerate(sample.classes.tolist(), 1):
        truth = sample.numbers.numpy() == number
        overlaps = (masks & truth).sum((1, 2)) / (masks | truth).sum((1, 2)) * (found.classes[kept] == kind)
        assert overlaps.max() > 0.6, CLASSES[kind - 1]
        matches.add(int(overlaps.argmax()))
    assert len(matches) == len(sample.classes), "cars that touch are two"


def test_pictures_without_things_train_too():
    network = build_model("mask_rcnn", **SMALL).train()
    empty = finish(np.zeros((64, 96, 3), np.uint8), np.zeros((64, 96), np.uint8), np.zeros(0, int))
    maps = network.pyramid(network.trunk(scale(torch.stack([empty.image] * 2))))
    loss, parts = instance_losses(network, maps, [empty, empty])
    loss.backward()
    assert np.isfinite(loss.item()) and "masks" not in parts and parts["boxes"] == 0


def test_what_nobody_labelled_is_no_background(world, monkeypatch):
    """Anchors on ignored px are left out of the loss; on background they are in it."""
    sample = a_street(world)
    network = build_model("mask_rcnn", **SMALL).train()
    given = {}
    monkeypatch.setattr(
        network.rpn, "compute_loss",
        lambda objectness, moves, labels, targets: (given.update(labels=labels[0]), (moves.sum() * 0,) * 2)[1],
    )  # fmt: skip
    maps = network.pyramid(network.trunk(scale(sample.image[None])))

    def labels() -> dict[int, int]:
        proposal_losses(network, maps, [sample])
        values, counts = given["labels"].unique(return_counts=True)
        return dict(zip(values.tolist(), counts.tolist(), strict=True))

    before = labels()
    sample.numbers[sample.numbers == 0] = IGNORED
    after = labels()
    assert after[1] == before[1] > 0, "things stay things"
    assert after.get(0, 0) < 0.3 * before[0] and after[-1] > before.get(-1, 0)


def test_a_person_of_coco_may_be_either():
    logits = torch.zeros(3, 9)
    logits[0, 1], logits[1, 2], logits[2, 3] = 9, 9, 9
    either = torch.tensor([EITHER])
    values = [class_loss(logits[i : i + 1], either).item() for i in range(3)]
    assert values[0] < 0.01 and values[1] < 0.01 and values[2] > 5
    assert class_loss(logits[:1], torch.tensor([2])).item() > 5, "elsewhere a person is no rider"
    assert resolve(torch.tensor([EITHER, EITHER, 3]), logits).tolist() == [1, 2, 3]


def fill_masks(run) -> None:
    """Untrained masks may be empty everywhere, and what shows nothing is no instance: here they fill their boxes."""
    state = torch.load(run / "last.pt", weights_only=True)
    state["averaged"]["module.roi_heads.mask_predictor.mask_fcn_logits.bias"] += 5
    torch.save(state, run / "last.pt")


def test_a_run_becomes_a_checkpoint_that_is_asked_and_measured(
    world, tmp_path, monkeypatch, capsys, tiny_roads
):
    monkeypatch.setenv("TRIPTYCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setitem(instance_export.TRANSFORM["limits"], "min_score", 0.01)
    run = tmp_path / "run"
    run_command(world, run)
    fill_masks(run)
    command.main(["export", "--run", str(run), "--name", "driving-maskrcnn"])
    segmenter = load_segmenter("driving-maskrcnn", threads=1)
    card = segmenter.card
    assert card.task == "instance" and "instances --data DATA" in card.recipe and card.bytes < 12e6
    frame = StreetScene(3).frame(150, 100).image
    found = segmenter.instances(frame, 0.01)
    assert len(found) and found.masks.shape[1:] == (100, 150)
    assert set(found.label_ids.tolist()) <= {24, 25, 26, 27, 28, 31, 32, 33}
    assert (np.diff(found.scores) <= 0).all() and found.scores.min() >= 0.01
    assert segmenter.instances(frame, 1.0).masks.shape == (0, 100, 150)
    with pytest.raises(InputError, match="semantic"):
        segmenter.semantic(frame)
    with pytest.raises(InputError, match="0 to 1"):
        segmenter.instances(frame, 2)

    capsys.readouterr()
    command.main([
        "evaluate", "--data", str(world[0]), "--people", str(world[1]), "--name", card.name, "--semantic", tiny_roads.name,
        "--write", "--threads", "1",
    ])  # fmt: skip
    printed = capsys.readouterr().out
    for row in ("| AP, 3 Cityscapes frames |", "| AP50 of person, 3 COCO photos |", "| PQ stuff, blobs |"):
        assert row in printed
    measured = json.loads((card.folder / "card.json").read_text())["measured"]
    assert measured["results"]["panoptic"]["semantic"] == "tiny-roads"
    with pytest.raises(InputError, match="one kind"):
        command.main(["evaluate", "--data", str(world[0]), "--name", f"{card.name},{tiny_roads.name}"])


def perfect(world, source):
    """A finder that knows the truth of the held-out frames of a source, asked in their order."""
    frames = [
        f for f in list_instance_frames(world[0], None, world[1]) if f.source == source and f.split == "val"
    ]
    answers = iter(frames)

    def find(image, least):
        _, things = read_numbered(next(answers))
        masks = things.numbers[None] == np.arange(1, len(things.classes) + 1)[:, None, None]
        ids = np.array([24, 25, 26, 27, 28, 31, 32, 33])[things.classes - 1]
        if source == "coco":
            ids[ids == 24] = 25  # riders are people there
        return Instances(masks, ids, np.linspace(0.9, 0.8, len(ids)), CITY)

    return find, frames


def test_a_perfect_network_scores_one(world):
    street = instance_evaluate.cityscapes_figures(*perfect(world, "cityscapes"))
    assert street["n"] == 3 and street["ap"] == street["ap50"] == pytest.approx(1)
    assert set(street["per_class"]) == {"person", "car", "bicycle"}, "the rider is under 100 px"
    coco = instance_evaluate.coco_figures(*perfect(world, "coco"))
    assert coco["person"] == {"things": 3, "ap50": pytest.approx(1)}
    assert coco["car"]["ap50"] == pytest.approx(1)


def test_nobody_is_a_person_and_a_rider():
    masks = np.zeros((3, 20, 20), bool)
    masks[0, :10], masks[1, 1:10], masks[2, 12:] = True, True, True
    found = Instances(masks, np.array([24, 25, 25]), np.array([0.6, 0.9, 0.5]), CITY)
    people = instance_evaluate.as_coco(found)
    assert people.label_ids.tolist() == [24, 24] and people.scores.tolist() == [0.9, 0.5]


def test_truth_of_streets_becomes_panoptic():
    ids = np.array([[7, 7, 24, 26001, 26002, 4, 30000]])
    map_, segments = instance_evaluate.panoptic_truth(ids)
    assert map_.tolist() == [[7, 7, 24, 26001, 26002, 0, 0]]
    assert [(s.label_id, s.iscrowd) for s in segments] == [(7, False), (24, True), (26, False), (26, False)]
