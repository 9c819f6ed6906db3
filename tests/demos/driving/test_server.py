"""What the page's script asks the server for."""

from __future__ import annotations

import io
import re
from urllib.parse import unquote

import numpy as np
import pytest
from fastapi import FastAPI
from PIL import Image
from starlette.testclient import TestClient

from core.driving.street import StreetFrame
from core.errors import InputError
from core.labels import get_label_set
from core.media.images import Photo
from demos.driving import compare
from demos.driving.captions import caption, percent
from demos.driving.examples import EXAMPLES, example_token
from demos.driving.networks import TRUTH
from demos.driving.pictures import views_of
from demos.driving.scene import Scene
from demos.driving.scenes import Scenes
from demos.driving.server import FILES, driving_router
from demos.driving.truth import drawn_truth
from demos.driving.viewer import viewer_html
from demos.words import words

CITY = get_label_set("cityscapes")
EN, KO = words("en"), words("ko")
FAST = "driving-fast"
ROAD, SKY, CAR = 7, 23, 26


def half(car: bool = True) -> Scene:
    """What the network of these tests sees is right, but for a car."""
    ids = np.full((64, 128), ROAD, np.int32)
    ids[:32] = SKY
    if car:
        ids[48:, :32] = CAR * 1000
    frame = StreetFrame(np.full((64, 128, 3), 90, np.uint8), ids)
    return Scene(Photo(frame.image, name="거리 <b>.png"), drawn_truth(frame), seed=1)


@pytest.fixture
def served():
    """``(client, scene)``: a server that knows one scene."""
    scenes, app = Scenes(), FastAPI()
    scene = scenes.keep(half())
    app.include_router(driving_router(scenes))
    return TestClient(app), scene


def test_a_viewer_has_legend_scores_time_and_files(network, served):
    client, scene = served
    page = client.get(f"/driving/en/{scene.token}/{FAST}").text
    legend = dict(re.findall(r"data-id=(\d+).*?<b>(.*?)</b>", page))
    assert legend == {str(SKY): "50 %", str(ROAD): "50 %"}
    assert f'data-miou="{(1 + 0.875 + 0) / 3!r}"' in page and 'data-pq="' in page
    assert re.search(r"Network <b>\d+ ms</b> · map <b>\d+ ms</b>", page)
    assert re.findall("data-view=(\\w+)", page) == views_of(scene, FAST)
    for kind in re.findall(r"data-file=(\w+)", page):
        assert client.get(f"/driving/en/{scene.token}/{FAST}/files/{kind}").status_code == 200
    korean = client.get(f"/driving/ko/{scene.token}/{FAST}").text
    assert "하늘" in korean and "50%" in korean and "Network" not in korean
    assert network.asked == 1


def test_a_view_comes_with_its_caption_and_time(network, served):
    client, scene = served
    base = f"/driving/ko/{scene.token}/{FAST}/views"
    answer = client.get(f"{base}/road?opacity=30")
    assert Image.open(io.BytesIO(answer.content)).size == (128, 64)
    assert "사진의 50%" in unquote(answer.headers["X-Caption"]) and int(answer.headers["X-Milliseconds"]) >= 0
    flat = client.get(f"{base}/color")
    assert flat.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(flat.content)).getpixel((0, 0)) == (70, 130, 180), (
        "exactly the official colour"
    )
    faint, strong = (
        np.asarray(Image.open(io.BytesIO(client.get(f"{base}/overlay?opacity={o}").content)))
        for o in (0, 100)
    )
    assert abs(int(faint[5, 5, 0]) - 90) < 5 and abs(int(strong[5, 5, 0]) - 70) < 5


def test_only_what_no_restart_can_change_is_kept_by_browsers(network, served):
    client, scene = served
    for path in ("views/overlay", "probe"):
        own = client.get(f"/driving/en/{scene.token}/{FAST}/{path}")
        drawn = client.get(f"/driving/en/{example_token(EXAMPLES[0])}/{FAST}/{path}")
        assert own.status_code == drawn.status_code == 200
        assert own.headers["cache-control"] == "private, max-age=3600"
        assert drawn.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize(
    "path,status,told",
    [
        ("en/none/driving-fast", 404, "no longer in memory"),
        ("ko/none/driving-fast", 404, "메모리에서 지워졌습니다"),
        ("en/TOKEN/driving-fast/views/xray", 422, "no view is called 'xray'"),
        ("en/TOKEN/driving-fast/views/overlay?opacity=300", 422, "an opacity of 3"),
        ("en/TOKEN/driving-fast/files/gif", 422, "no file is called 'gif'"),
    ],
)
def test_what_is_wrong_is_told(network, served, path, status, told):
    client, scene = served
    answer = client.get(f"/driving/{path.replace('TOKEN', scene.token)}")
    assert answer.status_code == status and told in answer.json()["detail"]


def test_a_file_is_named_after_the_picture(network, served):
    client, scene = served
    answer = client.get(f"/driving/en/{scene.token}/{FAST}/files/labelids")
    name = re.search(r"filename\*=UTF-8''(\S+)", answer.headers["content-disposition"])
    assert name and unquote(name[1]) == "거리 <b>_labelIds.png"
    assert np.asarray(Image.open(io.BytesIO(answer.content))).shape == (64, 128)


