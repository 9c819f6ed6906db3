"""Networks whose answers are several, or whose input has a shape of its own: instances' parts, slices of scans."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from core.engine.base import or_on_cpu

if TYPE_CHECKING:
    import openvino as ov
    from torch import nn

# What a free side of the input is while the network is traced or tried out.
_SAMPLE = 32


@dataclass(frozen=True)
class GraphSource:
    """A part of a network that an engine can open without building it when its compiled graph is cached.

    Attributes:
        key: names weights, part and shape; two equal keys are the same graph.
        build: makes the PyTorch module, in evaluation mode (imports PyTorch). It takes one tensor and answers with a tuple.
        shape: of the input; −1 where it may change from call to call.
        dtype: of the input, ``uint8`` or ``float32``.
        precision: as in :class:`core.engine.base.NetworkSource`.
    """

    key: str
    build: Callable[[], nn.Module]
    shape: tuple[int, ...]
    dtype: str = "float32"
    precision: str = "float32"


class Graph(Protocol):
    """An opened part. Not thread-safe: whoever asks holds a lock until he is done with the answer."""

    def __call__(self, values: np.ndarray) -> Sequence[np.ndarray]:
        """Answers as float32; they are overwritten by the next call."""


def open_graph(source: GraphSource, *, engine: str = "auto", threads: int | None = None) -> Graph:
    """Open a part of a network; arguments as in :func:`core.engine.base.open_runner`."""

    def open_one(name: str) -> Graph:
        if name == "openvino":
            return _OpenVINOGraph(source, threads)
        return _TorchGraph(source, threads, "cpu" if name == "torch-cpu" else None)

    return or_on_cpu(engine, open_one, lambda graph: graph(np.zeros(_sample(source.shape), source.dtype)))


def _sample(shape: tuple[int, ...]) -> list[int]:
    return [_SAMPLE if n < 0 else n for n in shape]


class _OpenVINOGraph:
    def __init__(self, source: GraphSource, threads: int | None) -> None:
        import openvino as ov

        from core.engine.cache import cached_graph
        from core.engine.openvino_runner import compile_settings

        core = ov.Core()
        graph = cached_graph(core, source.key, lambda: _convert(source))
        settings = compile_settings(core, source.precision, threads)
        self._request = core.compile_model(graph, "CPU", settings).create_infer_request()

    def __call__(self, values: np.ndarray) -> Sequence[np.ndarray]:
        return list(self._request.infer([values], share_inputs=True, share_outputs=True).values())


def _convert(source: GraphSource) -> ov.Model:
    import torch

    from core.engine.tracing import trace

    example = torch.zeros(_sample(source.shape), dtype=getattr(torch, source.dtype))
    return trace(source.build, example, source.shape)


class _TorchGraph:
    def __init__(self, source: GraphSource, threads: int | None, device: str | None) -> None:
        import torch

        from core.engine.torch_runner import best_device, number_type

        self._torch = torch
        self._device = device or best_device()
        if threads and self._device == "cpu":
            torch.set_num_threads(threads)
        self._dtype = number_type(source.precision, self._device)
        self._network = source.build().to(self._device, self._dtype)  # type: ignore[call-overload]

    def __call__(self, values: np.ndarray) -> Sequence[np.ndarray]:
        torch = self._torch
        with torch.inference_mode():
            x = torch.from_numpy(np.ascontiguousarray(values)).to(self._device)
            answers = self._network(x if x.dtype == torch.uint8 else x.to(self._dtype))
            return [a.float().cpu().contiguous().numpy() for a in answers]
