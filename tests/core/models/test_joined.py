"""A network for answers has one convolution where two follow each other: the answers stay."""

from __future__ import annotations

import copy

import pytest
import torch

from core.models import build_model


@pytest.mark.parametrize("decoder", [[16, 16, 16, 8], [8, 8, 8, 8, 8]])
def test_joined_convolutions_answer_as_two_did(decoder):
    torch.manual_seed(1)
    model = build_model("matte_unet", decoder=decoder)
    picture = torch.rand(2, 3, 64, 96) * 2 - 1
    model.eval()
    with torch.no_grad():
        for norm in (model.trunk.blocks[-1].project_bn, model.bridge[1]):  # as after training, and loud
            for value in (norm.weight, norm.bias, norm.running_mean, norm.running_var):
                value.uniform_(0.5, 2)
        apart = model(picture)
        joined = copy.deepcopy(model).join_linear()(picture)
    assert apart.abs().max() > 0.05
    assert torch.allclose(joined, apart, atol=1e-5)
