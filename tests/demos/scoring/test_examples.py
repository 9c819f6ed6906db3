"""The moving examples: what they say is what core counts, by hand and by its other functions."""

from __future__ import annotations

import html
import json
import math
import re

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from core.labels import get_label_set
from core.metrics import ConfusionMatrix, PanopticQuality, score_matte
from core.metrics.explain import Outcome
from demos.scoring import overlap, scene, scene_view
from demos.scoring.examples import SECTIONS, metrics_html, page_top
from demos.scoring.means import TOY, means_html, toy_means
from demos.scoring.metric_words import METRICS
from demos.scoring.overlap import HEIGHT, OUTLINES, WIDTH, Overlap, Placed, score_overlap
from demos.scoring.scene import PRESETS, Piece, Scene, limits, score_scene
from demos.scoring.server import FILES, scoring_router
from demos.words import words

W, KO = words("en"), words("ko")


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = FastAPI()
    app.include_router(scoring_router())
    return TestClient(app)


def boxes(x: int, y: int) -> Overlap:
    """The prediction x and y px beside the truth, both 18 × 14 px."""
    truth = Placed(shape="box", x=10, y=8)
    return Overlap(truth=truth, prediction=Placed(shape="box", x=10 + x, y=8 + y))


def test_two_boxes_by_hand():
    score = score_overlap(boxes(9, 7))  # a quarter of each overlaps: 9 × 7 px
    n = score.pixels
    assert (n.tp, n.fp, n.fn, n.tn) == (63, 189, 189, 48 * 32 - 441)
    assert (n.iou, n.dice) == (63 / 441, 126 / 504)
    assert n.pixel_accuracy == (1536 - 378) / 1536
    # Outlines 1 px wide: 60 px each, which cross in two places.
    assert (score.boundary.tp, score.boundary.fp, score.boundary.fn) == (2, 58, 58)
    same = score_overlap(boxes(0, 0))
    assert (same.pixels.iou, same.boundary.iou, same.pixels.pixel_accuracy) == (1, 1, 1)
    apart = score_overlap(boxes(18, 0))
    assert (apart.pixels.iou, apart.pixels.dice) == (0, 0) and apart.pixels.pixel_accuracy > 0.6


def test_every_place_and_shape_scores_as_core_does():
    rng = np.random.default_rng(2)
    labels = get_label_set("portrait")
    for _ in range(60):
        shapes = rng.choice(overlap.SHAPES, 2)
        truth, prediction = (
            Placed(shape=str(s), x=int(rng.integers(WIDTH)), y=int(rng.integers(HEIGHT))) for s in shapes
        )
        score = score_overlap(Overlap(truth=truth, prediction=prediction))
        for placed in (truth, prediction):
            assert placed.mask().sum() == OUTLINES[placed.shape].sum(), "whole, wherever it was put"
        matrix = ConfusionMatrix(labels)
        matrix.add(prediction.mask().astype(np.uint8), truth.mask().astype(np.uint8))
        assert score.pixels.iou == matrix.score().iou["person"]
        assert score.pixels.pixel_accuracy == matrix.score().pixel_accuracy
        matte = score_matte(prediction.mask().astype(np.float32), truth.mask())
        assert (score.pixels.iou, score.boundary.iou) == (matte.iou, matte.boundary_iou)


def test_the_reply_holds_the_formula_with_its_numbers():
    reply = overlap.reply(boxes(9, 7), W)
    assert 'aria-label="IoU = 63 / (63 + 189 + 189) = 0.143"' in reply["html"]
    assert 'aria-label="Dice = 2 · 63 / (2 · 63 + 189 + 189) = 0.250"' in reply["html"]
    assert f'data-iou="{63 / 441!r}"' in reply["html"] and 'data-tp="63"' in reply["html"]
    assert len(reply["outcomes"]) == WIDTH * HEIGHT and reply["outcomes"].count("1") == 63
    assert reply["said"].startswith("IoU 0.143: true positives 63")
    handle = reply["handles"][1]
    assert (handle["name"], handle["x"], handle["right"], handle["bottom"]) == ("prediction", 19, 30, 18)
    assert overlap.reply(boxes(9, 7), KO)["handles"][1]["label"] == "예측: 화살표 키로 옮기기"


