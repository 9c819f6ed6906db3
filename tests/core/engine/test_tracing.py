"""Two visitors who open two panels of a fresh installation have two networks traced at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from core.engine.tracing import trace

torch = pytest.importorskip("torch")


def test_networks_are_traced_one_at_a_time():
    import openvino as ov

    example = torch.rand(1, 3, 32, 32, generator=torch.manual_seed(1))

    def make(seed: int):
        torch.manual_seed(seed)
        layers = [
            torch.nn.Sequential(torch.nn.Conv2d(3, 3, 3, padding=1), torch.nn.ReLU()) for _ in range(40)
        ]
        return torch.nn.Sequential(*layers).eval()

    networks = [make(seed) for seed in range(12)]
    with ThreadPoolExecutor(4) as pool:
        graphs = list(pool.map(lambda n: trace(lambda: n, example, example.shape), networks))
    core = ov.Core()
    for network, graph in zip(networks, graphs, strict=True):
        assert len(graph.get_ops()) == len(graphs[0].get_ops())
        answer = core.compile_model(graph, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})([example.numpy()])[0]
        with torch.no_grad():
            assert np.allclose(answer, network(example).numpy(), atol=1e-4)
