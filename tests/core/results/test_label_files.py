"""Files that say what a mask's numbers mean."""

from __future__ import annotations

import json
import shlex

from core.labels import get_label_set
from core.results.label_files import save_itksnap_labels, save_label_json


def test_json(tmp_path):
    save_label_json(tmp_path / "l.json", get_label_set("ct-tissues"))
    raw = json.loads((tmp_path / "l.json").read_text())
    assert raw["label_set"] == "ct-tissues"
    assert raw["labels"]["5"] == {"name": "bone", "color": "#f5f0e1"} and len(raw["labels"]) == 6


def test_itksnap(tmp_path):
    labels = get_label_set("hippocampus")
    save_itksnap_labels(tmp_path / "l.txt", labels)
    rows = [shlex.split(line) for line in (tmp_path / "l.txt").read_text().splitlines() if line[0] != "#"]
    assert rows[0] == ["0", "0", "0", "0", "0", "0", "0", "background"]
    assert rows[2] == ["2", *map(str, labels.by_id(2).color), "1", "1", "1", "posterior"]
