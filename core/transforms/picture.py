"""What a card says of how a network sees a picture, read strictly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.errors import InputError

PRECISIONS = ("float32", "bfloat16")
# The largest input that a CPU answers within minutes; finding a size for a larger one would take long, too.
_MOST_AREA, _MOST_MULTIPLE = 1 << 24, 1024
_NEEDED = ("area", "multiple", "mean", "std")
_OPTIONAL = ("precision", "aspect_weight", "limits")

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class PictureInput:
    """How a picture becomes a network's input.

    Attributes:
        area: pixels that it is resized to.
        multiple: either side is one of it.
        mean, std: three numbers each, on the 0 … 255 scale, RGB.
        precision: as in :class:`core.engine.NetworkSource`.
        aspect_weight: see :func:`core.transforms.fit_size`.
    """

    area: int
    multiple: int
    mean: Triple
    std: Triple
    precision: str = "float32"
    aspect_weight: float = 1.0

    @classmethod
    def from_dict(cls, raw: dict[str, Any], name: str) -> PictureInput:
        """From the transform of the card called ``name``. Its ``limits`` are read by :mod:`core.instances`.

        Raises:
            InputError: a key is missing or unknown, or a value is of no use.

        >>> grey = [127.5, 127.5, 127.5]
        >>> PictureInput.from_dict({"area": 4096, "multiple": 32, "mean": grey, "std": grey}, "my").precision
        'float32'
        """
        missing, unknown = sorted(set(_NEEDED) - set(raw)), sorted(set(raw) - {*_NEEDED, *_OPTIONAL})
        if missing or unknown:
            raise InputError(
                f"{name}: the transform lacks {missing} and has {unknown} too much",
                f"{', '.join(_NEEDED)}, and perhaps {', '.join(_OPTIONAL)}",
            )

        def must(key: str, good: bool, expected: str) -> None:
            if not good:
                raise InputError(f"{name}: the transform's {key} is {raw[key]!r}", expected)

        area, multiple = raw["area"], raw["multiple"]
        must(
            "area", whole(area) and 1 <= area <= _MOST_AREA, f"a whole number of pixels, 1 to {_MOST_AREA:,}"
        )
        must(
            "multiple",
            whole(multiple) and 0 < multiple <= _MOST_MULTIPLE and multiple % 32 == 0,
            f"a multiple of 32, 32 to {_MOST_MULTIPLE}",
        )
        for key, least, most in (("mean", 0, 255), ("std", 0.001, 1000)):
            values = raw[key]
            good = isinstance(values, list | tuple) and len(values) == 3
            must(
                key,
                good and all(number(v) and least <= v <= most for v in values),
                f"three numbers, {least} to {most}, on the scale of 0 to 255",
            )
        precision, weight = raw.get("precision", "float32"), raw.get("aspect_weight", 1.0)
        must("precision", precision in PRECISIONS, f"one of {', '.join(PRECISIONS)}")
        must("aspect_weight", number(weight) and 0 < weight <= 1000, "a number above 0, at most 1000")
        (r, g, b), (sr, sg, sb) = raw["mean"], raw["std"]
        return cls(area, multiple, (r, g, b), (sr, sg, sb), precision, weight)


def whole(value: object) -> bool:
    """Whether JSON gave a whole number; true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool)


def number(value: object) -> bool:
    """Whether JSON gave a finite number."""
    # Compared, not converted: whole numbers may be too large for a float.
    return isinstance(value, int | float) and not isinstance(value, bool) and -1e300 < value < 1e300
