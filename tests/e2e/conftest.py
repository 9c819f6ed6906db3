"""A real server in a process of its own, a real browser, and no request that leaves this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.pages import watched_pages
from tests.e2e.process import serving

# As it was before any test: what one test sets for itself is not the server's.
ENVIRONMENT = dict(os.environ)
HERE = ("127.0.0.1", "localhost", "triptych.test")  # the last is mapped to the first by a browser's option


@pytest.fixture(scope="session")
def server_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The server's folder for temporary files."""
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, server_files: Path, graph_cache: Path) -> Iterator[str]:
    """Address of a running ``python -m demos``, which has to end cleanly and to call nobody."""
    environment = ENVIRONMENT | {
        "TRIPTYCH_CACHE": str(graph_cache),
        "TMPDIR": str(server_files),
        "GRADIO_HEARTBEAT_INTERVAL": "1",  # Gradio hears that a page is gone when it next writes to it
    }
    options = ("--port", "7960", "--name", "triptych.test", "--no-auth")
    with serving(*options, folder=tmp_path_factory.mktemp("log"), environment=environment) as started:
        yield started.address


@pytest.fixture(scope="session")
def browser(launch):
    return launch()


@pytest.fixture
def open_page(browser, server: str) -> Iterator:
    """``open_page(path="/", using=browser, address=server, script="", **context options)``: the page with its first result.

    ``script`` runs before the page's own. No script may fail, and no request may leave this machine.
    """
    with watched_pages(browser, HERE) as visit:

        def make(path: str = "/", using=browser, address: str = server, script: str = "", **options):
            page = visit(address + path, using, script, **options)
            page.wait_for_selector("#result img", timeout=60_000)
            return page

        yield make
