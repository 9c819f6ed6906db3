"""What does not learn runs in OpenVINO: the beginning of a trunk, a teacher."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from core.engine.tracing import trace
from core.models.efficientnet_lite import EfficientNetLite


class Early(nn.Module):
    """The frozen beginning of a trunk: a tuple of its features."""

    def __init__(self, trunk: EfficientNetLite, blocks: int) -> None:
        super().__init__()
        self.trunk, self.blocks = trunk, blocks

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        return tuple(self.trunk.early(image, self.blocks))


def compiled(network: nn.Module, batch: int, size: int | tuple[int, int]):  # -> openvino.InferRequest
    """A network without gradients, as an OpenVINO request for float (batch, 3, h, w); one number is a square."""
    import openvino as ov

    shape = (batch, 3, *((size, size) if isinstance(size, int) else size))
    graph = trace(lambda: network, torch.zeros(shape), shape)
    settings = {"INFERENCE_NUM_THREADS": torch.get_num_threads(), "PERFORMANCE_HINT": "LATENCY"}
    return ov.Core().compile_model(graph, "CPU", settings).create_infer_request()


class Frozen:
    """A whole network without gradients: float (N, 3, h, w) to its first answer; a request for every shape it meets."""

    def __init__(self, network: nn.Module) -> None:
        self.network = network
        self.requests: dict[tuple[int, ...], Any] = {}

    def __call__(self, image: Tensor) -> Tensor:
        shape = tuple(image.shape)
        if shape not in self.requests:
            self.requests[shape] = compiled(self.network, shape[0], (shape[2], shape[3]))
        return torch.from_numpy(self.requests[shape].infer([image.contiguous().numpy()])[0].copy())


class PartlyFrozen:
    """A trunk's features for training on a CPU, its stem and first blocks keeping their weights.

    What is frozen runs in OpenVINO (0.04 s instead of 0.2 s for five blocks, a batch of 16 at 256²). Of the rest, 1×1
    convolutions run in bfloat16, depthwise ones in float32, each where it is the faster.

    Args:
        trunk: changed in place: what is frozen no longer requires gradients.
        blocks: how many are frozen (0: nothing, not even the stem).
        batch: pictures in every batch.
        size: (h, w) of every picture, or the side of a square.
    """

    def __init__(self, trunk: EfficientNetLite, blocks: int, batch: int, size: int | tuple[int, int]) -> None:
        self.trunk, self.blocks, self.request = trunk, blocks, None
        if blocks:
            for part in (trunk.stem, trunk.stem_bn, *trunk.blocks[:blocks]):
                part.requires_grad_(False).eval()
            self.request = compiled(Early(trunk, blocks), batch, size)
        for block in trunk.blocks:
            block.mixed_precision = True

    def __call__(self, image: Tensor) -> list[Tensor]:
        """Scaled pictures (N, 3, h, w) to the trunk's features, as :meth:`EfficientNetLite.forward` returns them."""
        if self.request is None:
            return self.trunk(image)
        answer = self.request.infer([image.contiguous().numpy()])
        early = [
            torch.from_numpy(f.copy()).contiguous(memory_format=torch.channels_last) for f in answer.values()
        ]
        return early + self.trunk.late(early[-1], self.blocks)
