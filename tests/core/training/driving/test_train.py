"""Two steps of training: it learns, stops, goes on, exports, and is measured."""

from __future__ import annotations

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from core.errors import InputError  # noqa: E402
from core.labels import get_label_set  # noqa: E402
from core.models import build_model  # noqa: E402
from core.models.efficientnet_lite import EfficientNetLite  # noqa: E402
from core.results import ClassScores  # noqa: E402
from core.training import common, loop  # noqa: E402
from core.training.driving import __main__ as command  # noqa: E402
from core.training.driving import evaluate, stem, train  # noqa: E402
from core.training.driving.export import export  # noqa: E402
from tests.core.training.driving.world import make_world  # noqa: E402
from tests.core.training.same import assert_same  # noqa: E402

SMALL = {"iterations": 2, "batch": 2, "height": 32, "width": 64, "workers": 0, "warm_up": 1}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(autouse=True)
def no_imagenet(monkeypatch):
    """Random weights in ImageNet's place (its package is for training only), small maps, a log line a step."""
    torch.manual_seed(0)
    state = EfficientNetLite().state_dict()
    monkeypatch.setattr(train, "imagenet_trunk", lambda: state)
    monkeypatch.setattr(stem, "imagenet_trunk", lambda: state)
    monkeypatch.setattr(train, "AREAS", {name: 48 * 64 for name in train.MODELS})
    monkeypatch.setattr(loop, "LOG_EVERY", 1)


@pytest.mark.parametrize(("model", "frozen"), [("driving_fast", 0), ("deeplab", 3)])
def test_a_run_stopped_and_resumed_is_the_run_that_was_not_stopped(root, tmp_path, model, frozen):
    recipe = train.Recipe(model=model, frozen_blocks=frozen, **SMALL)
    train.train(root, tmp_path, tmp_path / "run", recipe, stop_after=1)
    first = torch.load(tmp_path / "run" / "last.pt", weights_only=True)
    assert first["iteration"] == 1
    train.train(root, tmp_path, tmp_path / "run", recipe)
    second = torch.load(tmp_path / "run" / "last.pt", weights_only=True)
    assert second["iteration"] == 2
    assert any((second["model"][k] != v).any() for k, v in first["model"].items() if "head" in k)
    if frozen:
        assert all(
            (second["model"][k] == v).all() for k, v in first["model"].items() if "trunk.blocks.2." in k
        )
    train.train(root, tmp_path, tmp_path / "straight", recipe)
    assert_same(tmp_path / "run", tmp_path / "straight")
    rows = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert [row["iteration"] for row in rows] == [1, 2] and all(np.isfinite(row["loss"]) for row in rows)
    assert not train.load_run(tmp_path / "run").training


def test_the_stepper_computes_what_the_network_does():
    """Mixed precision and frozen parts in OpenVINO change the arithmetic, not the network."""
    for model, frozen in (("fcn", 5), ("driving_fast", 0)):
        torch.manual_seed(1)
        network = build_model(model)
        stepper = train.Stepper(network, train.Recipe(model=model, frozen_blocks=frozen, **SMALL))
        network.eval()
        x = torch.rand(2, 3, 32, 64) * 2 - 1
        with torch.no_grad():
            fast, exact = stepper(x), network.coarse(x)
        assert (fast - exact).abs().max() < 0.05 * exact.abs().max() + 0.02


def test_the_dense_stem_learns_the_trunks_features(root, tmp_path, monkeypatch):
    recipe = train.Recipe(**SMALL | {"iterations": 120, "rate": 0.01})
    monkeypatch.setattr(stem, "AREAS", {"driving_fast": 48 * 64})
    path = stem.teach_stem(root, tmp_path, tmp_path / "stem", recipe)
    rows = [json.loads(line) for line in (path.parent / "log.jsonl").read_text().splitlines()]
    assert rows[-1]["loss"] < rows[0]["loss"]
    network = build_model("driving_fast")
    train.start_weights(network, path)
    assert torch.equal(network.trunk.stem.conv1.weight, torch.load(path, weights_only=True)["conv1.weight"])
    wanted = train.imagenet_trunk()["blocks.3.project.weight"]
    assert torch.equal(network.trunk.blocks[0].project.weight, wanted)


def test_a_trunk_is_lent(root, tmp_path):
    """The later blocks are the other run's, the first ones ImageNet's."""
    fast = train.train(root, tmp_path, tmp_path / "fast", train.Recipe(**SMALL))
    network = build_model("fcn")
    train.start_weights(network, None, tmp_path / "fast")
    lent = fast.trunk.blocks[0].project.weight
    assert torch.equal(network.trunk.blocks[3].project.weight, lent)
    assert not torch.equal(train.imagenet_trunk()["blocks.3.project.weight"], lent)
    assert torch.equal(network.trunk.stem.weight, train.imagenet_trunk()["stem.weight"])
    with pytest.raises(InputError, match="--stem"):
        train.start_weights(build_model("driving_fast"), None, tmp_path / "fast")


