"""What the U-Net for slices promises beyond the sweep."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from core.models import build_model  # noqa: E402


@pytest.mark.parametrize(("channels", "classes", "widths"), [(1, 3, (8, 16)), (5, 2, (8, 8, 8, 8))])
def test_channels_classes_and_levels(channels, classes, widths):
    network = build_model("slice_unet", channels=channels, classes=classes, widths=widths).eval()
    assert network.multiple == 2 ** (len(widths) - 1)
    side = network.multiple
    with torch.inference_mode():
        assert network(torch.zeros(2, channels, side, 3 * side)).shape == (2, classes, side, 3 * side)


def test_every_weight_takes_part_and_half_precision_is_under_12_megabytes():
    network = build_model("slice_unet").train()
    network(torch.rand(2, 3, 32, 32)).mean().backward()
    assert not [name for name, p in network.named_parameters() if p.grad is None]
    assert sum(v.numel() * (2 if v.ndim == 4 else 4) for v in network.state_dict().values()) < 12e6


def test_what_is_far_away_is_seen_only_from_the_deepest_level():
    """A bright corner reaches over half of 96 pixels through five levels, not through two."""
    torch.manual_seed(0)
    x = torch.rand(1, 3, 96, 96)  # not zeros: a network without biases would leave them dead
    dot = x.clone()
    dot[..., :4, :4] += 50
    for widths, far in (((8, 8), False), ((8, 8, 8, 8, 8), True)):
        network = build_model("slice_unet", widths=widths).eval()
        with torch.inference_mode():
            change = (network(dot) - network(x)).abs().sum(dim=1)[0]
        assert change[0, 0] > 0 and bool(change[48:, 48:].max() > 0) is far


def test_one_level_is_no_u():
    with pytest.raises(ValueError, match="2 levels"):
        build_model("slice_unet", widths=(8,))
