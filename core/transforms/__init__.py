"""From a picture to a network's input and back: a transform and its inverse are one object.

>>> import numpy as np
>>> t = Compose((Resize(32, 48), Pad(32)))
>>> image, undo = t(np.zeros((10, 20, 3), np.uint8))
>>> image.shape, undo.labels(np.zeros((32, 64), np.uint8)).shape
((32, 64, 3), (10, 20))
"""

from core.transforms.transform import Compose, Crop, Normalise, Pad, Resize, Transform, Undo, from_dict

__all__ = ["Compose", "Crop", "Normalise", "Pad", "Resize", "Transform", "Undo", "from_dict"]
