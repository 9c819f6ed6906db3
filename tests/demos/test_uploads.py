"""Uploads that break off: nothing is left of them, and nobody's log is filled."""

from __future__ import annotations

import asyncio
import os
import time

from starlette.requests import ClientDisconnect

from demos.access import malformed
from demos.access.malformed import MalformedGate, sweep_unfinished
from demos.access.pages import Languages


def test_what_broke_off_is_deleted_when_nobody_writes_to_it_any_more(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(malformed, "UNFINISHED_S", 0.1)
    whole = tmp_path / "0123" / "tmp.nii"
    whole.parent.mkdir()
    whole.write_bytes(b"whole")
    (tmp_path / "tmp_by_another").write_bytes(b"half")
    os.utime(tmp_path / "tmp_by_another", (time.time() + 60, time.time() + 60))

    async def upload(scope, receive, send) -> None:
        (tmp_path / "tmpab12").write_bytes(b"half")
        raise ClientDisconnect

    async def ask() -> None:
        scope = {"type": "http", "method": "POST", "path": "/gradio_api/upload", "headers": []}
        await MalformedGate(upload, Languages({"/": "en"}, "en", False), str(tmp_path))(scope, None, None)
        assert (tmp_path / "tmpab12").exists()
        await asyncio.sleep(0.3)

    asyncio.run(ask())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["0123", "tmp_by_another"] and whole.exists()
    assert capsys.readouterr().err == ""
    sweep_unfinished(tmp_path, -100)
    assert [p.name for p in tmp_path.iterdir()] == ["0123"]
