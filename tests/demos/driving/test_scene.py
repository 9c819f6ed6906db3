"""A scene: the network is asked once, maps have the picture's size, scores are core's."""

from __future__ import annotations

import io
import json
import time
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from core.driving.street import StreetFrame, StreetScene
from core.errors import InputError
from core.labels import get_label_set
from core.media.images import Photo
from core.metrics import ConfusionMatrix, PanopticQuality
from core.results import PanopticMap
from demos.driving import networks
from demos.driving.captions import caption
from demos.driving.examples import EXAMPLES, draw_example, example_of, example_token
from demos.driving.files import FILES, make_file
from demos.driving.networks import TRUTH
from demos.driving.pictures import NO_TRUTH, probe, render, views_of
from demos.driving.scene import PREVIEW_SIDE, Scene
from demos.driving.scenes import Scenes
from demos.driving.truth import drawn_truth
from demos.portrait.messages import explain
from demos.words import words
from tests.demos.driving.conftest import named

CITY = get_label_set("cityscapes")
FAST = "driving-fast"
ROAD, SKY, CAR = 7, 23, 26


def street(height: int = 64, width: int = 128) -> StreetFrame:
    """Sky above road, as the network says, but for a car at the lower left."""
    ids = np.full((height, width), ROAD, np.int32)
    ids[: height // 2] = SKY
    ids[-height // 4 :, : width // 4] = CAR * 1000
    return StreetFrame(np.full((height, width, 3), 90, np.uint8), ids)


def scene(frame: StreetFrame | None = None) -> Scene:
    frame = frame or street()
    return Scene(Photo(frame.image, name="a street.png"), drawn_truth(frame), seed=1)


def test_no_view_opacity_file_or_score_asks_the_network_again(network):
    ours = scene()
    for view in views_of(ours, FAST):
        for opacity in (0.2, 0.9):
            assert render(ours, FAST, view, opacity).shape == (64, 128, 3)
    for kind in FILES:
        assert make_file(ours, FAST, kind, 0.5)[1]
    ours.score(FAST)
    probe(ours, FAST)
    assert network.asked == 1
    again = ours.with_truth(None)
    again.answer(FAST)
    assert network.asked == 1, "another truth does not change what was said"
    assert "errors" in views_of(ours, FAST) and "errors" not in views_of(again, FAST)


def test_opacity_is_what_it_says(network):
    ours = scene()
    assert (render(ours, FAST, "overlay", 0.0) == ours.preview).all()
    full = render(ours, FAST, "overlay", 1.0)
    assert tuple(full[0, 0]) == CITY.by_id(SKY).color and tuple(full[-1, -1]) == CITY.by_id(ROAD).color


def test_the_error_picture_is_red_where_the_network_is_wrong(network):
    painted = render(scene(), FAST, "errors", 1.0)
    wrong = street().instance_ids >= 1000
    assert len({tuple(c) for c in painted[wrong]}) == 1 and len({tuple(c) for c in painted[~wrong]}) == 1
    assert tuple(painted[wrong][0]) != tuple(painted[~wrong][0])


def test_scores_are_cores(network):
    ours = scene()
    score = ours.score(FAST)
    assert score is not None and score.segments is not None
    matrix, quality = ConfusionMatrix(CITY), PanopticQuality(CITY.evaluated)
    prediction = np.where(np.arange(64)[:, None] < 32, SKY, ROAD) * np.ones((1, 128))
    matrix.add(prediction.astype(np.uint8), street().label_ids())
    parsed, truth = ours.answer(FAST).parsed.panoptic, street().panoptic()
    quality.add(parsed.ids, parsed.segments, truth.ids, truth.segments)
    assert score.pixels.miou == matrix.score().miou == pytest.approx((1 + 0.875 + 0) / 3)
    assert score.segments.all.pq == quality.score().all.pq == pytest.approx((1 + 0.875 + 0) / 3)
    assert ours.score(TRUTH) is None and ours.with_truth(None).score(FAST) is None


def test_a_large_picture_is_shown_small_and_saved_whole(network):
    ours = scene(street(1000, 2000))
    assert max(ours.size) == PREVIEW_SIDE and render(ours, FAST, "overlay", 0.5).shape == (640, 1280, 3)
    name, data = make_file(ours, FAST, "labelids", 0.5)
    ids = np.asarray(Image.open(io.BytesIO(data)))
    assert name == "a street_labelIds.png" and ids.shape == (1000, 2000)
    assert (ids[:490] == SKY).all() and (ids[510:] == ROAD).all()
    assert ours.score(FAST) is not None and network.asked == 1
    name, data = make_file(ours, TRUTH, "trainids", 0.5)
    assert (np.asarray(Image.open(io.BytesIO(data))) == street(1000, 2000).train_ids()).all()


def test_files_are_what_other_programs_read(network, tmp_path):
    ours = scene()
    read = {}
    for kind in ("overlay", "trainids", "color"):
        name, data = make_file(ours, FAST, kind, 0.5)
        read[name] = np.asarray(Image.open(io.BytesIO(data)))
    assert set(read) == {"a street_overlay.png", "a street_labelTrainIds.png", "a street_color.png"}
    assert read["a street_labelTrainIds.png"][0, 0] == CITY.by_id(SKY).train_id
    assert tuple(read["a street_color.png"][0, 0]) == CITY.by_id(SKY).color
    assert (read["a street_overlay.png"] == render(ours, FAST, "overlay", 0.5)).all()
    name, data = make_file(ours, FAST, "panoptic", 0.5)
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        assert sorted(bundle.namelist()) == ["panoptic.json", "panoptic/a street.png"]
        bundle.extractall(tmp_path)
    body = json.loads((tmp_path / "panoptic.json").read_text())
    loaded = PanopticMap.load(tmp_path / "panoptic/a street.png", body["annotations"][0], CITY)
    assert (loaded.ids == ours.answer(FAST).parsed.panoptic.ids).all()
    with pytest.raises(InputError, match="one of overlay"):
        make_file(ours, FAST, "gif", 0.5)


def test_a_probe_says_what_is_at_a_pixel(network):
    pixels = np.asarray(Image.open(io.BytesIO(probe(scene(), FAST))))
    assert pixels.shape == (64, 128, 3)
    assert (pixels[:32, :, 0] == SKY).all() and (pixels[32:, :, 0] == ROAD).all()
    assert (pixels[..., 1] == round(0.8 * 255)).all()
    assert (pixels[..., 2] == street().label_ids()).all()
    alone = np.asarray(Image.open(io.BytesIO(probe(scene().with_truth(None), FAST))))
    assert (alone[..., 2] == NO_TRUTH).all()
    told = np.asarray(Image.open(io.BytesIO(probe(scene(), TRUTH))))
    assert (told[..., 0] == street().label_ids()).all() and (told[..., 1] == 255).all()


def test_a_truth_of_another_size_is_told():
    with pytest.raises(InputError) as caught:
        Scene(Photo(street().image), drawn_truth(street(32, 64)))
    assert "the truth has 64×32 px, the picture 128×64" in explain(caught.value, words("en"))
    assert "정답은 64 × 32, 사진은 128 × 64" in explain(caught.value, words("ko"))


def test_things_are_told_apart_by_their_own_network_where_there_is_one(network, monkeypatch):
    frame, asked = street(), []

    class Things:
        def instances(self, picture):
            asked.append(picture.shape[:2])
            return frame.instances()

    monkeypatch.setattr(
        networks, "list_cards", lambda: [named(FAST), replace(named("driving-maskrcnn"), task="instance")]
    )
    monkeypatch.setattr(
        "demos.driving.scene.load_segmenter", lambda name: {"driving-maskrcnn": Things()}[name]
    )
    ours = scene(frame)
    render(ours, FAST, "overlay", 0.5)
    assert asked == [], "only the views that show things ask for them"
    for view in ("instances", "panoptic", "instances"):
        render(ours, FAST, view, 0.5)
    assert asked == [(64, 128)]
    assert CAR * 1000 in {s.id for s in ours.answer(FAST).parsed.panoptic.segments}
    assert "Mask R-CNN told them apart" in caption(ours, FAST, "instances", words("en"))
    assert "Mask R-CNN 모델이 구별" in caption(ours, FAST, "panoptic", words("ko"))
    score = ours.score(FAST)
    assert score is not None and score.segments is not None and score.segments.things.pq == 1


def test_without_a_network_the_truth_is_still_there(no_network):
    ours = scene()
    assert "confidence" not in views_of(ours, TRUTH) and "instances" in views_of(ours, TRUTH)
    for view in views_of(ours, TRUTH):
        assert render(ours, TRUTH, view, 0.5).shape == (64, 128, 3)
    with pytest.raises(InputError, match="truth of this picture is not known"):
        ours.with_truth(None).answer(TRUTH)


def test_examples_have_names_that_everyone_may_know():
    assert [example_of(example_token(seed)) for seed in EXAMPLES] == list(EXAMPLES)
    assert example_of("drawn-424242") is None and example_of("drawn-7/..") is None and example_of("") is None
    frame = StreetScene(EXAMPLES[0]).frame(1024, 512)
    drawn = draw_example(EXAMPLES[0])
    assert (drawn.photo.pixels == frame.image).all() and drawn.truth is not None
    assert (drawn.truth.semantic.ids == frame.label_ids()).all()


def test_scenes_are_bounded_in_number_memory_and_time():
    scenes = Scenes(capacity=2, idle_s=1000)
    a, b = scenes.keep(scene()), scenes.keep(scene())
    assert scenes.get(a.token) is a
    c = scenes.keep(scene())
    assert scenes.get(b.token) is None, "the one that was used longest ago goes"
    assert scenes.get(a.token) is a and scenes.get(c.token) is c and len(scenes) == 2
    a.touched = time.monotonic() - 2000
    scenes.keep(scene())
    assert scenes.get(a.token) is None and scenes.get(None) is None
    little = Scenes(max_bytes=scene().held_bytes)
    first, second = little.keep(scene()), little.keep(scene())
    assert little.get(first.token) is None and little.get(second.token) is second


def test_what_a_scene_holds_is_the_sum_of_its_arrays(network):
    height, width, classes = 1000, 2000, len(CITY.evaluated)
    small, pixels = 640 * 1280, height * width
    ours = scene(street(height, width))
    photo = 3 * pixels + 3 * small
    truth = (1 + 4) * pixels  # ids of classes and of segments
    assert ours.held_bytes == photo + truth
    assert ours.with_truth(None).held_bytes == photo
    ours.score(FAST)
    answer = 4 * classes * 32 * 64 + small  # probabilities, and the map shown
    score = 8 * classes * (classes + 1)  # the confusion matrix
    assert ours.held_bytes == photo + truth + answer + score, "maps of full size were for the score alone"
    for view in ("confidence", "panoptic"):
        render(ours, FAST, view, 0.5)
    assert ours.held_bytes == photo + truth + answer + score + (4 + 4) * small
    assert not len(ours.answer(FAST).parsed.instances), "their masks would count as well"
    ours.answer(TRUTH)
    assert ours.held_bytes == photo + truth + answer + score + (4 + 4) * small + (1 + 4) * small + 4 * classes


def test_what_is_in_two_places_counts_once(network):
    pixels = 64 * 128
    ours = scene()
    assert ours.held_bytes == (3 + 1 + 4) * pixels, "a picture that is shown at its own size"
    ours.answer(TRUTH)
    assert ours.held_bytes == (3 + 1 + 4) * pixels + 4 * len(CITY.evaluated), "the truth is its own answer"
    clear = Scene(Photo(ours.photo.pixels, np.zeros((64, 128), np.uint8)))
    assert clear.held_bytes == (3 + 1) * pixels


def test_an_example_that_had_to_go_is_drawn_again():
    scenes = Scenes(capacity=1)
    token = example_token(EXAMPLES[1])
    first = scenes.get(token)
    assert first is not None and scenes.get(token) is first
    scenes.keep(scene())
    again = scenes.get(token)
    assert again is not None and again is not first and (again.preview == first.preview).all()
