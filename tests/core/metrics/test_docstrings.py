"""What the docstrings promise: every metric has one, with an example whose number is true."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil

import pytest

import core.labels
import core.metrics

MODULES = [
    name
    for package in (core.metrics, core.labels)
    for name in (
        package.__name__,
        *(f"{package.__name__}.{m.name}" for m in pkgutil.iter_modules(package.__path__)),
    )
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name):
    assert not doctest.testmod(importlib.import_module(name)).failed


@pytest.mark.parametrize("name", core.metrics.__all__)
def test_every_public_name_is_told(name):
    assert inspect.getdoc(getattr(core.metrics, name))


@pytest.mark.parametrize(
    "metric",
    [
        core.metrics.ConfusionMatrix, core.metrics.InstanceIoU, core.metrics.PanopticQuality,
        core.metrics.CityscapesAP, core.metrics.coco_ap, core.metrics.score_matte, core.metrics.boundary_mask,
        core.metrics.gradient_error, core.metrics.intersection_over_union, core.metrics.score_volume,
        core.metrics.surface_distances,
    ],
)  # fmt: skip
def test_every_metric_has_an_example(metric):
    tests = doctest.DocTestFinder(recurse=False).find(metric)
    assert any(test.examples for test in tests)