def test_a_network_teaches_another(root, tmp_path):
    recipe = train.Recipe(model="fcn", **SMALL)
    train.train(root, tmp_path, tmp_path / "fcn", recipe)
    teacher = train.network_teacher(tmp_path / "fcn", recipe)
    picture = torch.rand(2, 3, 32, 64) * 2 - 1
    with torch.no_grad():
        wanted = train.load_run(tmp_path / "fcn").coarse(picture)
    # OpenVINO computes in bfloat16 where the CPU has it: 8 bits of precision, through sixty layers.
    assert (teacher(picture) - wanted).abs().max() < 0.03 * wanted.abs().max()
    command.main([
        "train", "--data", str(root), "--prepared", str(tmp_path), "--run", str(tmp_path / "taught"), "--model", "fcn",
        "--initial", str(tmp_path / "fcn"), "--teacher", str(tmp_path / "fcn"), "--threads", "1",
        *[f"--{name.replace('_', '-')}={value}" for name, value in SMALL.items()],
    ])  # fmt: skip
    kept = json.loads((tmp_path / "taught" / "recipe.json").read_text())
    assert (kept["initial"], kept["teacher"]) == ("fcn", "fcn") and kept["shares"]["camvid"] > 0
    row = json.loads((tmp_path / "taught" / "log.jsonl").read_text().splitlines()[-1])
    assert row["distilled"] > 0


def test_a_run_becomes_a_checkpoint_that_is_measured(root, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TRIPTYCH_WEIGHTS", str(tmp_path / "weights"))
    train.train(root, tmp_path, tmp_path / "run", train.Recipe(model="fcn", **SMALL))
    card = export(tmp_path / "run", "driving-fcn")
    assert card.bytes < 12e6 and card.architecture == "fcn" and "--model fcn" in card.recipe
    command.main(
        ["evaluate", "--data", str(root), "--run", str(tmp_path / "run"), "--name", card.name, "--write"]
    )
    assert "| camvid (2, 11 classes) |" in capsys.readouterr().out
    measured = json.loads((card.folder / "card.json").read_text())["measured"]
    assert set(measured["results"]) == {"camvid", "cityscapes", "bdd", "idd"}


def test_confusion_and_miou_by_hand():
    truth = np.array([[0, 0, 0, 1], [1, 1, 255, 0]], np.uint8)
    answer = np.array([[0, 0, 1, 1], [1, 2, 2, 0]], np.uint8)
    matrix = evaluate.confusion(truth, answer, 4)
    assert matrix.tolist() == [[3, 1, 0, 0], [0, 2, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    scores = evaluate.figures(matrix, ["a", "b", "c", "d"])
    assert scores["miou"] == pytest.approx((3 / 4 + 2 / 4 + 0) / 3)  # c: only in the answer; d: nowhere
    assert scores["miou_shown"] == pytest.approx((3 / 4 + 2 / 4) / 2)
    assert scores["accuracy"] == pytest.approx(5 / 7) and set(scores["iou"]) == {"a", "b"}


def test_a_perfect_network_scores_one(root):
    """Probabilities that put each pixel on a part of its coarse class."""
    from core.training.driving.data import JOINT_TABLE, joint_rows, list_frames, read_labels

    frames = [f for f in list_frames(root) if f.split == "val"]
    answers = iter(frames)

    def make(image):
        frame = next(answers)
        rows = joint_rows(read_labels(frame), frame.labels)
        last_part = 18 - JOINT_TABLE[:, ::-1].argmax(axis=1)
        certain = np.eye(19, dtype=np.float32)[last_part[np.where(rows == 255, 0, rows)]].transpose(2, 0, 1)
        return ClassScores.of(certain, get_label_set("cityscapes"), rows.shape)

    results = evaluate.evaluate(make, frames)
    assert {s: r["miou"] for s, r in results.items()} == {"camvid": 1, "cityscapes": 1, "bdd": 1, "idd": 1}


def test_what_cannot_be_is_said(root, tmp_path):
    with pytest.raises(InputError, match="frozen-blocks 0"):
        train.Stepper(build_model("driving_fast"), train.Recipe(**SMALL | {"frozen_blocks": 3}))
    with pytest.raises(InputError, match="not a run"):
        train.load_run(tmp_path / "nowhere")


def test_prepare_writes_the_split(root, tmp_path):
    command.main(["prepare", "--data", str(root), "--prepared", str(tmp_path), "--threads", "1"])
    split = json.loads((tmp_path / "split.json").read_text())
    assert split["camvid-0016E5_07959"] == ["0016E5 straight", "val"]


def test_a_log_line_is_the_mean_since_the_last(tmp_path):
    log = common.Log(tmp_path / "log.jsonl")
    log.add({"loss": 1.0})
    log.add({"loss": 2.0})
    assert log.write(2) == {"iteration": 2, "loss": 1.5}
    log.add({"loss": 4.0})
    assert log.write(3)["loss"] == 4.0 and len((tmp_path / "log.jsonl").read_text().splitlines()) == 2
