"""PyTorch modules become OpenVINO graphs, one at a time."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from core.offline import silence_telemetry

if TYPE_CHECKING:
    import openvino as ov
    from torch import Tensor, nn

# PyTorch's tracer keeps its state for the whole process: two at once write into each other's graphs.
_lock = threading.Lock()


def trace(build: Callable[[], nn.Module], example: Tensor, shape: Sequence[int]) -> ov.Model:
    """The graph of a module, seen with ``example``; thread-safe.

    Args:
        build: makes the module, in evaluation mode.
        shape: of the graph's input; −1 where it may change from call to call.
    """
    silence_telemetry()
    import openvino as ov

    with _lock, warnings.catch_warnings():
        # Tracing announces its own deprecation, which is not our users' matter.
        warnings.simplefilter("ignore")
        return ov.convert_model(build(), example_input=example, input=[list(shape)])
