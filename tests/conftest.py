"""What is made once for all tests: Chromium (Playwright can be started once in a process), and networks' graphs."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.browser import BROWSER_OPTIONS, find_browser

if "PYTEST_XDIST_WORKER" in os.environ:
    # Before PyTorch is imported: two processes of two threads each wait for one another half of the time.
    os.environ.setdefault("OMP_NUM_THREADS", "1")

# Each starts its servers once, at ports of its own; and two browsers at once would slow one another's live pages.
SERVED = ("tests/e2e", "tests/security")


def group_of(nodeid: str) -> str:
    """The tests that stay in one process: all of a folder with servers, elsewhere a file's."""
    file = nodeid.partition("::")[0]
    return next((folder for folder in SERVED if file.startswith(f"{folder}/")), file)


# Not by pytest-xdist's own groups: with pytest 9.2 its mark "xdist_group" does nothing.
@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log):
    """Where several processes share the tests, as in ``make test``, they take whole groups."""
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    return ByGroup(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser's tests first, which take the longest: one process begins with them, the other with the rest."""
    items.sort(key=lambda item: group_of(item.nodeid) != SERVED[0])


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
