"""What is made once for all tests: Chromium (Playwright can be started once in a process), and networks' graphs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.browser import BROWSER_OPTIONS, find_browser


@pytest.fixture(scope="session")
def graph_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Empty at first, for all servers that have the real networks: each is made into a graph once."""
    return tmp_path_factory.mktemp("graphs")


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