def fates(which: str) -> dict[str, Outcome]:
    """Outcome by ``p`` or ``t`` and the segment's id."""
    score = score_scene(PRESETS[which])
    return {
        f"{side}{f.segment.id}": f.outcome
        for side, fs in (("p", score.ours), ("t", score.theirs))
        for f in fs
    }


def test_presets_show_what_they_promise():
    right = score_scene(PRESETS["perfect"]).quality
    assert (right.all.pq, right.things.pq, right.stuff.pq) == (1, 1, 1)
    joined = score_scene(PRESETS["joined"])
    car = joined.quality.per_class["car"]
    assert (car.tp, car.fp, car.fn, car.pq) == (0, 1, 2, 0), "IoU is .5 exactly, which is not over .5"
    assert next(f.iou for f in joined.ours if f.segment.id == 5) == 0.5
    named = score_scene(PRESETS["class"]).quality.per_class
    assert (named["car"].fn, named["human"].fp, named["human"].tp) == (1, 1, 1)
    missed = score_scene(PRESETS["missed"]).quality.per_class["human"]
    assert (missed.tp, missed.fp, missed.fn) == (0, 0, 1), "the group is a crowd: neither found nor missed"
    invented = score_scene(PRESETS["invented"]).quality.per_class["car"]
    assert (invented.tp, invented.fp, invented.fn) == (2, 1, 0)
    guess = fates("guess")
    assert guess["p8"] == Outcome.VOID, "a car on void is forgiven"
    assert guess["p4"] == guess["t4"] == Outcome.VOID, "a person on a crowd is forgiven"
    assert guess["p6"] == Outcome.FALSE_POSITIVE and guess["t6"] == Outcome.FALSE_NEGATIVE
    assert set(PRESETS) == {key.removeprefix("sc_try_") for key in W if key.startswith("sc_try_")}


def test_a_move_of_the_near_miss_makes_it_a_match():
    def quality(x: int) -> float:
        pieces = [
            p.model_copy(update={"x": x}) if p.name == "car-right" else p for p in PRESETS["guess"].pieces
        ]
        return score_scene(Scene(pieces=pieces)).quality.per_class["car"].pq

    assert quality(23) < 0.5 < quality(22) < quality(19)


def test_the_scene_is_scored_as_core_scores_its_maps():
    score = score_scene(PRESETS["guess"])
    quality = PanopticQuality(scene.LABELS.labels)
    quality.add(score.prediction.ids, score.prediction.segments, score.truth.ids, score.truth.segments)
    assert quality.score() == score.quality
    reply = scene_view.reply(PRESETS["guess"], W)
    assert f'data-all-pq="{score.quality.all.pq!r}"' in reply["html"]
    assert [float(v) for v in re.findall(r'<tr data-pq="([^"]+)"', reply["table"])] == [
        score.quality.per_class[label.name].pq for label in scene.LABELS.labels
    ]
    assert f"{score.quality.things.pq:.3f}" in reply["table"]
    assert reply["maps"]["truth"]["segments"][4] == {
        "color": (222, 178, 160), "outcome": "void", "text": "crowd of people", "verdict": "does not count",
        "crowd": True, "thing": True,
    }  # fmt: skip
    assert reply["maps"]["prediction"]["segments"][6]["text"] == "car 0.43"
    json.dumps(reply)


def test_an_empty_prediction_and_hidden_pieces():
    nothing = score_scene(Scene(pieces=[]))
    assert nothing.quality.all.pq == 0 and nothing.ours == []
    assert "–" in scene_view.reply(Scene(pieces=[]), W)["table"]
    sky = Piece(name="sky", x=0, y=0, label=1, segment=1)
    hidden = score_scene(Scene(pieces=[Piece(name="sign", x=5, y=5, label=4, segment=2), sky]))
    assert [f.segment.id for f in hidden.ours] == [1], "what is painted over is no segment"
    assert len(scene_view.reply(Scene(pieces=[sky]), W)["handles"]) == 1


