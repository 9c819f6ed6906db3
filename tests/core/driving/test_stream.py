"""The per-frame object: every view of a parsed frame, in every label set, and what stays readable beside it."""

from __future__ import annotations

import numpy as np
import pytest

from core.driving import FADING, VIEWS, DrivingStream, Look, ParsedFrame
from core.driving.street import StreetScene
from core.errors import InputError
from core.labels import get_label_set
from core.results import Instances
from tests.core.driving.scenes import CITY, KnowsTheStreet, scores_of


@pytest.fixture(scope="module")
def street():
    return StreetScene(3, busy=0.8, hour="noon").frame(320, 160)


@pytest.fixture
def stream(street):
    return DrivingStream(KnowsTheStreet(street))


@pytest.mark.parametrize("labels", ["cityscapes", "camvid", "idd"])
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_a_picture_of_the_frames_size(stream, street, view, labels):
    if view == "categories" and labels != "cityscapes":
        with pytest.raises(InputError, match="no categories"):
            Look(view, labels=labels)
        return
    stream.look = Look(view, labels=labels)
    shown = stream(street.image)
    assert shown.shape == street.image.shape and shown.dtype == np.uint8
    assert shown.std() > 5 and not np.array_equal(shown, street.image)


def test_opacity_means_something_to_the_views_that_say_so(stream, street):
    parsed = stream.parse(street.image)
    for view in VIEWS:
        faint, strong = (parsed.render(Look(view, opacity)) for opacity in (0.2, 0.9))
        assert np.array_equal(faint, strong) == (view not in FADING), view
    assert np.array_equal(parsed.render(Look("overlay", 0)), street.image)
    assert np.array_equal(parsed.render(Look("overlay", 1)), parsed.render(Look("color")))


def test_the_parsed_frame_says_what_the_drawing_knows(stream, street):
    stream(street.image)
    parsed, truth = stream.last, street.label_ids()
    known = street.train_ids() < 255
    assert (parsed.semantic.ids == truth)[known].mean() > 0.9
    assert {r.label.name: r.share for r in parsed.legend}["road"] == pytest.approx(
        (truth == CITY.by_name("road").id).mean(), abs=0.02
    )
    assert parsed.categories["flat"] > 0.2 and sum(parsed.categories.values()) == pytest.approx(1)
    assert parsed.confidence.shape == truth.shape and parsed.path.mask.any()
    assert {s.label_id for s in parsed.panoptic.segments if s.id >= 1000} <= {e.id for e in CITY.things}
    assert parsed.doubt < 0.2 and not parsed.doubtful


def test_a_frame_of_nothing_known_is_answered_and_in_doubt(stream):
    shown = stream(np.full((97, 131, 3), 90, np.uint8))
    assert shown.shape == (97, 131, 3)
    assert stream.last.doubtful and stream.last.doubt == 1
    coarse = stream.last.in_labels("idd")
    assert coarse.doubtful and coarse.doubt == 1, (
        "it is the network that doubts, in whatever labels it is told"
    )


def test_other_labels_add_probabilities_up_before_they_are_compared():
    """Car .3, truck .3, road .4: road is the likeliest of the 19, but CamVid's car, which is both, has .6."""
    street = StreetScene(3).frame(64, 32)
    p = np.zeros((19, 8, 16), np.float32)
    p[13], p[14], p[0] = 0.3, 0.3, 0.4
    parsed = ParsedFrame(street.image, scores_of(street.train_ids()).replaced(p))
    assert set(parsed.semantic.ids.ravel()) == {CITY.by_name("road").id}
    camvid = parsed.in_labels("camvid")
    assert set(camvid.semantic.ids.ravel()) == {get_label_set("camvid").by_name("car").id}
    assert camvid.in_labels("camvid") is camvid and parsed.in_labels("camvid") is camvid
    assert camvid.confidence.max() == pytest.approx(0.6)


def test_a_network_of_instances_is_asked_only_where_it_is_shown_and_once(street):
    truth, asked = street.instances(), []

    def find(frame: np.ndarray) -> Instances:
        asked.append(frame)
        return truth

    stream = DrivingStream(KnowsTheStreet(street), find_instances=find)
    for view in ("overlay", "things", "confidence"):
        stream.look = Look(view)
        stream(street.image)
    assert not asked
    parsed = stream.last
    for labels in ("cityscapes", "camvid", "idd"):
        parsed.render(Look("instances", labels=labels))
        parsed.render(Look("panoptic", labels=labels))
    assert len(asked) == 1 and asked[0] is street.image
    assert len(parsed.instances) == len(truth) and len(parsed.in_labels("idd").instances) == len(truth)
    idd = get_label_set("idd-lite")
    names = {idd.by_id(int(i)).name for i in parsed.in_labels("idd").instances.label_ids}
    assert names <= {"living things", "vehicles"} and names


def test_smoothing_holds_a_flicker_and_can_be_turned_off(street):
    class Flickers(KnowsTheStreet):
        def semantic(self, frame):
            scores = super().semantic(frame)
            if self.asked == 6:  # one frame out of step, by a little
                p = scores.probabilities.copy()
                p[[0, 1]] = 0.45 * p[[0, 1]] + 0.55 * p[[1, 0]]
                return scores.replaced(p)
            return scores

    road, pavement = (CITY.by_name(n).id for n in ("road", "sidewalk"))
    wrong = {}
    for smooth in (True, False):
        stream = DrivingStream(Flickers(street), smooth=smooth)
        for i in range(6):
            stream(street.image, i / 20)
        was_road = street.label_ids() == road
        wrong[smooth] = (stream.last.semantic.ids[was_road] == pavement).mean()
    assert wrong[False] > 0.9 > 0.1 > wrong[True]
    stream.reset()
    assert stream.last is None


@pytest.mark.parametrize(
    "settings,told",
    [
        ({"view": "overlays"}, "overlay, color"),
        ({"opacity": 1.1}, "from 0 to 1"),
        ({"opacity": float("nan")}, "from 0 to 1"),
        ({"opacity": "0.5"}, "from 0 to 1"),
        ({"opacity": True}, "from 0 to 1"),
        ({"labels": "kitti"}, "cityscapes, camvid, idd"),
    ],
)
def test_a_look_that_makes_no_sense(settings, told):
    with pytest.raises(InputError, match=told):
        Look(**settings)


def test_scores_of_another_frame(street):
    with pytest.raises(InputError, match="one size"):
        ParsedFrame(street.image[:-1], scores_of(street.train_ids()))
    with pytest.raises(InputError, match="cityscapes, camvid, idd"):
        ParsedFrame(street.image, scores_of(street.train_ids())).in_labels("voc")


def test_with_a_real_network(tiny_roads, street):
    from core.segmenter import load_segmenter

    stream = DrivingStream(load_segmenter("tiny-roads"))
    stream.prepare(160, 320)
    for picture in (street.image, np.ascontiguousarray(street.image[:, 40:97])):
        assert stream(picture, 0.0).shape == picture.shape
        assert stream.last.semantic.ids.shape == picture.shape[:2]
