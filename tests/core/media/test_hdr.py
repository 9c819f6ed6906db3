"""Videos of a wide range of light: known points of the standards, and colours that stay what they are."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest

from core.media.convert import process_video
from core.media.hdr import HLG, PQ, SdrTable, to_sdr
from core.media.video import VideoReader


def signal(light: np.ndarray, transfer: int) -> np.ndarray:
    """uint16 of linear BT.709 light (1 is a white page of 203 cd/m²), by the standards' own direction."""
    to_2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])
    light = light @ to_2020.T
    if transfer == PQ:
        y = (light * 203 / 10_000) ** (2610 / 16384)
        coded = ((3424 / 4096 + 2413 / 128 * y) / (1 + 2392 / 128 * y)) ** (2523 / 32)
    else:
        light = light * 203 / 1000
        luminance = light @ (0.2627, 0.6780, 0.0593)
        scene = light * np.maximum(luminance, 1e-9)[..., None] ** (1 / 1.2 - 1)
        coded = np.where(
            scene <= 1 / 12,
            np.sqrt(3 * scene),
            0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073,
        )
    return np.round(np.clip(coded, 0, 1) * 65535).astype(np.uint16)


@pytest.mark.parametrize("transfer", [HLG, PQ])
def test_colours_below_the_knee_are_what_they_were(transfer):
    rng = np.random.default_rng(3)
    light = rng.uniform(0.01, 0.55, (20, 30, 3))
    exact = 255 * to_sdr(signal(light, transfer) / 65535, transfer)
    assert np.abs(exact - 255 * light ** (1 / 2.4)).max() <= 0.5
    frame = av.VideoFrame.from_ndarray(signal(light, transfer), format="rgb48le")
    errors = np.abs(SdrTable(30, 20, transfer)(frame) - exact)
    assert errors.mean() < 1 and np.percentile(errors, 98) < 3


@pytest.mark.parametrize("transfer,white", [(HLG, 0.75), (PQ, 0.5807)])
def test_known_points(transfer, white):
    grey = np.linspace(0, 1, 256)[None, :, None].repeat(3, 2)
    shown = 255 * to_sdr(grey, transfer)[0]
    assert (np.ptp(shown, axis=1) <= 0.1).all(), "grey stays grey"
    assert (np.diff(shown[:, 1]) > -1e-6).all() and shown[0, 1] < 0.01 and 254 <= shown[-1, 1] <= 255
    page = 255 * to_sdr(np.full(3, white), transfer)
    assert np.abs(page - 255 * (0.6 + 0.4 * (1 - np.exp(-1))) ** (1 / 2.4)).max() <= 1


def test_a_phones_video_comes_out_as_every_screen_shows_it(tmp_path):
    light = np.full((64, 96, 3), (0.3, 0.1, 0.05))
    with av.open(str(tmp_path / "a.mov"), "w") as container:
        stream = container.add_stream(
            "libx265", rate=25, options={"x265-params": "log-level=none", "crf": "4"}
        )
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p10le"
        context = stream.codec_context
        context.time_base = Fraction(1, 25)
        context.color_primaries, context.color_trc, context.colorspace, context.color_range = 9, HLG, 9, 1
        for i in range(3):
            frame = av.VideoFrame.from_ndarray(signal(light, HLG), format="rgb48le")
            frame = frame.reformat(format="yuv420p10le", dst_colorspace=9, dst_color_range="MPEG")
            frame.colorspace, frame.color_range, frame.pts = 9, 1, i
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    process_video(tmp_path / "a.mov", tmp_path / "out.mp4", lambda pixels, _: pixels)
    with VideoReader(tmp_path / "out.mp4") as reader:
        (shown, *_) = [frame.pixels for frame in reader.frames()]
    assert np.abs(shown.astype(int) - 255 * np.array((0.3, 0.1, 0.05)) ** (1 / 2.4)).max() <= 5
