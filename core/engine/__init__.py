"""Engines run a network: uint8 in, activated float32 out.

OpenVINO on a CPU; PyTorch on CUDA or Apple's GPU; PyTorch on a CPU as the reference.
"""

from core.engine.base import ENGINES, NetworkSource, Runner, open_runner, pick_engine

__all__ = ["ENGINES", "NetworkSource", "Runner", "open_runner", "pick_engine"]
