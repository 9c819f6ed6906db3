"""Samples: geometry that keeps labels on their pixels, and a stream that is the same for the same seed."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

pytest.importorskip("torch")

from core.training.driving import augment, teach
from core.training.driving.data import list_frames
from core.training.driving.samples import Samples, Stored, count_rows, load, rare_places
from tests.core.training.driving.world import SIZE, make_world, stripes

CROP = (32, 64)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return make_world(tmp_path_factory.mktemp("world"))


def test_only_training_frames_are_loaded(root, tmp_path):
    stored = load(root, tmp_path)
    train = [f for f in list_frames(root) if f.split == "train"]
    assert sum(map(len, stored.values())) == len(train)
    assert len(stored["camvid"]) == 3 and len(stored["clips"]) == 1


def test_the_same_seed_gives_the_same_samples(root, tmp_path):
    stored = load(root, tmp_path)
    streams = [list(itertools.islice(Samples(stored, CROP, 48 * 64, seed), 6)) for seed in (1, 1, 2)]
    for one, same in zip(*streams[:2], strict=True):
        assert all((a == b).all() for a, b in zip(one, same, strict=True))
    assert any((a[0] != b[0]).any() for a, b in zip(streams[0], streams[2], strict=True))
    alone = Samples(stored, CROP, 48 * 64, 1)[4]
    assert all((a == b).all() for a, b in zip(alone, streams[0][4], strict=True)), "whatever came before"
    image, rows, taught = streams[0][0]
    assert image.shape == (3, *CROP) and rows.shape == taught.shape == (16, 32)


def test_labels_stay_on_their_pixels():
    """A picture that is its own label map: after any warp, both agree except within a pixel of the edges."""
    ids = np.kron(np.random.default_rng(3).integers(0, 2, (6, 8)), np.ones((20, 20))).astype(np.uint8)
    image = np.repeat(ids[..., None] * 200, 3, axis=2)
    for seed in range(12):
        rng = np.random.default_rng(seed)
        matrix = augment.crop_matrix(rng, ids.shape, (96, 128), 1.0, None)
        rows = augment.warp_labels(ids, matrix, (96, 128))
        seen = augment.warp_image(image, matrix, (96, 128))[..., 0].astype(float)
        half = seen.reshape(48, 2, 64, 2).mean((1, 3))
        sure = (rows != 255) & ((half < 20) | (half > 180))
        assert sure.mean() > 0.3
        assert ((half > 100) == (rows == 1))[sure].mean() > 0.999


def test_a_crop_on_something_rare_shows_it():
    rows = np.zeros((300, 400), np.uint8)
    rows[150:153, 390:393] = 5  # a far pole
    frame = Stored(np.zeros((300, 400, 3), np.uint8), rows, rows, rare_places(rows, np.random.default_rng(0)))
    x, y = frame.rare[0][0]
    for seed in range(20):
        matrix = augment.crop_matrix(np.random.default_rng(seed), rows.shape, (64, 64), 1.0, (x, y))
        assert (augment.warp_labels(rows, matrix, (64, 64)) == 5).any()


def test_every_fault_leaves_a_picture():
    image = np.random.default_rng(0).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    for fault in (augment.haze, augment.night, augment.shade, augment.camera, augment.degrade):
        for seed in range(8):
            out = fault(np.random.default_rng(seed), image)
            assert out.shape == image.shape and out.dtype == np.uint8
    grey = np.full((80, 80, 3), 60, np.uint8)
    hazy = augment.haze(np.random.default_rng(1), grey).astype(int)
    assert hazy[:8].mean() > hazy[-8:].mean() > 59, "the far hazes more than the near"
    assert augment.night(np.random.default_rng(1), image).mean() < image.mean()


def test_rows_are_counted_by_how_often_the_stream_shows_them(root, tmp_path):
    seen = count_rows(load(root, tmp_path), 37)
    assert seen[19] == pytest.approx(0.36 / 8) and seen[30] == pytest.approx(0.24 / 8) and seen[16] == 0


def test_the_teacher_is_kept_only_where_it_refines_the_label():
    coarse = np.array([[8, 8, 3, 255]], np.uint8)  # CamVid: car, car, road, void
    answer = np.array([[15, 0, 0, 13]], np.uint8)  # bus, road, road, car
    assert teach.agreed([answer], coarse, "camvid").tolist() == [[15, 255, 0, 255]]
    other = np.array([[13, 0, 0, 13]], np.uint8)
    assert teach.agreed([answer, other], coarse, "camvid").tolist() == [[255, 255, 0, 255]]


@pytest.mark.parametrize("width", [684, 1026])
def test_tiles_cover_the_picture_in_place(width):
    ids = stripes([10, 2, 13, 0], SIZE)
    image = np.repeat(ids[..., None], 3, axis=2)
    answer = teach.label_tiled(lambda tile: tile[..., 0], image, width)
    assert answer.shape == SIZE
    assert (answer == ids)[[3, 16, 28, 44]].all()


def test_teaching_goes_on_where_it_stopped(root, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(teach, "_start", lambda peers: None)

    class Pool:
        def __init__(self, *args, **kwargs): ...
        def __enter__(self):
            return self

        def __exit__(self, *args): ...
        def starmap(self, do, todo, chunksize):
            for frame, target in todo:
                asked.append(frame)
                do(frame, target)

    monkeypatch.setattr(teach.multiprocessing, "get_context", lambda kind: type("C", (), {"Pool": Pool}))
    monkeypatch.setattr(teach, "_tile", lambda tile: np.zeros(tile.shape[:2], np.uint8))
    first = teach.teach(root, tmp_path, tmp_path)
    assert first and {f.source for f in asked} == {"camvid", "idd"} and {f.split for f in asked} == {"train"}
    gone = teach.taught_path(tmp_path, asked[0])
    gone.unlink()
    assert teach.teach(root, tmp_path, tmp_path) == 1 and gone.exists()
    frame = next(f for f in asked if f.source == "camvid")
    taught = teach.read_taught(tmp_path, frame, SIZE)
    assert set(np.unique(taught)) == {0, 255} and (taught == 0).mean() == pytest.approx(1 / 8)
