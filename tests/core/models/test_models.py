"""One sweep over the registry, and what pruning promises."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from core.errors import InputError  # noqa: E402
from core.models import build_model, list_models, register_model  # noqa: E402
from core.models.efficientnet_lite import EfficientNetLite  # noqa: E402
from core.training.portrait.prune import kept_widths, prune_trunk  # noqa: E402

# Mask R-CNN answers with lists of things: tests/core/models/test_mask_rcnn.py.
PIXELWISE = [name for name in list_models() if name != "mask_rcnn"]


@pytest.mark.parametrize("name", PIXELWISE)
@pytest.mark.parametrize("size", [(32, 32), (64, 96), (160, 224)])
def test_every_model_answers_finite_logits_of_the_inputs_size(name, size):
    torch.manual_seed(0)
    with torch.inference_mode():
        logits = build_model(name).eval()(torch.randn(1, 3, *size))
    assert logits.shape[0] == 1 and logits.shape[2:] == size
    assert torch.isfinite(logits).all()


def test_an_unknown_architecture_lists_the_choices():
    with pytest.raises(InputError, match="matte_unet"):
        build_model("mate_unet")


def test_a_name_is_registered_once():
    with pytest.raises(ValueError, match="twice"):
        register_model("matte_unet")(lambda: None)


def test_pruning_away_dead_channels_changes_nothing():
    torch.manual_seed(0)
    trunk = EfficientNetLite().eval()
    widths = kept_widths(trunk, {range(1, 16): 0.5})
    with torch.no_grad():
        for block, width in zip(trunk.blocks, widths, strict=True):
            dead = torch.randperm(block.spec.expanded)[width:]
            block.depthwise_bn.weight[dead] = 0
            block.depthwise_bn.bias[dead] = 0
        x = torch.randn(1, 3, 64, 64)
        narrow = prune_trunk(trunk, widths).eval()
        for ours, whole in zip(narrow(x), trunk(x), strict=True):
            assert torch.allclose(ours, whole, atol=1e-4)
    assert sum(p.numel() for p in narrow.parameters()) < 0.65 * sum(p.numel() for p in trunk.parameters())


def test_a_block_that_adds_nothing_can_be_left_out():
    torch.manual_seed(0)
    trunk = EfficientNetLite().eval()
    widths = kept_widths(trunk, {range(7, 8): 0.0, range(10, 11): 0.0})
    with torch.no_grad():
        for index in (7, 10):
            for parameter in trunk.blocks[index].project_bn.parameters():
                parameter.zero_()
        x = torch.randn(1, 3, 64, 64)
        for ours, whole in zip(prune_trunk(trunk, widths).eval()(x), trunk(x), strict=True):
            assert torch.equal(ours, whole)
    with pytest.raises(ValueError, match="block 5"):
        EfficientNetLite([8, 8, 8, 8, 8, 0, *[8] * 10])


def test_a_decoder_may_end_at_stride_4_and_still_answers_in_full_size():
    model = build_model("matte_unet", decoder=(16, 16, 16, 8)).eval()
    with torch.inference_mode():
        assert model(torch.randn(2, 3, 64, 96)).shape == (2, 1, 64, 96)
    with pytest.raises(ValueError, match="4 or 5"):
        build_model("matte_unet", decoder=(16, 16, 16))
