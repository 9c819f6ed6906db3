"""From a trunk to a faster one: expanded channels that matter little, and whole blocks, are cut away.

Only the inside of every MBConv block gets narrower, so the blocks' inputs and outputs, and with them all the
other weights of the trunk, stay as they were learnt.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from core.errors import InputError
from core.models.efficientnet_lite import EfficientNetLite, MBConv

# Share of the expanded channels kept: early blocks are the slow ones (large maps), late ones hold the knowledge.
# Whole residual blocks go too: on a CPU three tiny convolutions cost more in their number than in their width.
KEPT = {
    range(1, 3): 0.34, range(3, 16): 0.5, range(7, 8): 0.0, range(13, 14): 0.0,
}  # fmt: skip


def kept_widths(trunk: EfficientNetLite, kept: dict[range, float] | None = None) -> list[int]:
    """Expanded widths after pruning, multiples of 8, 0 for a block left out; block 0 has no expansion and stays."""
    widths = [block.spec.expanded for block in trunk.blocks]
    for blocks, share in (KEPT if kept is None else kept).items():
        for index in blocks:
            full = trunk.blocks[index].spec.expanded
            widths[index] = max(8, round(full * share / 8) * 8) if share else 0
    return widths


def importance(block: MBConv) -> Tensor:
    """(expanded,): how much each channel's normalised activation moves the block's output.

    |γ| + relu(β) bounds what ReLU6 passes on; the projection's column norm is what becomes of it.
    """
    norm = block.depthwise_bn
    passed = norm.weight.abs() + norm.bias.clamp(min=0)
    scale = (block.project_bn.weight / (block.project_bn.running_var + block.project_bn.eps).sqrt()).view(
        -1, 1
    )
    return passed * (block.project.weight.flatten(1) * scale).norm(dim=0)


@torch.no_grad()
def prune_trunk(trunk: EfficientNetLite, widths: Sequence[int]) -> EfficientNetLite:
    """A narrower trunk with the most important expanded channels of ``trunk``.

    Raises:
        InputError: a block is to be wider than it is.
    """
    narrow = EfficientNetLite(widths)
    source, state = trunk.state_dict(), {}
    gone = tuple(f"blocks.{index}." for index, width in enumerate(widths) if width == 0)
    for name, value in source.items():
        if not name.startswith(gone):
            state[name] = value
    for index, (block, width) in enumerate(zip(trunk.blocks, widths, strict=True)):
        if width == 0 or width == block.spec.expanded:
            continue
        if width > block.spec.expanded:
            raise InputError(
                f"expanded: {width} channels of block {index}",
                f"at most the {block.spec.expanded} that it has",
            )
        keep = importance(block).topk(width).indices.sort().values
        for name in source:
            prefix = f"blocks.{index}."
            if not name.startswith(prefix) or source[name].ndim == 0:
                continue
            part = name.removeprefix(prefix)
            if part.startswith(("expand.", "depthwise")):
                state[name] = source[name][keep]
            elif part == "project.weight":
                state[name] = source[name][:, keep]
    narrow.load_state_dict(state)
    return narrow
