"""The plan of the house: a room imports only from floors below it, and examples in docstrings are true."""

from __future__ import annotations

import ast
import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOORS = {
    "errors": 0, "labels": 0, "results": 0, "transforms": 0, "atomic": 0, "offline": 0, "heap": 0, "beside": 0,
    "engine": 1, "weights": 1, "models": 1, "instances": 1, "segmenter": 2, "media": 2, "metrics": 2,
    "portrait": 3, "driving": 3, "medical": 3, "cli": 4, "training": 4,
}  # fmt: skip
FLATS = ("portrait", "driving", "medical")
MODULES = sorted((ROOT / "core").rglob("*.py"))


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_room_imports_only_from_below(path):
    parts = path.relative_to(ROOT / "core").with_suffix("").parts
    if parts[0] in ("__init__", "__main__"):
        return
    room = parts[0]
    for name in imports(path):
        assert not name.startswith(("gradio", "demos")), "core knows no browser"
        other = name.split(".")[1] if name.startswith("core.") else None
        if other in FLOORS and other != room:
            assert FLOORS[other] <= FLOORS[room], f"{room} imports {other} from a floor above"
            assert not (other in FLATS and room in FLATS), f"{room} and {other} are separate flats"
            assert other != "training", "training is imported by nothing that serves"


def test_every_room_has_its_floor():
    rooms = {p.relative_to(ROOT / "core").parts[0].removesuffix(".py") for p in MODULES}
    assert rooms - {"__init__", "__main__"} <= set(FLOORS)


@pytest.mark.parametrize(
    "name",
    ["core.errors", "core.labels", "core.labels.label", "core.labels.voc", "core.transforms.picture", "core.transforms.sizes",
     "core.portrait.effect", "core.driving.street.scene", "core.cli.portrait", "core.metrics.matte", "core.cli.medical",
     "core.medical.hounsfield", "core.medical.phantom.head", "core.medical.outputs", "core.medical.slicewise",
     "core.transforms.respace", "core.engine.opened", "core.instances.boxes", "core.cli.files", "core.cli.driving_results"],
)  # fmt: skip
def test_examples_in_docstrings(name):
    outcome = doctest.testmod(importlib.import_module(name))
    assert outcome.attempted and not outcome.failed
