"""What the semantic networks promise beyond the sweep: strides, sizes, alignment, size on disk."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from core.models import build_model  # noqa: E402
from core.models.deeplab import dilate_last_stages  # noqa: E402
from core.models.driving_fast import DenseStem, PyramidPooling, pool  # noqa: E402
from core.models.efficientnet_lite import EfficientNetLite  # noqa: E402

adaptive_avg_pool2d = torch.nn.functional.adaptive_avg_pool2d

NAMES = ("driving_fast", "fcn", "unet", "deeplab")


@pytest.mark.parametrize("name", NAMES)
def test_coarse_logits_are_at_the_stated_stride(name):
    network = build_model(name, classes=7).eval()
    with torch.inference_mode():
        coarse = network.coarse(torch.zeros(1, 3, 64, 96))
    assert coarse.shape == (1, 7, 64 // network.stride, 96 // network.stride)


@pytest.mark.parametrize("name", NAMES)
def test_a_checkpoint_in_half_precision_is_under_12_megabytes(name):
    numbers = sum(v.numel() * (2 if v.ndim == 4 else 4) for v in build_model(name).state_dict().values())
    assert numbers < 12e6


@pytest.mark.parametrize("name", NAMES)
def test_a_mirrored_batch_of_two_trains(name):
    network = build_model(name).train()
    logits = network(torch.randn(2, 3, 64, 64))
    logits.mean().backward()
    without = [n for n, p in network.named_parameters() if p.grad is None]
    assert not without, "every weight takes part in the answer"


def test_the_dense_stem_lies_where_the_trunks_blocks_do():
    """A dot's answer is centred on the same cell, so that one can stand for the other."""
    torch.manual_seed(0)
    trunk, stem = EfficientNetLite().eval(), DenseStem().eval()

    def centre(network) -> float:
        sums = torch.zeros(64)
        with torch.no_grad():
            base = network(torch.zeros(1, 3, 64, 256))
            for _ in range(8):
                x = torch.zeros(1, 3, 64, 256)
                x[..., 30:34, 128:132] = torch.randn(1, 3, 4, 4)
                sums += (network(x) - base).abs().sum((0, 1, 2))
        return float((sums * torch.arange(64)).sum() / sums.sum())

    assert centre(lambda x: trunk.early(x, 3)[-1]) == pytest.approx(centre(stem), abs=0.25)


def test_dilation_keeps_stride_16_and_the_weights():
    torch.manual_seed(0)
    plain, dilated = EfficientNetLite().eval(), EfficientNetLite().eval()
    dilated.load_state_dict(plain.state_dict())
    dilate_last_stages(dilated)
    with torch.inference_mode():
        x = torch.randn(1, 3, 64, 96)
        a, b = plain(x), dilated(x)
    assert b[-1].shape[2:] == (4, 6) and a[-1].shape[2:] == (2, 3)
    assert all(torch.equal(i, j) for i, j in zip(a[:-1], b[:-1], strict=True))
    assert plain.state_dict().keys() == dilated.state_dict().keys()


def test_pyramid_pooling_lets_one_corner_know_of_the_other():
    torch.manual_seed(0)
    pooling = PyramidPooling(8, 16).eval()
    x = torch.zeros(1, 8, 8, 16)
    y = x.clone()
    y[..., -1, -1] = 50
    with torch.inference_mode():
        assert not torch.allclose(pooling(x)[..., 0, 0], pooling(y)[..., 0, 0], atol=1e-4)


def test_wrong_widths_are_refused():
    with pytest.raises(ValueError, match="expected 4"):
        build_model("driving_fast", widths=(8, 8))
    with pytest.raises(ValueError, match="expected 4"):
        build_model("unet", decoder=(8, 8))


def test_pooling_takes_the_same_means_as_adaptive_pooling():
    torch.manual_seed(0)
    for height, width in ((1, 1), (2, 4), (9, 18), (11, 15), (3, 31)):
        x = torch.randn(2, 3, height, width)
        for grid in ((1, 1), (1, 2), (2, 4)):
            assert torch.allclose(pool(x, grid), adaptive_avg_pool2d(x, grid), atol=1e-6)


def test_no_pooling_is_asked_for_that_apples_gpu_lacks(monkeypatch):
    def as_on_mps(x, grid):
        if any(n % cells for n, cells in zip(x.shape[2:], grid, strict=True)):
            raise RuntimeError("Adaptive pool MPS: input sizes must be divisible by output sizes.")
        return adaptive_avg_pool2d(x, grid)

    monkeypatch.setattr(torch.nn.functional, "adaptive_avg_pool2d", as_on_mps)
    network = build_model("driving_fast", expanded=[32] + [8] * 15).eval()
    with torch.inference_mode():
        assert network(torch.zeros(1, 3, 96, 160)).shape == (1, 19, 96, 160)
