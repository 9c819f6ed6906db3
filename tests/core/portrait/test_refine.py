from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.portrait.refine import LIVE_SHARE, find_edge, refine
from core.portrait.soft_edge import Sampler
from tests.core.portrait.shapes import blurred_matte, bust, shot, texture


@pytest.mark.parametrize("quality", ["photo", "live"])
def test_an_empty_matte_stays_exactly_empty_and_a_full_one_full(quality: str) -> None:
    frame = texture(200, 300, cell=4)
    assert (refine(frame, np.zeros((200, 300), np.float32), quality) == 0).all()
    assert (refine(frame, np.full((200, 300), 0.02, np.float32), quality) == 0).all()
    assert (refine(frame, np.ones((200, 300), np.float32), quality) == 1).all()


@pytest.mark.parametrize("quality", ["photo", "live"])
def test_a_network_matte_comes_closer_to_the_truth(quality: str) -> None:
    truth = bust(720, 960, soft=1)
    scene = cv2.addWeighted(texture(720, 960, 2), 0.3, np.full((720, 960, 3), 40, np.uint8), 0.7, 0)
    frame = shot(truth, (220, 170, 140), scene)
    rough = blurred_matte(truth, 192)
    refined = refine(frame, rough, quality)
    before, after = np.abs(rough - truth).mean(), np.abs(refined - truth).mean()
    assert after < 0.35 * before
    # Sure regions are solid and clean, not nearly so.
    assert (refined[rough < 0.03] == 0).all() and (refined[rough > 0.97] == 1).all()


def test_no_stairs_along_a_slanted_edge() -> None:
    """A straight slanted outline stays straight to a fraction of the network's pixels (here 12 px)."""
    y, x = np.mgrid[0:960, 0:1200].astype(np.float32)
    distance = (x - 600) + 0.37 * (y - 480)
    truth = np.clip(0.5 - distance / 2, 0, 1).astype(np.float32)
    rough = cv2.resize(cv2.resize(truth, (100, 80), interpolation=cv2.INTER_AREA), (1200, 960))
    frame = shot(truth, (200, 160, 130), np.full((960, 1200, 3), (40, 70, 90), np.uint8))
    refined = refine(frame, rough)
    crossing = refined[40:-40].sum(axis=1)
    wobble = crossing - np.polyval(
        np.polyfit(np.arange(len(crossing)), crossing, 1), np.arange(len(crossing))
    )
    assert np.abs(wobble).max() < 1.0


def test_a_hard_matte_is_feathered_outward_only() -> None:
    hard = (bust(300, 400) > 0.5).astype(np.float32)
    refined = refine(texture(300, 400), hard)
    assert (refined[hard == 1] == 1).all()
    grown = (refined > 0) & (hard == 0)
    assert grown.any()
    reach = cv2.distanceTransform((hard == 0).astype(np.uint8), cv2.DIST_L2, 5)
    assert reach[grown].max() < 4


@pytest.mark.parametrize("doubt", [0.45, 0.3])
def test_a_live_frame_of_doubt_stays_in_time(doubt: float) -> None:
    """A soft edge of the whole frame would cost seventeen times what is allowed."""
    rng = np.random.default_rng(0)
    alpha = np.where(rng.random((360, 640)) < 0.5, doubt, 1 - doubt).astype(np.float32)
    alpha += rng.uniform(-0.05, 0.05, alpha.shape).astype(np.float32)
    edge = find_edge(texture(360, 640), alpha, "live")
    assert edge.index.size <= 2 * LIVE_SHARE * alpha.size


def test_no_haze_over_a_textured_background() -> None:
    truth = bust(480, 640, soft=1)
    frame = shot(truth, (210, 160, 130), texture(480, 640, 7, cell=5))
    refined = refine(frame, blurred_matte(truth, 256))
    far = cv2.dilate(truth, np.ones((25, 25))) == 0
    assert (refined[far] == 0).all()


def test_a_picture_that_is_soft_all_over_is_sampled():
    """OpenCV's maps have sides of up to 32767: a third of 48 megapixels in the soft edge did not fit."""
    count, shape = 8_400_000, (2900, 3000)
    sampler = Sampler(np.arange(count), shape, (30, 29))
    ramp = np.repeat(np.arange(30, dtype=np.float32)[None], 29, 0)[..., None]
    (values,) = sampler(ramp)
    x = np.array([0, 50, 1500, 2999])
    expected = np.clip((x + 0.5) / 100 - 0.5, 0, 29)
    for row in (0, 2799):
        np.testing.assert_allclose(values[row * 3000 + x], expected, atol=0.05)
