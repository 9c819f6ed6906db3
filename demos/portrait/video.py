"""The video tab: progress, the latest frame, a stop that keeps what is done, a player, a download."""

from __future__ import annotations

import queue
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
from demos.fields import FileVideo
from demos.portrait.controls import build_controls, make_effect
from demos.portrait.messages import explain, messages

OUTPUTS = ("blur", "color", "image", "matte")
_PREVIEW_EVERY_S = 0.5
_PREVIEW_SIDE = 960
# Yours, the result and the buttons below them are seen at once.
_HEIGHT = "clamp(200px, 29vh, 420px)"
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


class Turn:
    """One press of Start: waits for the videos before it, runs, and may be stopped at any time, from any thread."""

    _lock = threading.Lock()
    _running = 0  # of all visitors

    def __init__(self) -> None:
        self.halt = threading.Event()
        self._begun = False

    @classmethod
    def busy(cls) -> bool:
        """Whether another video is being made."""
        return cls._running > 0

    def begin(self) -> bool:
        """False where it was stopped before; else `end` must follow."""
        with self._lock:
            self._begun = not self.halt.is_set()
            Turn._running += self._begun
            return self._begun

    def end(self) -> None:
        """Let the next one begin."""
        with self._lock:
            Turn._running -= 1

    def stop(self) -> bool:
        """Stop it; True where it had not begun, and now never will."""
        with self._lock:
            self.halt.set()
            return not self._begun


@dataclass
class VideoStage:
    """The components of a video tab's left half."""

    source: gr.Video
    preview: gr.Image
    result: gr.Video
    status: gr.HTML
    start: gr.Button
    cancel: gr.Button
    download: gr.DownloadButton
    turn: gr.State

    @property
    def buttons(self) -> list[gr.components.Component]:
        return [self.start, self.cancel, self.download]


def build_video_tab(w: dict[str, str]) -> None:
    """Lay out and wire the tab."""
    with gr.Row(equal_height=False):
        with gr.Column(scale=7, min_width=300, elem_classes="stage"):
            stage = build_stage(w, "video", w["video_idle"])
        with gr.Column(scale=4, min_width=280):
            controls = build_controls(w, OUTPUTS, "portrait-fast", "video")

    def make(*values: Any) -> tuple[str, FrameFunction]:
        *settings, weights = values
        return settings[0], PortraitStream(load_segmenter(weights), make_effect(w, settings))

    wire_stage(stage, w, w["video_idle"], controls.all(), make)


def build_stage(w: dict[str, str], prefix: str, idle: str) -> VideoStage:
    """Lay out what is chosen, shown, started and downloaded; ``idle``: what is said before anything is."""
    source = FileVideo(
        label=w["your_video"], sources=["upload"], height=_HEIGHT, buttons=[], elem_id=f"{prefix}-source"
    )
    preview = gr.Image(
        label=w["preview"], format="jpeg", height=_HEIGHT, visible=False, interactive=False, buttons=[],
        elem_id=f"{prefix}-preview",
    )  # fmt: skip
    result = gr.Video(
        label=w["video_result"], height=_HEIGHT, visible=False, interactive=False, buttons=[],
        elem_id=f"{prefix}-result",
    )  # fmt: skip
    status = gr.HTML(status_line(idle), elem_id=f"{prefix}-status")
    with gr.Row():
        start = gr.Button(w["start"], variant="primary", elem_id=f"{prefix}-start")
        cancel = gr.Button(w["cancel"], visible=False, elem_id=f"{prefix}-cancel")
        download = gr.DownloadButton(
            w["download_video"], variant="primary", visible=False, elem_id=f"{prefix}-download"
        )
    return VideoStage(source, preview, result, status, start, cancel, download, gr.State(None))


