"""The video tab: progress, the latest frame, a stop that keeps what is done, a player."""

from __future__ import annotations

import queue
import tempfile
import threading
import time
from pathlib import Path

import cv2
import gradio as gr

from core.cli.progress import clock
from core.errors import InputError
from core.media.convert import Progress, Summary, process_video
from core.portrait.stream import PortraitStream
from core.segmenter import load_segmenter
from demos.portrait.controls import build_controls, hand_over_file, make_effect
from demos.portrait.messages import messages

OUTPUTS = ("blur", "color", "image", "matte")
_PREVIEW_EVERY_S = 0.5
_PREVIEW_SIDE = 640


def build_video_tab(w: dict[str, str]) -> None:
    """Lay out and wire the tab."""
    stop = gr.State(threading.Event)
    with gr.Row(equal_height=False):
        with gr.Column(scale=7, min_width=300):
            source = hand_over_file(
                gr.Video(label=w["your_video"], sources=["upload"], height=300, elem_id="video-source")
            )
            with gr.Row():
                start = gr.Button(w["start"], variant="primary", elem_id="video-start")
                cancel = gr.Button(w["cancel"], interactive=False, elem_id="video-cancel")
            status = gr.HTML(f"<div class=status>{w['video_idle']}</div>", elem_id="video-status")
            preview = gr.Image(
                label=w["preview"], format="jpeg", visible=False, interactive=False, buttons=[]
            )
            result = gr.Video(
                label=w["video_result"], visible=False, interactive=False, elem_id="video-result"
            )
        with gr.Column(scale=4, min_width=280):
            controls = build_controls(w, OUTPUTS, "portrait-fast", "video")

    def run(path: str | None, halt: threading.Event, *values):
        with messages(w):
            if not path:
                raise InputError(w["no_video"])
            *settings, weights = values
            stream = PortraitStream(load_segmenter(weights), make_effect(w, settings))
            target = (
                Path(tempfile.mkdtemp(dir=tempfile.gettempdir())) / f"{Path(path).stem}-{settings[0]}.mp4"
            )
            halt.clear()
            for news in _work(path, target, stream, halt):
                if isinstance(news, Summary):
                    yield _finished(w, news)
                else:
                    yield _working(w, news)

    outputs = [status, preview, result, start, cancel]
    started = start.click(
        run, [source, stop, *controls.all()], outputs, concurrency_limit=1, concurrency_id="video",
        show_progress="hidden", api_visibility="private",
    )  # fmt: skip
    # After an error the buttons must not stay as they were while it ran.
    started.failure(
        lambda: (gr.update(interactive=True), gr.update(interactive=False)), None, [start, cancel],
        show_progress="hidden", api_visibility="private",
    )  # fmt: skip
    cancel.click(
        lambda halt: halt.set(), stop, None, queue=False, show_progress="hidden", api_visibility="private"
    )


def _work(path: str, target: Path, stream: PortraitStream, halt: threading.Event):
    """Progress about twice a second, then the summary; errors come out here. Ends the work when abandoned."""
    news: queue.Queue = queue.Queue()
    last = 0.0

    def report(progress: Progress) -> bool:
        nonlocal last
        now = time.monotonic()
        if now - last > _PREVIEW_EVERY_S:
            last = now
            news.put(progress)
        return not halt.is_set()

    def work() -> None:
        try:
            news.put(process_video(path, target, stream, progress=report))
        except BaseException as error:
            news.put(error)

    thread = threading.Thread(target=work, daemon=True)
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


def _working(w: dict[str, str], progress: Progress) -> tuple:
    rate = f"{progress.done / max(progress.elapsed_s, 1e-6):.1f}"
    bar = ""
    if progress.total and progress.left_s is not None:
        text = w["progress"].format(
            done=progress.done, total=progress.total, rate=rate, left=clock(progress.left_s)
        )
        bar = f"<div class=bar><i style='width:{100 * progress.done / progress.total:.1f}%'></i></div>"
    else:
        text = w["progress_open"].format(done=progress.done, rate=rate)
    frame = progress.frame
    scale = min(1.0, _PREVIEW_SIDE / max(frame.shape[:2]))
    small = cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else frame
    return (
        f"{bar}<div class=status><span>{text}</span></div>",
        gr.update(value=small, visible=True),
        gr.update(visible=False),
        gr.update(interactive=False),
        gr.update(interactive=True),
    )


def _finished(w: dict[str, str], summary: Summary) -> tuple:
    rate = f"{summary.frames / max(summary.elapsed_s, 1e-6):.1f}"
    key = "stopped" if summary.cancelled else "done"
    text = w[key].format(frames=summary.frames, time=clock(summary.elapsed_s), rate=rate)
    if summary.note:
        text += f" {summary.note}"
    return (
        f"<div class=status><span>{text}</span></div>",
        gr.update(visible=False),
        gr.update(value=str(summary.path), visible=True),
        gr.update(interactive=True),
        gr.update(interactive=False),
    )
