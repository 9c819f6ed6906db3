"""Videos with a wider range of light, as phones record them (HLG, PQ; ITU-R BT.2100), brought to what every screen shows."""

from __future__ import annotations

import os
import tempfile
from fractions import Fraction

import av
import numpy as np

PQ, HLG = 16, 18
"""Transfer characteristics by their numbers in ITU-T H.273: SMPTE ST 2084, and ARIB STD-B67."""
_WHITE_NITS = 203  # what BT.2408 gives a white page
_PEAK_NITS = 1000  # of the display that HLG is shown on in BT.2100
_KNEE = 0.6  # of white: light below stays what it is, light above is pressed together
_GAMMA = 2.4  # of a screen for BT.709 (BT.1886)
# Linear light, BT.2020's primaries to BT.709's (BT.2087).
_TO_709 = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]])
_LUMINANCE = np.array([0.2627, 0.6780, 0.0593])  # of BT.2020
_POINTS = 49  # a side of the table; between them colours are interpolated


def to_sdr(signal: np.ndarray, transfer: int) -> np.ndarray:
    """Colours in BT.2020 as BT.709 shows them: middle tones as they are meant, lights pressed together.

    Args:
        signal: float (…, 3) RGB, 0 to 1.
        transfer: `PQ` or `HLG`.

    Returns:
        float64 (…, 3) RGB, 0 to 1.
    """
    light = _light(np.asarray(signal, np.float64), transfer) @ _TO_709.T
    light = np.maximum(light, 0)
    # One factor for all channels of a colour: each by itself would turn bright ones pale.
    brightest = np.maximum(light.max(axis=-1, keepdims=True), 1e-9)
    excess = np.maximum(brightest - _KNEE, 0)
    pressed = np.minimum(brightest, _KNEE) + (1 - _KNEE) * (1 - np.exp(-excess / (1 - _KNEE)))
    return (light * pressed / brightest) ** (1 / _GAMMA)


def _light(signal: np.ndarray, transfer: int) -> np.ndarray:
    """The display's linear light, 1 is a white page."""
    if transfer == PQ:
        m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
        root = signal ** (1 / m2)
        return 10_000 / _WHITE_NITS * (np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1)
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    # The signal tells the scene's light; the display's takes a power of its luminance.
    return _PEAK_NITS / _WHITE_NITS * scene * np.maximum(scene @ _LUMINANCE, 1e-9)[..., None] ** 0.2


class SdrTable:
    """`to_sdr` as a table that FFmpeg looks every pixel up in, several times as fast. Frames of one size, one at a time.

    Off by a level of 8 bits at most, but for saturated colours with a channel near 0, which no screen of BT.709 shows anyway.
    """

    def __init__(self, width: int, height: int, transfer: int) -> None:
        self._graph = av.filter.Graph()
        source = self._graph.add_buffer(
            width=width, height=height, format=av.VideoFormat("rgb48le"), time_base=Fraction(1)
        )
        steps = np.linspace(0, 1, _POINTS)
        blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")  # red runs fastest
        colors = to_sdr(np.stack([red, green, blue], -1), transfer).reshape(-1, 3)
        # FFmpeg takes it from a file only, when the graph is set up.
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "table.cube")
            np.savetxt(path, colors, "%.5f", header=f"LUT_3D_SIZE {_POINTS}", comments="")
            table = self._graph.add("lut3d", file=path, interp="tetrahedral")
            eight_bits = self._graph.add("format", pix_fmts="rgb24")
            sink = self._graph.add("buffersink")
            self._graph.link_nodes(source, table, eight_bits, sink).configure()

    def __call__(self, frame: av.VideoFrame) -> np.ndarray:
        """Of a frame in rgb48le: uint8 RGB (H, W, 3)."""
        self._graph.vpush(frame)
        shown = self._graph.vpull()
        assert isinstance(shown, av.VideoFrame)
        return shown.to_ndarray()
