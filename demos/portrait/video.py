"""The video tab: progress, the latest frame, a stop that keeps what is done, a player, a download."""

from __future__ import annotations

import queue
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import gradio as gr
import numpy as np

from core.cli.progress import clock
from core.errors import InputError
from core.media.convert import FrameFunction, Progress, Summary, process_video
from core.portrait.stream import PortraitStream
from core.segmenter import load_segmenter
from demos.portrait.controls import build_controls, hand_over_file, make_effect
from demos.portrait.messages import messages

OUTPUTS = ("blur", "color", "image", "matte")
_PREVIEW_EVERY_S = 0.5
_PREVIEW_SIDE = 960
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def build_video_tab(w: dict[str, str]) -> None:
    """Lay out and wire the tab."""
    halt_state = gr.State(threading.Event)
    with gr.Row(equal_height=False):
        with gr.Column(scale=7, min_width=300, elem_classes="stage"):
            source = hand_over_file(
                gr.Video(
                    label=w["your_video"], sources=["upload"], height=380, buttons=[], elem_id="video-source"
                )
            )
            preview = gr.Image(
                label=w["preview"], format="jpeg", height=380, visible=False, interactive=False, buttons=[],
                elem_id="video-preview",
            )  # fmt: skip
            result = gr.Video(
                label=w["video_result"], height=380, visible=False, interactive=False, buttons=[],
                elem_id="video-result",
            )  # fmt: skip
            status = gr.HTML(_line(w["video_idle"]), elem_id="video-status")
            with gr.Row():
                start = gr.Button(w["start"], variant="primary", elem_id="video-start")
                cancel = gr.Button(w["cancel"], visible=False, elem_id="video-cancel")
                download = gr.DownloadButton(
                    w["download_video"], variant="primary", visible=False, elem_id="video-download"
                )
        with gr.Column(scale=4, min_width=280):
            controls = build_controls(w, OUTPUTS, "portrait-fast", "video")

    def prepare(path: str | None, halt: threading.Event):
        with messages(w):
            if not path:
                raise InputError(w["no_video"])
        halt.clear()
        return _line(w["waiting"]), *_buttons(working=True), gr.update(visible=False)

    def run(path: str, halt: threading.Event, *values):
        *settings, weights = values
        folder = Path(tempfile.mkdtemp(dir=tempfile.gettempdir()))
        try:
            with messages(w):
                if halt.is_set():
                    yield _line(w["video_stopped_early"]), gr.skip(), gr.skip(), *_buttons(working=False)
                    return
                stream = PortraitStream(load_segmenter(weights), make_effect(w, settings))
                target = folder / f"{Path(path).stem}-{settings[0]}.mp4"
                for news in work(path, target, stream, halt):
                    yield _finished(w, news) if isinstance(news, Summary) else _working(w, news)
        finally:
            shutil.rmtree(folder, ignore_errors=True)  # Gradio has its own copy by now

    buttons = [start, cancel, download]
    ready = start.click(
        prepare, [source, halt_state], [status, *buttons, result], concurrency_limit=None, **_QUIET
    )
    running = ready.success(
        run, [source, halt_state, *controls.all()], [status, preview, result, *buttons],
        concurrency_limit=1, concurrency_id="video", **_QUIET,
    )  # fmt: skip
    running.failure(
        lambda: (_line(w["video_idle"]), gr.update(visible=False), gr.update(visible=False), *_buttons(working=False)),
        None, [status, preview, result, *buttons], **_QUIET,
    )  # fmt: skip
    cancel.click(lambda halt: halt.set(), halt_state, None, queue=False, **_QUIET)


def work(
    path: str, target: Path, function: FrameFunction, halt: threading.Event
) -> Iterator[Progress | Summary]:
    """Progress about twice a second, then the summary.

    ``halt`` stops it with what is done; so does closing the generator, as when the visitor is gone.

    Raises:
        InputError: as `process_video`.
    """
    news: queue.Queue = queue.Queue()
    last = 0.0

    def report(progress: Progress) -> bool:
        nonlocal last
        now = time.monotonic()
        if now - last > _PREVIEW_EVERY_S:
            last = now
            news.put(progress)
        return not halt.is_set()

    def convert() -> None:
        try:
            news.put(process_video(path, target, function, progress=report))
        except BaseException as error:
            news.put(error)

    thread = threading.Thread(target=convert, daemon=True)
    thread.start()
    try:
        while True:
            item = news.get()
            if isinstance(item, BaseException):
                raise item
            yield item
            if isinstance(item, Summary):
                return
    finally:
        halt.set()
        thread.join()


def _line(text: str, bar: str = "") -> str:
    return f"{bar}<div class=status><span>{text}</span></div>"


def _buttons(*, working: bool, path: str | None = None) -> tuple:
    """Start, stop, download."""
    return (
        gr.update(visible=not working, variant="secondary" if path else "primary"),
        gr.update(visible=working),
        gr.update(value=path, visible=path is not None),
    )


def _working(w: dict[str, str], progress: Progress) -> tuple:
    rate = f"{progress.done / max(progress.elapsed_s, 1e-6):.1f}"
    bar = ""
    if progress.total and progress.left_s is not None:
        left = clock(progress.left_s)
        text = w["progress"].format(done=progress.done, total=progress.total, rate=rate, left=left)
        bar = f"<div class=bar><i style='width:{100 * progress.done / progress.total:.1f}%'></i></div>"
    else:
        text = w["progress_open"].format(done=progress.done, rate=rate)
    small = gr.update(value=_small(progress.frame), visible=True)
    return _line(text, bar), small, gr.update(visible=False), *_buttons(working=True)


def _small(frame: np.ndarray) -> np.ndarray:
    scale = min(1.0, _PREVIEW_SIDE / max(frame.shape[:2]))
    return cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else frame


def _finished(w: dict[str, str], summary: Summary) -> tuple:
    rate = f"{summary.frames / max(summary.elapsed_s, 1e-6):.1f}"
    key = "stopped" if summary.cancelled else "done"
    text = w[key].format(frames=summary.frames, time=clock(summary.elapsed_s), rate=rate)
    if summary.note:
        text += f" {summary.note}"
    path = str(summary.path)
    return (
        _line(text),
        gr.update(value=None, visible=False),
        gr.update(value=path, visible=True),
        *_buttons(working=False, path=path),
    )