def test_scripts_thumbnails_and_nothing_else():
    app = FastAPI()
    app.include_router(driving_router(Scenes()))
    client = TestClient(app)
    for name, kind in FILES.items():
        answer = client.get(f"/driving/{name}")
        assert answer.status_code == 200 and answer.headers["content-type"].startswith(kind)
    assert client.get("/driving/server.py").status_code == 404
    small = client.get(f"/driving/thumbs/{EXAMPLES[0]}.jpg")
    assert Image.open(io.BytesIO(small.content)).size == (240, 120)
    assert client.get("/driving/thumbs/99.jpg").status_code == 404
    assert client.get("/driving/fr/drawn-7/truth").status_code == 422


def test_without_a_network_the_drawn_street_is_shown_and_the_page_says_so(no_network):
    app = FastAPI()
    app.include_router(driving_router(Scenes()))
    token = example_token(EXAMPLES[0])
    page = TestClient(app).get(f"/driving/en/{token}/{TRUTH}").text
    assert "No network for roads is installed" in page and "drawn by the program" in page
    assert "data-view=confidence" not in page and "dr-scores" not in page and "data-view=panoptic" in page
    cards = TestClient(app).get(f"/driving/ko/{token}/compare").text
    assert "아직 비교할 모델이 없어" in cards and cards.count("<figure") == 1


def test_doubt_and_a_missing_road_are_said(network):
    assert "hardly a road scene" not in viewer_html(half(), FAST, EN)
    network.sure = 0.3
    assert "hardly a road scene" in viewer_html(half(), FAST, EN) and "그대로 믿지 마세요" in viewer_html(
        half(), FAST, KO
    )
    assert "less than half sure of 100 % of" in viewer_html(half(), FAST, EN)
    ids = np.full((64, 128), SKY, np.int32)
    sky = StreetFrame(np.zeros((64, 128, 3), np.uint8), ids)
    assert "No road was found" in viewer_html(Scene(Photo(sky.image), drawn_truth(sky)), TRUTH, EN)


def test_walls_where_ground_should_be_are_said_and_no_doubt_that_is_not_there(network):
    network.sure, network.lower = 0.98, CITY.by_name("building")
    page, korean = viewer_html(half(), FAST, EN), viewer_html(half(), FAST, KO)
    assert "hardly a road scene" in page and "walls or sky: 98 % of the picture" in page
    assert "half sure" not in page
    assert "아래쪽 절반의 98%를 모델이 벽이나 하늘로" in korean and "그대로 믿지 마세요" in korean
    assert "확신도가 절반에" not in korean


def test_captions(network):
    scene = half()
    assert caption(scene, FAST, "things", EN) == "Things, which can be counted: 0 % of the picture."
    assert caption(scene, FAST, "instances", KO) == "개체를 찾지 못했습니다."
    assert "flat 50 %, sky 50 %" in caption(scene, FAST, "categories", EN)
    assert "as far as the horizon" in caption(scene, FAST, "road", EN)
    assert caption(scene, FAST, "errors", EN).startswith("Where the network is wrong: 6.2 %")
    assert "connected regions" in caption(scene, FAST, "panoptic", EN)
    assert caption(scene, TRUTH, "instances", KO).startswith("개체 1개: 자동차 1.")
    assert caption(scene.with_truth(None), FAST, "confidence", KO).endswith(
        "사진의 0%에서 확신도가 절반에 못 미칩니다."
    )


def test_shares_as_people_read_them():
    assert [percent(v, EN) for v in (0, 0.0004, 0.0042, 0.0996, 0.314, 1)] == [
        "0 %", "< 0.1 %", "0.4 %", "10 %", "31 %", "100 %",
    ]  # fmt: skip
    assert percent(0.314, KO) == "31%"


def test_a_card_has_time_size_and_score(network, served):
    client, scene = served
    cards = client.get(f"/driving/en/{scene.token}/compare").text
    assert re.findall('data-weights="(.*?)"', cards) == [TRUTH, FAST] and "One network is here" in cards
    card = client.get(f"/driving/en/{scene.token}/{FAST}/card").text
    figures = dict(re.findall(r"data-figure=(\w+)><dt>.*?</dt><dd>(.*?)</dd>", card))
    assert (
        figures["size"] == "2.5 MB"
        and figures["miou"] == "0.625"
        and figures["pq"] == "0.625"
        and figures["sure"] == "100 %"
    )
    assert re.fullmatch(r"\d+ ms", figures["time"])
    assert "<dd>" not in client.get(f"/driving/en/{scene.token}/{TRUTH}/card").text


def test_a_network_that_fails_leaves_the_others_to_be_seen(network, served, monkeypatch):
    def damaged(name):
        raise InputError(f"weights/{name}/model.safetensors is damaged: 3 bytes")

    monkeypatch.setattr(compare, "load_segmenter", damaged)
    client, scene = served
    answer = client.get(f"/driving/ko/{scene.token}/{FAST}/card")
    assert answer.status_code == 200 and "이 모델을 쓸 수 없습니다" in answer.text and "손상" in answer.text
