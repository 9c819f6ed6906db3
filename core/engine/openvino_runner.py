"""OpenVINO on a CPU: layout, uint8 → float, mean, std and the activation are part of the compiled graph."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np

from core.engine.cache import cached_graph

if TYPE_CHECKING:
    import openvino as ov

    from core.engine.base import NetworkSource


class OpenVINORunner:
    """See :class:`core.engine.base.Runner`."""

    engine = "openvino"

    def __init__(self, source: NetworkSource, size: tuple[int, int], threads: int | None = None) -> None:
        import openvino as ov

        core = ov.Core()
        stem = f"{source.key}-{size[0]}x{size[1]}-{source.activation}"
        graph = cached_graph(core, stem, lambda: convert(source, size))
        settings = compile_settings(core, source.precision, threads)
        self._request = core.compile_model(graph, "CPU", settings).create_infer_request()
        # Bound once: handing an array over with every call costs a small network a twentieth of its time.
        self._picture = np.empty((1, *size, 3), np.uint8)
        self._request.set_input_tensor(ov.Tensor(self._picture, shared_memory=True))
        self._answer = self._request.get_output_tensor(0)
        self._lock = threading.Lock()
        self.size = size

    def __call__(self, image: np.ndarray) -> np.ndarray:
        with self._lock:
            self._picture[0] = image
            self._request.infer(share_outputs=True)
            return self._answer.data[0].copy()


def compile_settings(core: ov.Core, precision: str, threads: int | None) -> dict[str, object]:
    """For ``compile_model``: one answer as soon as possible, in the precision that the card allows."""
    # Where a CPU lacks bfloat16 it would be imitated, slower than float32.
    half = precision == "bfloat16" and "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    settings: dict[str, object] = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "bf16" if half else "f32",
    }
    if threads:
        settings["INFERENCE_NUM_THREADS"] = threads
    return settings


def convert(source: NetworkSource, size: tuple[int, int]) -> ov.Model:
    """uint8 (1, h, w, 3) RGB → float32 (1, c, h, w), activated."""
    import openvino as ov
    import torch
    from openvino import opset13 as ops

    from core.engine.tracing import trace

    shape = (1, 3, *size)
    network = trace(source.build, torch.zeros(shape), shape)
    logits = network.output(0).get_node().input_value(0)
    if source.activation == "sigmoid":
        answer = ops.sigmoid(logits)
    elif source.activation == "softmax":
        answer = ops.softmax(logits, axis=1)
    else:
        answer = logits.get_node()
    # Scaled while still (h, w, 3), which is how convolutions read it anyway: put in order first, it would be turned
    # around twice, a thirtieth of a small network's time.
    frame = ops.parameter([1, *size, 3], np.uint8, name="frame")
    mean, std = (ops.constant(np.array(values, np.float32)) for values in (source.mean, source.std))
    scaled = ops.divide(ops.subtract(ops.convert(frame, "f32"), mean), std)
    picture = ops.transpose(scaled, ops.constant(np.array([0, 3, 1, 2])))
    for target in network.input(0).get_target_inputs():
        target.replace_source_output(picture.output(0))
    return ov.Model([ops.result(answer)], [frame], "network")
