"""From a picture or a volume to a network's input."""

from core.transforms.picture import PictureInput
from core.transforms.sizes import fit_size, letterbox_size, shrink

__all__ = ["PictureInput", "fit_size", "letterbox_size", "shrink"]
