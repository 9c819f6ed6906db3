"""What an engine is, and which one to take."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

from core.errors import InputError

if TYPE_CHECKING:
    from torch import nn

ENGINES = ("auto", "openvino", "torch", "torch-cpu")


@dataclass(frozen=True)
class NetworkSource:
    """A network that an engine can open without building it when its compiled graph is cached.

    Attributes:
        key: names the weights, the architecture, mean and std; two equal keys are the same network.
        build: makes the PyTorch module, in evaluation mode (imports PyTorch).
        mean, std: three numbers each, on the 0 … 255 scale, RGB.
        activation: what the last layer's logits get: ``sigmoid``, ``softmax`` (over channels) or ``none``.
        precision: ``bfloat16`` lets OpenVINO compute in it on CPUs that have it; else ``float32``.
    """

    key: str
    build: Callable[[], nn.Module]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    activation: str = "sigmoid"
    precision: str = "float32"


class Runner(Protocol):
    """A network opened for one input size. Thread-safe."""

    engine: str

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """uint8 RGB (h, w, 3) of the size it was opened for → float32 (c, h, w), activated.

        The answer is the caller's own: it is not overwritten by the next call.
        """


def _has(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def pick_engine(name: str = "auto") -> str:
    """Resolve ``auto``: PyTorch where it finds a GPU, else OpenVINO, else PyTorch on the CPU.

    Looking for a GPU means importing PyTorch, which takes seconds; without an NVIDIA driver or Apple
    silicon there is nothing to look for.

    Raises:
        InputError: unknown name, or an engine that is not installed.
    """
    if name not in ENGINES:
        raise InputError(f"no engine is called {name!r}", f"one of {', '.join(ENGINES)}")
    if name == "openvino" and not _has("openvino"):
        raise InputError("OpenVINO is not installed", "pip install openvino", "or take --engine torch")
    if name != "auto":
        return name
    if gpu_may_exist():
        from core.engine.torch_runner import best_device

        if best_device() != "cpu":
            return "torch"
    return "openvino" if _has("openvino") else "torch-cpu"


def gpu_may_exist() -> bool:
    """A cheap look for what PyTorch could use, without importing it."""
    import os
    import platform
    import sys

    if sys.platform == "darwin":
        return platform.machine() == "arm64"
    if sys.platform == "win32":
        return os.path.exists(
            os.path.join(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "nvcuda.dll")
        )
    return os.path.exists("/proc/driver/nvidia/version") or os.path.exists("/dev/nvidiactl")


Opened = TypeVar("Opened")


def or_on_cpu(engine: str, open_one: Callable[[str], Opened], try_out: Callable[[Opened], object]) -> Opened:
    """What ``open_one`` opens with an engine; where ``auto`` means a GPU that then fails, with the CPU's.

    Args:
        engine: of ``ENGINES``; one that was asked for by name is never replaced.
        open_one: takes a name other than ``auto``.
        try_out: asks what was opened once; only where there is something to fall back to.
    """
    found = pick_engine(engine)
    if engine != "auto" or found != "torch":
        return open_one(found)
    other = "openvino" if _has("openvino") else "torch-cpu"
    try:
        opened = open_one(found)
        try_out(opened)
        return opened
    except RuntimeError as error:  # an operation, or memory, that the device lacks
        warnings.warn(
            f"the GPU cannot run this network ({error}); {other} does", RuntimeWarning, stacklevel=2
        )
    return open_one(other)


def open_runner(
    source: NetworkSource, size: tuple[int, int], *, engine: str = "auto", threads: int | None = None
) -> Runner:
    """Open a network for pictures of ``size`` (h, w).

    Args:
        engine: ``auto`` turns to the CPU, with a warning, where the GPU that it found fails.
        threads: of the CPU; None takes all physical cores.
    """

    def open_one(name: str) -> Runner:
        if name == "openvino":
            from core.engine.openvino_runner import OpenVINORunner

            return OpenVINORunner(source, size, threads)
        from core.engine.torch_runner import TorchRunner

        return TorchRunner(source, size, threads, device="cpu" if name == "torch-cpu" else None)

    return or_on_cpu(engine, open_one, lambda runner: runner(np.zeros((*size, 3), np.uint8)))
