"""Nothing is read from this machine that was not uploaded or made for whoever asks."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import pytest

from tests.e2e.process import ROOT

SECRET = b"between you and me"
# What would show that a file was read.
MARKS = (b"root:x:", b"# Triptych", b"InputError", b'"licence"', b"between", b"[project]", b"import gradio")


def quoted(path: str, times: int = 1) -> str:
    """Every byte of it as %XX, so often."""
    for _ in range(times):
        path = "".join(f"%{byte:02X}" for byte in path.encode())
    return path


def ways(target: Path, base: str) -> list[str]:
    """Spellings of a file that somebody may try; ``base``: a folder that may be read from."""
    plain, up = str(target), "../" * 20
    relative = os.path.relpath(target, ROOT)
    return [
        plain, "/" + plain, plain.lstrip("/"), relative, f"./{relative}", f"{base}/{up}{plain.lstrip('/')}", f"{up}{plain.lstrip('/')}",
        quote(plain, safe=""), quoted(plain), quoted(plain, 2), quoted(f"{base}/{up}{plain.lstrip('/')}"),
        f"{base}/" + "..%2f" * 20 + plain.lstrip("/"), f"{base}/" + "%252e%252e%252f" * 20 + plain.lstrip("/"),
        f"{base}/" + "..%5c" * 20 + plain.lstrip("/"), f"{base}/" + "....//" * 20 + plain.lstrip("/"),
        plain + "%00", plain + "%00.png", base + "%00" + plain, f"file://{plain}", f"file:{plain}", f"FILE:///{plain}",
        f"C:{plain}", "C:%5C" + plain.replace("/", "%5C"), "%5C%5C127.0.0.1%5C" + plain, f"~{plain}", f"{plain}/", f"{plain};", f"{plain}%20",
        f"\N{FULLWIDTH SOLIDUS}{plain}", plain.upper(),
    ]  # fmt: skip


def raw(address: str, target: str) -> tuple[int, bytes]:
    """Ask for exactly this: clients tidy addresses up before they send them."""
    host, port = urlsplit(address).hostname, urlsplit(address).port
    with socket.create_connection((host, port), timeout=60) as wire:
        wire.sendall(f"GET {target} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while piece := wire.recv(65536):
            answer += piece
    return int(answer.split(b" ", 2)[1]), answer


@pytest.fixture(scope="module")
def own(server) -> str:
    """The folder of an upload of somebody else's."""
    files = {"files": ("mine.png", SECRET)}
    path = httpx.post(f"{server.address}/gradio_api/upload", files=files, timeout=60).json()[0]
    return str(Path(path).parent)


@pytest.fixture(scope="module")
def lying_about(own) -> list[Path]:
    """Files in the server's temporary folders that it did not make for anybody."""
    pages = Path(own).parent
    made = [pages / "note.txt", pages.parent / "note.txt", pages.parent.parent / "note.txt"]
    for path in made:
        path.write_bytes(SECRET)
    return made


TARGETS = [
    Path("/etc/passwd"), Path("/proc/self/environ"), ROOT / "README.md", ROOT / "core" / "errors.py",
    ROOT / "demos" / "app.py", ROOT / "pyproject.toml", ROOT / "weights" / "portrait-fast" / "card.json",
    ROOT / "weights" / "portrait-fast" / "model.safetensors", ROOT / ".git" / "HEAD",
]  # fmt: skip


@pytest.mark.parametrize("target", TARGETS, ids=lambda path: path.name)
@pytest.mark.parametrize(
    "route",
    ["/gradio_api/file=", "/ko/gradio_api/file=", "/gradio_api/file/", "/gradio_api/proxy=", "/static/", "/assets/", "/ko/static/",
     "/svelte/", "/live/", "/driving/", "/medical/", "/scoring/", "/download/portrait/", "/"],
)  # fmt: skip
def test_a_file_of_this_machine_is_not_read(server, own, route, target):
    if not target.exists():
        pytest.skip(f"this machine has no {target}")
    for way in ways(target, own):
        status, answer = raw(server.address, quote(route + way, safe="/%:=~;\\"))
        assert 400 <= status < 500, (route, way, status)
        assert not any(mark in answer for mark in MARKS), (route, way)
        assert target.stat().st_size == 0 or target.read_bytes()[:64] not in answer


def test_nor_what_lies_in_its_own_temporary_folders(server, own, lying_about):
    for target in lying_about:
        for route in ("/gradio_api/file=", "/gradio_api/file/", "/static/"):
            for way in ways(target, own):
                status, answer = raw(server.address, quote(route + way, safe="/%:=~;\\"))
                assert 400 <= status < 500 and SECRET not in answer, (route, way)
    for folder in (own, Path(own).parent, Path(own).parent.parent, ROOT, "/"):
        assert raw(server.address, f"/gradio_api/file={folder}")[0] == 404, "no folder is listed"


def test_a_link_is_not_followed(visit):
    visitor = visit()
    content = b"of this test alone"  # the same content elsewhere would lie at the same place
    path = Path(visitor.upload("mine.png", content))
    assert visitor.read(str(path)).content == content
    path.unlink()
    path.symlink_to("/etc/passwd")
    assert visitor.read(str(path)).status_code == 404
    path.unlink()
    elsewhere = path.parent.with_name("0" * 64)
    elsewhere.mkdir()
    (elsewhere / path.name).write_bytes(content)
    path.parent.rmdir()
    path.parent.symlink_to(elsewhere)
    assert visitor.read(str(path)).status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        "../../../note.png",
        "..%2f..%2fnote.png",
        "/etc/note.png",
        "..\\..\\note.png",
        "..",
        ".",
        "a\0b.png",
        "x" * 300 + ".png",
    ],
)
def test_an_upload_lands_in_a_folder_of_its_own_whatever_it_is_called(server, visit, own, name):
    visitor = visit()
    pages = Path(own).parent
    answer = visitor.http.post("/gradio_api/upload", files={"files": (name, b"n" + name.encode())})
    if answer.status_code != 200:
        assert 400 <= answer.status_code < 500, answer.status_code
        return
    for path in map(Path, answer.json()):
        assert path.parent.parent == pages and len(path.parent.name) == 64 and path.resolve() == path
