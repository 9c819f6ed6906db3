"""One Chromium for all tests that want a browser: Playwright can be started once in a process."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from tests.e2e.browser import BROWSER_OPTIONS, find_browser


@pytest.fixture(scope="session")
def launch() -> Iterator:
    """``launch(*options) → browser``: a Chromium of its own."""
    path = find_browser()
    if path is None:
        pytest.skip("*** NO BROWSER: the end-to-end tests were not run; install chromium ***")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as p, contextlib.ExitStack() as opened:

        def start(*options: str):
            chromium = p.chromium.launch(executable_path=path, args=[*BROWSER_OPTIONS, *options])
            opened.callback(chromium.close)
            return chromium

        yield start
