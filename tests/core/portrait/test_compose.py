"""What a user relies on in the finished picture."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import InputError
from core.portrait import Effect, compose
from tests.core.portrait.shapes import blurred_matte, bust, shot, texture

QUALITIES = ["photo", "live"]


def _repaints(frame: np.ndarray, inside: np.ndarray) -> list[np.ndarray]:
    rng = np.random.default_rng(5)
    paints = [np.full_like(frame, 255), np.zeros_like(frame)]
    paints += [np.full_like(frame, (255, 0, 255)), rng.integers(0, 256, frame.shape, dtype=np.uint8)]
    return [np.where(inside[..., None], paint, frame) for paint in paints]


@pytest.mark.parametrize("quality", QUALITIES)
@pytest.mark.parametrize("kind", ["hard", "soft", "network"])
@pytest.mark.parametrize("f_number", [1.4, 2.8, 16.0])
def test_outside_does_not_change_when_the_person_is_repainted(
    quality: str, kind: str, f_number: float
) -> None:
    alpha = bust(270, 410)
    if kind == "hard":
        alpha = (alpha > 0.5).astype(np.float32)
    elif kind == "network":
        alpha = blurred_matte(alpha, 96)
    frame = texture(270, 410)
    effect = Effect(f_number=f_number)
    first = compose(frame, alpha, effect, quality=quality)
    outside = alpha == 0
    assert outside.any()
    for painted in _repaints(frame, alpha > 0):
        again = compose(painted, alpha, effect, quality=quality)
        change = np.abs(again.astype(int) - first.astype(int))[outside]
        assert change.max() <= 1


@pytest.mark.parametrize("gap", [4, 5])
def test_who_is_not_kept_does_not_change_when_a_close_neighbour_is_repainted(gap: int) -> None:
    alpha = np.zeros((720, 1280), np.float32)
    border = 641  # within a cell of the plate
    alpha[60:, 100:border] = 1
    alpha[60:, border + gap : 1180] = 1
    frame = texture(720, 1280)
    kept, beyond = np.zeros((2, 720, 1280), bool)
    kept[60:, 100:border] = True
    beyond[:, border + gap :] = True
    effect = Effect(f_number=1.4, keep=((0.3, 0.5),))
    first = compose(frame, alpha, effect, quality="live")
    assert not np.array_equal(first[beyond], frame[beyond])
    for painted in _repaints(frame, kept):
        again = compose(painted, alpha, effect, quality="live")
        assert np.abs(again.astype(int) - first.astype(int))[beyond].max() <= 1


@pytest.mark.parametrize("quality", QUALITIES)
@pytest.mark.parametrize("strip", [12, 20])
def test_a_narrow_strip_of_background_keeps_its_colour(quality: str, strip: int) -> None:
    """A sigmoid's traces in it are no person."""
    alpha = np.full((360, 640), 0.9999, np.float32)
    alpha[:strip] = 1e-5
    frame = np.full((360, 640, 3), 90, np.uint8)
    frame[: strip + 1] = (200, 30, 10)
    picture = compose(frame, alpha, Effect(), quality=quality)
    assert np.abs(picture[: strip // 2].astype(int) - (200, 30, 10)).max() <= 2


@pytest.mark.parametrize("quality", QUALITIES)
def test_the_persons_inside_is_untouched_and_the_background_is_not(quality: str) -> None:
    alpha, frame = bust(240, 320), texture(240, 320)
    picture = compose(frame, alpha, Effect(), quality=quality)
    assert picture.dtype == np.uint8 and picture.shape == frame.shape
    assert np.array_equal(picture[alpha == 1], frame[alpha == 1])
    assert np.abs(picture[alpha == 0].astype(int) - frame[alpha == 0]).mean() > 5


@pytest.mark.parametrize("quality", QUALITIES)
def test_no_rim_of_the_old_background_remains(quality: str) -> None:
    alpha = bust(360, 480, soft=4)
    person, old = (190, 60, 50), np.full((360, 480, 3), (20, 220, 40), np.uint8)
    frame = shot(alpha, person, old)
    picture = compose(frame, alpha, Effect(output="color", color=(255, 255, 255)), quality=quality)
    # Over white nothing may be greener than the mix of red and white at that place.
    edge = (alpha > 0) & (alpha < 1)
    green_cast = picture[edge][:, 1].astype(int) - picture[edge][:, 0]
    left_as_it_was = shot(alpha, frame, np.full_like(old, 255))[edge].astype(int)
    assert (left_as_it_was[:, 1] - left_as_it_was[:, 0]).max() > 20
    assert green_cast.max() <= 6


@pytest.mark.parametrize("quality", QUALITIES)
@pytest.mark.parametrize("output", ["blur", "color", "image"])
def test_nobody_there_and_nothing_but_a_person(quality: str, output: str) -> None:
    frame = texture(90, 121)
    effect = Effect(output=output, image=texture(50, 40, 3))
    full = compose(frame, np.ones((90, 121), np.float32), effect, quality=quality)
    assert np.array_equal(full, frame)
    nobody = compose(frame, np.zeros((90, 121), np.float32), effect, quality=quality)
    assert nobody.shape == frame.shape
    if output == "color":
        assert (nobody == (0, 177, 64)).all()


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (33, 2), (17, 23), (301, 199)])
@pytest.mark.parametrize("output", ["blur", "matte", "cutout", "color", "image"])
def test_odd_sizes(size: tuple[int, int], output: str) -> None:
    frame = texture(*size)
    alpha = np.random.default_rng(1).random(size, np.float32)
    shape = {"matte": size, "cutout": (*size, 4)}.get(output, (*size, 3))
    for quality in QUALITIES:
        picture = compose(frame, alpha, Effect(output=output, image=frame), quality=quality)
        assert picture.shape == shape and picture.dtype == np.uint8


