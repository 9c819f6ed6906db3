"""From a scan's values to a network's: declared with the weights, never guessed from the file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.errors import InputError


@dataclass(frozen=True)
class Intensity:
    """A straight line that brings ``low`` to 0 and ``high`` to 1; values beyond are cut off.

    Attributes:
        kind: ``"window"``: low and high are values, as HU are (never scaled per volume). ``"percentile"``: they are
            percentiles of this volume's voxels above its lowest value, as MRI has no scale of its own.

    Raises:
        InputError: another kind, or low not below high.
    """

    kind: str
    low: float
    high: float

    def __post_init__(self) -> None:
        if self.kind not in ("window", "percentile"):
            raise InputError(f"intensity {self.kind!r}", "window or percentile")
        if not self.low < self.high or (self.kind == "percentile" and not 0 <= self.low < self.high <= 100):
            raise InputError(f"intensity {self.kind} from {self.low} to {self.high}", "low below high")

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """float32, 0 to 1, of the same shape. A volume of one value gives 0."""
        low, high = self.low, self.high
        if self.kind == "percentile":
            some = values[values > values.min()]
            if not some.size:
                return np.zeros(values.shape, np.float32)
            low, high = (float(v) for v in np.percentile(some, (low, high)))
        result = values.astype(np.float32)
        result -= np.float32(low)
        result /= np.float32(max(high - low, 1e-12))
        return np.clip(result, 0, 1, out=result)
