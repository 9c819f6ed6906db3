"""``core driving --ground-truth``: what is scored, and that nothing happens to the truth."""

from __future__ import annotations

import numpy as np
import pytest

from core.metrics.evaluate import evaluate_semantic
from tests.core.cli.roads import CITY, card, painted, road
from tests.core.cli.test_driving import run

pytestmark = pytest.mark.usefixtures("road_network")


def test_only_results_of_these_sources_and_options_are_scored(tmp_path, capsys):
    """What else lies there may be another network's, of other frames, or have other ids."""
    truth = painted()
    wrong = type(truth)(np.full_like(truth.ids, CITY.by_name("train").id), CITY)
    for name in ("a", "b", "c"):
        truth.save(tmp_path / "truth" / f"{name}.png")
    road(tmp_path / "in" / "a.png", truth)
    road(tmp_path / "in" / "c.png", wrong)
    card(tmp_path / ".weights", "roads-two", "semantic")
    words = (tmp_path / "in", tmp_path / "out", "--output", "ids")
    assert run(*words) == 0
    wrong.save(tmp_path / "out" / "b.png")
    (tmp_path / "in" / "c.png").write_bytes(b"no picture any more")
    assert run(*words, "--ground-truth", tmp_path / "truth") == 1
    told = capsys.readouterr()
    assert "0 done, 1 skipped (already there), 1 failed" in told.out and "mIoU 100.00" in told.out
    assert "1 file" in told.out and "2 have no prediction" in told.err
    assert run(*words, "--ground-truth", tmp_path / "truth", "--weights", "roads-two") == 1
    assert "1 done, 0 skipped" in capsys.readouterr().out, "another network's results are made, and scored"


def test_results_never_replace_their_truth(tmp_path, capsys):
    truth = painted()
    truth.save(tmp_path / "lab" / "a.png")
    before = (tmp_path / "lab" / "a.png").read_bytes()
    source = road(tmp_path / "in" / "a.png", type(truth)(np.full_like(truth.ids, 7), CITY))
    refused = ((source, "lab/a.png"), (source, "lab"), (source.parent, "lab"), (source.parent, "lab/new"))
    for given, out in refused:
        at = tmp_path / "lab" / "a.png" if given is source else tmp_path / "lab"
        words = (given, tmp_path / out, "--output", "ids", "--ground-truth", at)
        assert run(*words) == 2 and "two places" in capsys.readouterr().err
        assert run(*words, "--overwrite") == 2
    # A file that is there and of nobody's run stays, and is not scored.
    truth.save(tmp_path / "other" / "a.png")
    assert run(source.parent, tmp_path / "other", "--output", "ids", "--ground-truth", tmp_path / "lab") == 2
    assert "not of an earlier run" in capsys.readouterr().err
    assert (tmp_path / "lab" / "a.png").read_bytes() == (tmp_path / "other" / "a.png").read_bytes() == before
    capsys.readouterr()
    assert run(source.parent, tmp_path / "pan", "--output", "panoptic") == 0
    assert (
        run(source.parent, tmp_path / "pan", "--output", "panoptic", "--ground-truth", tmp_path / "pan.json")
        == 2
    )


def test_one_frame_with_its_truth(tmp_path, capsys):
    truth = painted()
    wrong = truth.ids.copy()
    wrong[:, :48] = CITY.by_name("train").id
    truth.save(tmp_path / "truth.png")
    source = road(tmp_path / "in.png", type(truth)(wrong, CITY))
    assert run(source, tmp_path / "o.png", "--output", "ids", "--ground-truth", tmp_path / "truth.png") == 0
    right = evaluate_semantic(tmp_path / "o.png", tmp_path / "truth.png", CITY).score
    assert f"pixel accuracy {100 * right.pixel_accuracy:.2f}" in capsys.readouterr().out
    assert 0.3 < right.pixel_accuracy < 0.7
