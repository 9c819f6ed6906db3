"""Two servers: one of this machine's own in a process, as anybody starts it; and one with a password, in a thread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from core.offline import go_offline
from demos.access.options import Access
from tests.demos.live.conftest import running
from tests.e2e.conftest import ENVIRONMENT
from tests.e2e.process import Server, serving

USER, PASSWORD = "kim", "비밀 word: 7"


@dataclass
class Visitor:
    """A browser without a screen: it keeps its cookies."""

    address: str
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.address, timeout=120)

    def upload(self, name: str, content: bytes) -> str:
        """Through Gradio; the path that it was given."""
        answer = self.http.post("/gradio_api/upload", files={"files": (name, content)})
        assert answer.status_code == 200, answer.text
        return answer.json()[0]

    def read(self, path: str, **options: Any) -> httpx.Response:
        """A file of Gradio's; ``path`` as it stands in the address."""
        return self.http.get(f"/gradio_api/file={path}", **options)


@pytest.fixture(scope="session")
def server(tmp_path_factory, graph_cache) -> Iterator[Server]:
    """``python -m demos``, watched."""
    files = tmp_path_factory.mktemp("files")
    environment = ENVIRONMENT | {
        "TRIPTYCH_CACHE": str(graph_cache),
        "TMPDIR": str(files),
    }
    folder = tmp_path_factory.mktemp("log")
    with serving("--port", "7980", "--lang", "en", folder=folder, environment=environment) as started:
        yield started


@pytest.fixture
def visit(server: Server) -> Iterator:
    """``visit() → Visitor``: a browser that has opened the page."""
    visitors: list[Visitor] = []

    def make() -> Visitor:
        visitor = Visitor(server.address)
        visitors.append(visitor)
        assert visitor.http.get("/", headers={"accept": "text/html"}).status_code == 200
        return visitor

    yield make
    for visitor in visitors:
        visitor.http.close()


@pytest.fixture(scope="session")
def locked(tmp_path_factory, graph_cache) -> Iterator[SimpleNamespace]:
    """A server with a password: ``address``, ``app``."""
    from demos.app import build_app

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(tmp_path_factory.mktemp("pages")))
        patch.setenv("TRIPTYCH_CACHE", str(graph_cache))
        go_offline()
        app = build_app("en", Access(names=("triptych.test",), user=USER, password=PASSWORD))
        with running(app) as port:
            yield SimpleNamespace(app=app, port=port, address=f"http://127.0.0.1:{port}")


@pytest.fixture(scope="module")
def browser(launch):
    # Chromium's own guard of local networks asks the user, who is not there; what is tested is the server's.
    return launch(
        "--host-resolver-rules=MAP evil.test 127.0.0.1, MAP triptych.test 127.0.0.1",
        "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
    )


@pytest.fixture
def open_tab(browser) -> Iterator:
    """``open_tab(address, **context options)``: a page of a new visitor."""
    contexts = []

    def make(address: str, **options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(address)
        return page

    yield make
    for context in contexts:
        context.close()