def wire_stage(
    stage: VideoStage,
    w: dict[str, str],
    idle: str,
    settings: list[gr.components.Component],
    make: Callable[..., tuple[str, FrameFunction]],
) -> None:
    """Start, progress, stop, result.

    Args:
        make: from the settings' values, the end of the result's name and what is done with every frame.
    """

    def prepare(path: str | None):
        with messages(w):
            if not path:
                raise InputError(w["no_video"])
        text = w["video_queued" if Turn.busy() else "waiting"]
        return Turn(), status_line(text), *_buttons(working=True), gr.update(visible=False)

    def run(path: str, turn: Turn, *values):
        if not turn.begin():
            yield [gr.skip()] * 6  # the page was told when it was stopped
            return
        try:
            with messages(w):
                ending, function = make(*values)
                folder = Path(tempfile.mkdtemp(dir=tempfile.gettempdir()))
                for news in work(path, folder / f"{Path(path).stem}-{ending}.mp4", function, turn.halt):
                    yield _finished(w, news) if isinstance(news, Summary) else _working(w, news)
        finally:
            turn.end()

    def stop(turn: Turn):
        if turn.stop():
            return status_line(w["video_stopped_early"]), *_buttons(working=False)
        return gr.skip(), gr.skip(), gr.update(interactive=False), gr.skip()

    ready = stage.start.click(
        prepare, stage.source, [stage.turn, stage.status, *stage.buttons, stage.result],
        concurrency_limit=None, **_QUIET,
    )  # fmt: skip
    running = ready.success(
        run, [stage.source, stage.turn, *settings], [stage.status, stage.preview, stage.result, *stage.buttons],
        concurrency_limit=1, concurrency_id="video", trigger_mode="multiple", **_QUIET,
    )  # fmt: skip
    running.failure(
        lambda: (status_line(idle), gr.update(visible=False), gr.update(visible=False), *_buttons(working=False)),
        None, [stage.status, stage.preview, stage.result, *stage.buttons], **_QUIET,
    )  # fmt: skip
    stage.cancel.click(stop, stage.turn, [stage.status, *stage.buttons], queue=False, **_QUIET)


def work(
    path: str, target: Path, function: FrameFunction, halt: threading.Event
) -> Iterator[Progress | Summary]:
    """Progress about twice a second, then the summary.

    ``halt`` stops it with what is done; so does closing the generator, as when the visitor is gone. ``target``'s folder is
    deleted after: Gradio has its own copy by then.

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
        # Whoever closes this is the server's event loop, which must not wait for the last frames.
        threading.Thread(target=_clear, args=(thread, target.parent)).start()


def _clear(working: threading.Thread, folder: Path) -> None:
    working.join()
    shutil.rmtree(folder, ignore_errors=True)


def status_line(text: str, bar: str = "") -> str:
    """The line below the video, and a bar above it, with which it is not read aloud at every change."""
    return f"{bar}<div class=status{' aria-live=off' if bar else ''}><span>{text}</span></div>"


def _buttons(*, working: bool, path: str | None = None) -> tuple:
    """Start, stop, download."""
    return (
        gr.update(visible=not working, variant="secondary" if path else "primary"),
        gr.update(visible=working, interactive=True),
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
    return status_line(text, bar), small, gr.update(visible=False), *[gr.skip()] * 3


def _small(frame: np.ndarray) -> np.ndarray:
    scale = min(1.0, _PREVIEW_SIDE / max(frame.shape[:2]))
    return cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else frame


def _finished(w: dict[str, str], summary: Summary) -> tuple:
    rate = f"{summary.frames / max(summary.elapsed_s, 1e-6):.1f}"
    key = "stopped" if summary.cancelled else "done"
    text = w[key].format(frames=summary.frames, time=clock(summary.elapsed_s), rate=rate)
    if summary.note:
        text += f" {explain(InputError(summary.note), w)}"
    path = str(summary.path)
    return (
        status_line(text),
        gr.update(value=None, visible=False),
        gr.update(value=path, visible=True),
        *_buttons(working=False, path=path),
    )
