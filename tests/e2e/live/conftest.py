"""A browser whose camera's frames carry their number, in front of the live tab."""

from __future__ import annotations

import pytest

from tests.e2e.fake_camera import camera_options, write_camera
from tests.e2e.live.watching import WAIT


@pytest.fixture(scope="module")
def camera(launch, tmp_path_factory):
    """A browser with a camera."""
    return launch(*camera_options(write_camera(tmp_path_factory.mktemp("camera") / "camera.y4m")))


@pytest.fixture
def open_live(open_page, camera):
    """As ``open_page``, in front of the live tab."""

    def make(path: str = "/", using=camera, **options):
        page = open_page(path, using, **options)
        page.click(f"button[role=tab]:has-text('{'라이브' if path == '/ko/' else 'Live'}')")
        page.wait_for_selector("#live-start", timeout=WAIT)
        return page

    return make
