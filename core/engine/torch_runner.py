"""PyTorch, channels-last: float32 on a CPU, the reference for every other engine; what the card allows on a GPU.

Answers in float32 differ between engines by less than 0.001, mattes in half precision by less than 0.01 in the
mean.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from core.engine.base import NetworkSource


def best_device() -> str:
    """``cuda``, ``mps`` or ``cpu``."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def number_type(precision: str, device: str) -> torch.dtype:
    """What a device computes in: half precision only on a GPU, where a card's ``precision`` allows it."""
    return torch.float16 if precision == "bfloat16" and device != "cpu" else torch.float32


class TorchRunner:
    """See :class:`core.engine.base.Runner`.

    Args:
        device: None takes the best.
        dtype: to compute in; None takes what the source's precision allows on the device.
    """

    def __init__(
        self,
        source: NetworkSource,
        size: tuple[int, int],
        threads: int | None = None,
        device: str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        self.device = device or best_device()
        self.engine = f"torch-{self.device}"
        self.size = size
        if threads and self.device == "cpu":
            torch.set_num_threads(threads)
        dtype = dtype or number_type(source.precision, self.device)
        self._network = source.build().to(self.device, dtype).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._mean = torch.tensor(source.mean, device=self.device).view(1, 3, 1, 1)
        self._std = torch.tensor(source.std, device=self.device).view(1, 3, 1, 1)
        self._dtype, self._activation = dtype, source.activation
        self._lock = threading.Lock()

    @torch.inference_mode()
    def __call__(self, image: np.ndarray) -> np.ndarray:
        with self._lock:
            x = torch.from_numpy(np.ascontiguousarray(image)).to(self.device).permute(2, 0, 1)[None].float()
            x = ((x - self._mean) / self._std).to(self._dtype)
            y = self._network(x.contiguous(memory_format=torch.channels_last)).float()
            if self._activation == "sigmoid":
                y = y.sigmoid()
            elif self._activation == "softmax":
                y = y.softmax(dim=1)
            return y[0].cpu().numpy()
