"""The two objects an application holds: a photo with its stages, a stream with its memory."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from core.errors import InputError
from core.portrait import Effect, PortraitPhoto, PortraitStream, compose
from core.portrait.compose import cover
from tests.core.portrait.shapes import FixedSegmenter, blurred_matte, bust, texture


def _scene() -> tuple[np.ndarray, FixedSegmenter]:
    return texture(180, 240), FixedSegmenter(blurred_matte(bust(180, 240), 96))


def test_a_new_setting_recomputes_only_what_it_touches() -> None:
    frame, segmenter = _scene()
    photo = PortraitPhoto(frame, segmenter)
    assert segmenter.calls == 0
    photo.render(Effect(output="matte"))
    assert photo.counts == {"matte": 1, "refined": 1, "render": 1}
    for f_number in (1.4, 2.8, 8):
        photo.render(Effect(f_number=f_number))
    photo.render(Effect(output="color"))
    assert len(photo.people) == 1 and len(photo.people) == 1
    assert photo.counts == {"matte": 1, "refined": 1, "colours": 1, "people": 1, "render": 5}
    assert segmenter.calls == 1


@pytest.mark.parametrize("output", ["blur", "matte", "cutout", "color"])
def test_a_photo_renders_what_compose_gives(output: str) -> None:
    frame, segmenter = _scene()
    effect = Effect(output=output, keep=((0.5, 0.5),))
    photo = PortraitPhoto(frame, segmenter)
    assert np.array_equal(photo.render(effect), compose(frame, segmenter.alpha, effect))
    assert photo.refined.shape == frame.shape[:2]


def test_a_stream_follows_its_effect_size_and_reset() -> None:
    frame, segmenter = _scene()
    stream = PortraitStream(segmenter, Effect(output="color"))
    assert stream.last_alpha is None
    green = stream(frame, 0.0)
    assert (green[0, 0] == (0, 177, 64)).all()
    stream.effect = Effect(output="matte")
    assert stream(frame, 0.04).shape == (180, 240)
    assert np.allclose(stream.last_alpha, segmenter.alpha)
    segmenter.alpha = bust(90, 130)
    assert stream(texture(90, 130), 0.08).shape == (90, 130)
    stream.reset()
    assert stream.last_alpha is None
    with pytest.raises(InputError):
        stream(np.zeros((5, 5), np.uint8))


def test_frames_before_are_remembered_only_when_smoothing() -> None:
    frame, segmenter = _scene()
    for smooth in (True, False):
        stream = PortraitStream(segmenter, smooth=smooth)
        stream(frame, 0.0)
        trembling = segmenter.alpha.copy()
        segmenter.alpha = np.clip(trembling + 0.05 * (trembling > 0), 0, 1)
        stream(frame, 0.033)
        assert np.array_equal(stream.last_alpha, segmenter.alpha) is not smooth
        segmenter.alpha = trembling


def test_a_stream_may_be_called_from_several_threads() -> None:
    frame, segmenter = _scene()
    stream = PortraitStream(segmenter, smooth=False)
    expected = stream(frame)
    results: list[np.ndarray] = []
    threads = [threading.Thread(target=lambda: results.append(stream(frame))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4 and all(np.array_equal(r, expected) for r in results)


def test_a_streams_background_picture_is_scaled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    frame, segmenter = _scene()
    behind = texture(300, 500, 4)
    sizes = []

    def counting(picture: np.ndarray, height: int, width: int) -> np.ndarray:
        sizes.append(picture.shape)
        return cover(picture, height, width)

    monkeypatch.setattr("core.portrait.stream.cover", counting)
    stream = PortraitStream(segmenter, Effect("image", image=behind), smooth=False)
    first = stream(frame, 0.0)
    assert np.array_equal(first, stream(frame, 0.1)) and sizes == [behind.shape]
    assert np.array_equal(first, compose(frame, segmenter.alpha, stream.effect, quality="live"))
    stream.effect = Effect("image", image=behind[::-1].copy())
    assert not np.array_equal(first, stream(frame, 0.2))
