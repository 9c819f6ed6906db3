"""Street scenes that the project draws itself: free pictures, with exact semantic, instance and panoptic truth."""

from core.driving.street.layout import STYLES
from core.driving.street.light import HOURS
from core.driving.street.scene import StreetScene
from core.driving.street.truth import StreetFrame

__all__ = ["HOURS", "STYLES", "StreetFrame", "StreetScene"]