def test_pieces_stay_in_the_picture():
    for name in scene.PIECES:
        left, right, top, bottom = limits(name)
        for x, y in ((-99, -99), (99, 99), (left, bottom), (right, top)):
            x, y = max(min(x, WIDTH), -WIDTH), max(min(y, HEIGHT), -HEIGHT)
            found = scene.predicted_map(Scene(pieces=[Piece(name=name, x=x, y=y, label=4, segment=1)]))
            drawn = int(scene.PIECES[name].sum())
            pixels = int((found.ids == 1).sum())
            assert pixels == drawn if scene.PIECES[name].shape[1] < WIDTH else 0 < pixels <= drawn


def test_two_means_of_the_toy_case():
    means = toy_means()
    assert means.images == (0.95, 0.5) and means.mean == 0.725 and means.data_set == 0.905
    for (prediction, truth), iou in zip(TOY, means.images, strict=True):
        assert (prediction & truth).sum() / (prediction | truth).sum() == iou
    shown = means_html(W)
    assert "0.725" in shown and "0.905" in shown and "171 + 10" in shown and "180 + 20" in shown
    assert math.isclose((171 + 10) / (180 + 20), 0.905)


def test_the_server_scores_and_refuses(client):
    state = boxes(9, 7).model_dump()
    answer = client.post("/scoring/en/overlap", json=state)
    assert answer.status_code == 200 and answer.json() == json.loads(
        json.dumps(overlap.reply(boxes(9, 7), W))
    )
    scored = client.post("/scoring/ko/scene", json=PRESETS["joined"].model_dump())
    assert scored.json()["said"].startswith("PQ 0.800") and "자동차" in scored.json()["table"]
    outside = json.loads(json.dumps(state)) | {"truth": {"shape": "box", "x": 500, "y": 0}}
    for path, body in (
        ("/scoring/en/overlap", {"truth": {"shape": "star", "x": 1, "y": 1}}), ("/scoring/en/overlap", outside),
        ("/scoring/fr/overlap", state), ("/scoring/en/scene", {"pieces": [{"name": "ufo"}]}),
        ("/scoring/en/scene", {"pieces": PRESETS["guess"].model_dump()["pieces"] * 2}),
    ):  # fmt: skip
        assert client.post(path, json=body).status_code == 422


def test_only_its_own_files_are_served(client):
    for name, kind in FILES.items():
        answer = client.get(f"/scoring/{name}")
        assert answer.status_code == 200 and answer.headers["content-type"].startswith(kind)
    for name in ("server.py", "..%2Fapp.py", "words.py"):
        assert client.get(f"/scoring/{name}").status_code == 404


@pytest.mark.parametrize("w", [W, KO], ids=["en", "ko"])
def test_the_page_is_whole_before_any_script(w):
    page = page_top(w)
    for name in SECTIONS:
        assert f'href="#scoring-{name}"' in page
    for name in ("overlap", "scene"):
        data = re.search(f'id=sc-{name} data-demo="([^"]+)"', page)
        config = json.loads(html.unescape(data[1]))
        assert config["path"] == f"scoring/{w['language']}/{name}" and config["reply"]["html"] in page
    assert "0.905" in page


def test_every_metric_is_told_in_both_languages():
    assert {m.key for m in METRICS} == {
        "miou", "fwiou", "category", "pq", "ap", "boundary", "matte", "dice", "hd95", "assd", "surface-dice",
    }  # fmt: skip
    for m in METRICS:
        for english, korean in (m.about, m.void):
            assert re.search("[가-힣]", korean) and not re.search("[가-힣]", english)
            assert len(english) < 260 and english.endswith(".") and korean.endswith((".", "다.")), m.key
        assert m.link.startswith("http") and m.reference
    assert metrics_html(W).count("<article") == len(METRICS) and "제외 규칙" in metrics_html(KO)
