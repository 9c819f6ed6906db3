"""Tasks of networks: one for every checkpoint of task ``volume``."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from core.engine.graph import Graph, GraphSource, open_graph
from core.medical.hounsfield import hu_doubt
from core.medical.plans import Part, read_parts
from core.medical.region import amount_doubt, mri_doubt, size_doubt
from core.medical.slices import Predictor
from core.medical.slicewise import segment_slicewise
from core.medical.tasks import Segmented, Task, register_tasks
from core.medical.volume import Volume
from core.weights import Card, build_network, list_cards, load_state, verify


class SliceNetwork:
    """A checkpoint that answers with probabilities of slices. Opened when first asked; thread-safe.

    Args:
        card: of task ``volume``.
        engine, threads: see :func:`core.engine.open_runner`.
    """

    def __init__(self, card: Card, *, engine: str = "auto", threads: int | None = None) -> None:
        self.card, self.engine, self.threads = card, engine, threads
        self._graph: Graph | None = None
        self._lock = threading.Lock()

    def __call__(self, stack: np.ndarray, plane: str) -> np.ndarray:
        """See :data:`core.medical.slices.Predictor`."""
        with self._lock:
            if self._graph is None:
                verify(self.card)  # a damaged file is found even where the compiled graph is cached
                channels = self.card.arguments["channels"]
                source = GraphSource(
                    # One graph for slices of any size and number.
                    f"{self.card.key}-slices", self._build, (-1, channels, -1, -1), "float32",
                    self.card.transform["precision"],
                )  # fmt: skip
                self._graph = open_graph(source, engine=self.engine, threads=self.threads)
            return self._graph(stack)[0].copy()

    def _build(self):  # -> nn.Module
        from core.models.slice_unet import Probabilities

        model = load_state(self.card, build_network(self.card))
        return Probabilities(model).eval()


_networks: dict[tuple[str, str], SliceNetwork] = {}
_networks_lock = threading.Lock()


def load_network(card: Card) -> SliceNetwork:
    """The network of a card; the same object for the same checkpoint."""
    key = (card.key, card.transform["precision"])
    with _networks_lock:
        if key not in _networks:
            _networks[key] = SliceNetwork(card)
        return _networks[key]


def card_task(card: Card, predict: Predictor | None = None) -> Task:
    """The task of a checkpoint, with its parts where it has several.

    Args:
        predict: asked instead of the checkpoint's network opened by ``auto``.

    Raises:
        InputError: its plan is of no use, or its label set unknown.
    """
    parts = read_parts(card)
    tasks = {name: _part_task(card, name, part, predict) for name, part in parts.items()}
    first = next(iter(tasks.values()))
    return replace(first, parts=tasks) if len(tasks) > 1 else first


def _part_task(card: Card, name: str, part: Part, predict: Predictor | None) -> Task:
    hounsfield_units = part.plan.intensity.kind == "window"

    def run(volume: Volume, progress: Callable[[float], None]) -> Segmented:
        found = segment_slicewise(volume, predict or load_network(card), part.plan, progress)
        return replace(found, warnings=(*_doubts(volume, found.ids, part), *found.warnings))

    return Task(
        name=card.name,
        title=card.title,
        unit="HU" if hounsfield_units else "",
        labels=part.labels,
        method="network",
        weights=card.name,
        sha256=card.sha256,
        run=run,
        planes=len(part.plan.options.planes),
        part=name,
    )


def _doubts(volume: Volume, ids: np.ndarray, part: Part) -> list[str]:
    """Why a mask (X, Y, Z) of a part is not to be trusted: the scan is not of what the network knows."""
    if part.plan.intensity.kind == "window":
        doubt = hu_doubt(volume.data)
        values = f"{doubt} The mask means nothing then." if doubt else None
    else:
        values = mri_doubt(volume.data)
    size, amount = size_doubt(volume, part.labels), amount_doubt(ids, volume.voxel_ml, part.labels)
    return [sentence for sentence in (values, size, amount) if sentence]


@register_tasks
def _checkpoints() -> list[Task]:
    return [card_task(card) for card in list_cards() if card.task == "volume"]
