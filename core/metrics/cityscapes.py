"""Cityscapes' iIoU: every instance weighs as much as an average one of its class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.errors import InputError
from core.labels import get_label_set
from core.metrics.pairs import count_pairs
from core.metrics.semantic import ConfusionMatrix, as_bytes, mean, ratio

# Mean pixels of an instance in the training set, as fixed by cityscapesscripts.
AVERAGE_SIZE = {
    "bicycle": 4672.3249222261, "motorcycle": 6298.7200839748, "rider": 3930.4788056518, "bus": 35732.1511111111,
    "train": 67583.7075812274, "car": 12794.0202738185, "person": 3462.4756337644, "truck": 27855.1264367816,
}  # fmt: skip


@dataclass(frozen=True)
class InstanceIoUScore:
    """``iou`` by class with instances, ``category_iou`` by category all of whose labels have them; their means."""

    miou: float
    iou: dict[str, float]
    category_miou: float
    category_iou: dict[str, float]

    def as_json(self) -> dict[str, Any]:
        return dict(vars(self))


class InstanceIoU:
    """Streams and merges as :class:`ConfusionMatrix` does, and needs one for the false positives.

    iIoU = iTP / (iTP + FP + iFN) (Cordts et al., "The Cityscapes Dataset", CVPR 2016; cityscapesscripts): iTP and
    iFN sum each instance's pixels times (average size of its class / its own size); FP, of the confusion matrix,
    are not weighted. Groups and stuff (ids up to 1000) and instances of ignored labels are left out of iTP and iFN.
    For a category, any of its ids is right, and the ignored ones (caravan, trailer) too. A class without instances
    and without false positives is nan, and skipped in the mean.

    >>> prediction = np.array([[26, 26, 26, 7]], np.uint8)
    >>> truth, instances = np.array([[26, 26, 26, 26]], np.uint8), np.array([[26000, 26000, 26000, 26001]])
    >>> matrix, weighted = ConfusionMatrix(get_label_set("cityscapes")), InstanceIoU()
    >>> matrix.add(prediction, truth)
    >>> weighted.add(prediction, instances)
    >>> round(weighted.score(matrix).iou["car"], 4), matrix.score().iou["car"]  # one of two cars; 3 px of 4
    (0.5, 0.75)
    """

    def __init__(self) -> None:
        self.labels = get_label_set("cityscapes")
        self._classes = [e for e in self.labels.evaluated if e.isthing]
        self._categories: dict[str, list[int]] = {}
        for name in self.labels.categories.values():
            members = [e for e in self.labels.labels if e.category == name and e.id >= 0]
            if all(e.isthing for e in members):
                self._categories[name] = [e.id for e in members]
        # Rows: classes, then categories; columns: weighted true positives, weighted pixels.
        self.sums = np.zeros((len(self._classes) + len(self._categories), 2))

    def add(self, prediction: np.ndarray, instances: np.ndarray, name: str = "") -> None:
        """Weigh one image.

        Args:
            prediction: ids, uint8 (H, W).
            instances: of the truth, integers (H, W): id · 1000 + number, groups and stuff the bare id.
            name: of the image, for messages.

        Raises:
            InputError: the sizes differ, or an instance of a label that Cityscapes does not have.
        """
        lead = f"{name}: " if name else ""
        if prediction.shape != instances.shape:
            raise InputError(
                f"{lead}the prediction is {prediction.shape}, the instance map {instances.shape}", "one size"
            )
        if instances.dtype.kind not in "iu":
            raise InputError(f"{lead}the instance map is {instances.dtype}", "integers such as 26001")
        predicted_ids = as_bytes(prediction, f"{lead}the prediction")
        if not instances.size or instances.max() <= 1000:
            return
        number, predicted, count = count_pairs(instances, predicted_ids)
        kept = number > 1000
        number, predicted, count = number[kept], predicted[kept], count[kept]
        label_id = number // 1000
        for unknown in sorted(set(label_id.tolist()) - {e.id for e in self.labels.labels}):
            raise InputError(f"{lead}an instance of id {unknown}", "ids of cityscapes, times 1000")
        _, which = np.unique(number, return_inverse=True)
        size = np.bincount(which, weights=count)[which] if len(which) else count.astype(float)
        for row, label in enumerate(self._classes):
            own = label_id == label.id
            weighted = count[own] * (AVERAGE_SIZE[label.name] / size[own])
            self.sums[row] += weighted[predicted[own] == label.id].sum(), weighted.sum()
            for place, (category, ids) in enumerate(self._categories.items(), len(self._classes)):
                if category == label.category:
                    self.sums[place] += weighted[np.isin(predicted[own], ids)].sum(), weighted.sum()

    def merge(self, other: InstanceIoU) -> InstanceIoU:
        """Add another part's sums to this one's; returns this one."""
        self.sums += other.sums
        return self

    def score(self, confusion: ConfusionMatrix) -> InstanceIoUScore:
        """Figures, with the false positives of ``confusion`` over the same images."""
        every = {e.id: e for e in self.labels.evaluated}
        false = []
        for label in self._classes:
            false.append(confusion.counts[[i for i in every if i != label.id], label.id].sum())
        for category, ids in self._categories.items():
            rows = [i for i, e in every.items() if e.category != category]
            false.append(confusion.counts[np.ix_(rows, ids)].sum())
        scores = ratio(self.sums[:, 0], self.sums[:, 1] + np.array(false, float)).tolist()
        iou = dict(zip([e.name for e in self._classes], scores, strict=False))
        categories = dict(zip(self._categories, scores[len(self._classes) :], strict=True))
        return InstanceIoUScore(
            mean(np.array(list(iou.values()))), iou, mean(np.array(list(categories.values()))), categories
        )
