"""Networks, one family a file. Importing this package imports PyTorch."""

from core.models import deeplab as deeplab
from core.models import driving_fast as driving_fast
from core.models import fcn as fcn
from core.models import mask_rcnn as mask_rcnn
from core.models import matte_unet as matte_unet
from core.models import slice_unet as slice_unet
from core.models import unet as unet
from core.models.registry import build_model, list_models, register_model

__all__ = ["build_model", "list_models", "register_model"]