@pytest.mark.parametrize("quality", QUALITIES)
def test_an_almost_full_frame_has_a_finite_background(quality: str) -> None:
    alpha = np.full((120, 160), 1, np.float32)
    alpha[:6] = 0
    alpha[6:40] = np.linspace(0, 1, 34, dtype=np.float32)[:, None]
    frame = np.full((120, 160, 3), (10, 200, 30), np.uint8)
    frame[:6] = (200, 30, 10)
    picture = compose(frame, alpha, Effect(f_number=1.0), quality=quality)
    assert np.abs(picture[:6].astype(int) - (200, 30, 10)).max() <= 2


def test_cutout_is_straight_alpha() -> None:
    alpha = bust(300, 300, soft=3)
    frame = shot(alpha, (200, 150, 120), np.zeros((300, 300, 3), np.uint8))
    picture = compose(frame, alpha, Effect(output="cutout"))
    matte = compose(frame, alpha, Effect(output="matte"))
    assert np.array_equal(picture[..., 3], matte)
    half = (matte > 100) & (matte < 200)
    # Premultiplied colours would be darkened by alpha.
    assert np.abs(picture[half][:, :3].astype(int) - (200, 150, 120)).max() <= 12
    picture = compose(shot(alpha, (200, 150, 120), texture(300, 300)), alpha, Effect(output="cutout"))
    assert (picture[picture[..., 3] == 0] == 0).all()


def test_another_picture_covers_without_distortion() -> None:
    wide = np.zeros((40, 200, 3), np.uint8)
    wide[:, 100:] = 255
    behind = compose(texture(80, 80), np.zeros((80, 80), np.float32), Effect(output="image", image=wide))
    assert (behind[:, :36] < 30).all() and (behind[:, 44:] > 225).all()


@pytest.mark.parametrize(
    ("frame", "alpha"),
    [
        (np.zeros((4, 4), np.uint8), np.zeros((4, 4), np.float32)),
        (np.zeros((4, 4, 3), np.float32), np.zeros((4, 4), np.float32)),
        (np.zeros((4, 4, 3), np.uint8), np.zeros((4, 5), np.float32)),
        (np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), np.uint8)),
        (np.zeros((0, 4, 3), np.uint8), np.zeros((0, 4), np.float32)),
    ],
)
def test_wrong_arrays_are_named(frame: np.ndarray, alpha: np.ndarray) -> None:
    with pytest.raises(InputError):
        compose(frame, alpha)


@pytest.mark.parametrize(
    "wrong",
    [
        {"output": "bokeh"},
        {"shape": "star"},
        {"f_number": 0},
        {"f_number": float("nan")},
        {"f_number": "2.8"},
        {"color": (0, 0, 256)},
        {"color": (0.5, 0, 0)},
        {"output": "image"},
        {"keep": ((0.5, 1.2),)},
        {"keep": ((0.5,),)},
    ],
)
def test_wrong_settings_are_named(wrong: dict) -> None:
    with pytest.raises(InputError):
        Effect(**wrong)
