"""The page "How it is scored", opened."""

from __future__ import annotations

import pytest

from tests.e2e.scoring.reading import WAIT


@pytest.fixture
def open_scoring(open_page):
    """``open_scoring(path="/", **options)``: the page with the tab open, and no error in its console."""
    errors: list[str] = []

    def make(path: str = "/", **options):
        page = open_page(path, **options)
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.click("#scoring-tab-button")
        page.wait_for_selector("#sc-overlap[data-ready] .sc-handle[data-name=prediction]", timeout=WAIT)
        return page

    yield make
    assert [e for e in errors if "Failed to load resource" not in e] == []
