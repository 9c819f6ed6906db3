"""``python -m tests.bench.gradio_stream --port N``: the same effect through Gradio's own streaming, as its guide shows it.

Frames are asked for as often as a camera gives them; the network, its warm-up and the effect are those of the live view.
"""

from __future__ import annotations

import argparse

import gradio as gr
import numpy as np

from core.cli.webcam import parse_size
from core.offline import go_offline
from core.portrait.stream import PortraitStream
from core.segmenter import load_segmenter

EVERY_S = 1 / 30


def build(width: int, height: int) -> gr.Blocks:
    """One webcam of this size, one result, and the effect between them."""
    stream = PortraitStream(load_segmenter("portrait-fast"))
    stream.prepare(height, width)
    wish = {"video": {"width": {"ideal": width}, "height": {"ideal": height}, "frameRate": {"ideal": 30}}}

    def work(frame: np.ndarray | None) -> np.ndarray | None:
        return None if frame is None else stream(frame)

    with gr.Blocks(analytics_enabled=False) as page:
        camera = gr.Image(
            sources="webcam", streaming=True, type="numpy", elem_id="camera", format="jpeg",
            webcam_options=gr.WebcamOptions(mirror=False, constraints=wish),
        )  # fmt: skip
        result = gr.Image(elem_id="result", streaming=True, format="jpeg")
        camera.stream(work, camera, result, stream_every=EVERY_S, show_progress="hidden")
    return page


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--size", default="640x480")
    options = parser.parse_args()
    go_offline()
    build(*parse_size(options.size)).launch(
        server_name="127.0.0.1", server_port=options.port, quiet=True, share=False
    )


if __name__ == "__main__":
    main()
