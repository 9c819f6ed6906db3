"""What the page shows of a result: before and after, faces to choose from, the time spent; no Gradio here."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import cv2
import numpy as np

from core.portrait.people import Person
from demos.portrait.download import DOWNLOAD, EXAMPLE
from demos.portrait.session import Seconds, Session

_THUMBNAIL = 88  # px, shown at half of it
_SQUARE = 12  # px of the board below what is transparent


def as_shown(picture: np.ndarray) -> np.ndarray:
    """uint8 (H, W), (H, W, 3) or (H, W, 4) → RGB (H, W, 3); what is transparent shows a checkerboard."""
    if picture.ndim == 2:
        return cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB)
    if picture.shape[2] == 3:
        return picture
    rows, columns = np.indices(picture.shape[:2]) // _SQUARE
    board = np.where((rows + columns) % 2, 205, 255).astype(np.float32)[..., None]
    alpha = picture[..., 3:].astype(np.float32) / 255
    return (picture[..., :3] * alpha + board * (1 - alpha)).astype(np.uint8)


def thumbnail(frame: np.ndarray, person: Person) -> np.ndarray:
    """The upper square of a person's box, uint8 RGB of 88 × 88 px."""
    height, width = frame.shape[:2]
    left, top, right, bottom = np.array(person.box) * (width, height, width, height)
    side = max(8.0, 0.8 * min(right - left, bottom - top), 0.06 * min(height, width))
    side = min(side, height, width)
    # The head is in the upper part of the box, and rarely in the middle of spread arms' width.
    x = min(max(0.0, (left + right - side) / 2), width - side)
    y = min(max(0.0, top - 0.03 * side), height - side)
    crop = frame[int(y) : int(y + side), int(x) : int(x + side)]
    return cv2.resize(crop, (_THUMBNAIL, _THUMBNAIL), interpolation=cv2.INTER_AREA)


def faces_style(frame: np.ndarray, people: Sequence[Person]) -> str:
    """A style sheet that puts each person's thumbnail before their name in the list of people."""
    rules = "#people label > span::before { content: ''; width: 44px; height: 44px; border-radius: 8px; background-size: cover; }"
    for number, person in enumerate(people, 1):
        bgr = cv2.cvtColor(thumbnail(frame, person), cv2.COLOR_RGB2BGR)
        data = base64.b64encode(cv2.imencode(".jpg", bgr)[1].tobytes()).decode()
        rules += f"#people label:nth-of-type({number}) > span::before {{ background-image: url(data:image/jpeg;base64,{data}); }}"
    return f"<style>{rules}</style>"


def status_html(w: dict[str, str], session: Session, spent: Seconds, *, example: bool = False) -> str:
    """The line below the picture: time spent, sizes, the download."""
    stages = [("time_network", spent.network), ("time_edges", spent.edges), ("time_picture", spent.picture)]
    parts = [f"{w[name]} <b>{1000 * s:.0f} ms</b>" for name, s in stages if s is not None]
    text = " · ".join(parts)
    text = text[0].upper() + text[1:]
    if kept := [w[name] for name, s in stages if s is None]:
        text += f" ({w['kept'].format(stages=', '.join(kept))})"
    height, width = session.preview.shape[:2]
    full_height, full_width = session.photo.pixels.shape[:2]
    key = "full_size" if (height, width) == (full_height, full_width) else "preview_size"
    text += "<br>" + w[key].format(width=width, height=height, full_width=full_width, full_height=full_height)
    if not session.people:
        text = f"<b class=warn>{w['nobody']}</b>{text}"
    link = DOWNLOAD + (EXAMPLE if example else session.token)
    return (
        f'<div class=status><span>{text}</span><a class=download href="{link}" download '
        f'data-busy="{w["preparing"]}" data-gone="{w["expired"]}">{w["download"]}</a></div>'
    )
