"""Networks, one family a file. Importing this package imports PyTorch."""

from core.models import matte_unet as matte_unet
from core.models.registry import build_model, list_models, register_model

__all__ = ["build_model", "list_models", "register_model"]
