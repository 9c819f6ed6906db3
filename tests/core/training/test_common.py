"""What every training run shares."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from core.training.common import averaged_model  # noqa: E402


def test_the_mean_of_the_weights_forgets_its_start_soon_and_then_looks_back_as_far_as_told():
    model = nn.BatchNorm1d(1)
    averaged = averaged_model(model, decay=0.5)
    with torch.no_grad():
        seen = []
        for value in (100.0, 1.0, 1.0, 1.0, 3.0, 3.0):
            model.weight.fill_(value)
            model.num_batches_tracked.fill_(int(value))
            averaged.update_parameters(model)
            seen.append(averaged.module.weight.item())
    # (1 + n) / (10 + n) of the mean is kept: 2/11, 3/12, 4/13, 5/14, 6/15 after 1, 2, … updates.
    expected = [100.0]
    for value, keep in zip((1, 1, 1, 3, 3), (2 / 11, 3 / 12, 4 / 13, 5 / 14, 6 / 15), strict=True):
        expected.append(expected[-1] * keep + value * (1 - keep))
    assert seen == pytest.approx(expected)
    assert averaged.module.num_batches_tracked == 3

    for _ in range(20):
        averaged.update_parameters(model)
    assert averaged.module.weight.item() == pytest.approx(3.0, abs=1e-5)
    with torch.no_grad():
        model.weight.fill_(5.0)
    averaged.update_parameters(model)
    assert averaged.module.weight.item() == pytest.approx(4.0, abs=1e-4), (
        "the decay is never above what is told"
    )
