"""Nothing phones home. Called by the entry points before anything that could is imported."""

from __future__ import annotations

import os
import sys
import types

_SETTINGS = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "DO_NOT_TRACK": "1",
}


def go_offline() -> None:
    """Turn off Gradio's analytics, hub look-ups and OpenVINO's telemetry in this process and its children.

    The user's own settings in the environment win nothing here: this program promises not to call anybody.
    """
    os.environ.update(_SETTINGS)
    silence_telemetry()


def silence_telemetry() -> None:
    """Put a module that does nothing in the place of OpenVINO's telemetry package."""
    # OpenVINO's converter reports through this package unless told not to in a file of the user's home; a
    # module that does nothing stands in its place, so no file needs writing.
    if "openvino_telemetry" not in sys.modules:
        silent = types.ModuleType("openvino_telemetry")
        silent.Telemetry = _SilentTelemetry  # type: ignore[attr-defined]
        sys.modules["openvino_telemetry"] = silent


class _SilentTelemetry:
    """Takes every call and does nothing."""

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def __getattr__(self, name: str):
        return lambda *_, **__: None
