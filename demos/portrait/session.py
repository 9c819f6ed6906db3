"""What the panel remembers of a visitor: the photo and its stages; bounded in number and in time."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field

import cv2
import numpy as np

from core.media.images import Photo
from core.portrait.effect import Effect
from core.portrait.photo import PortraitPhoto
from core.segmenter import load_segmenter

PREVIEW_SIDE = 1280  # px: what a page shows; downloads are made from the whole photo
MAX_SESSIONS = 12
IDLE_S = 45 * 60


@dataclass
class Session:
    """One visitor's photo. Stages are computed once for a network, at preview size and, for a download, in full."""

    photo: Photo
    token: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    effect: Effect = field(default_factory=Effect)
    weights: str = "portrait-fine"
    touched: float = field(default_factory=time.monotonic)
    _stages: dict[tuple[str, bool], PortraitPhoto] = field(default_factory=dict)

    def __post_init__(self) -> None:
        height, width = self.photo.pixels.shape[:2]
        scale = min(1.0, PREVIEW_SIDE / max(height, width))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        small = scale < 1
        self.preview = (
            cv2.resize(self.photo.pixels, size, interpolation=cv2.INTER_AREA) if small else self.photo.pixels
        )

    def stages(self, *, full: bool = False) -> PortraitPhoto:
        """The photo's stages for the chosen network."""
        whole = full and self.preview is not self.photo.pixels
        key = (self.weights, whole)
        if key not in self._stages:
            pixels = self.photo.pixels if whole else self.preview
            self._stages[key] = PortraitPhoto(pixels, load_segmenter(self.weights))
        return self._stages[key]

    def render(self, effect: Effect, weights: str, *, full: bool = False) -> np.ndarray:
        self.effect, self.weights, self.touched = effect, weights, time.monotonic()
        return self.stages(full=full).render(effect)


class Sessions:
    """Sessions by their token; the least recently used go first, and all after a while. Thread-safe."""

    def __init__(self, capacity: int = MAX_SESSIONS, idle_s: float = IDLE_S) -> None:
        self._capacity, self._idle_s = capacity, idle_s
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, photo: Photo) -> Session:
        session = Session(photo)
        with self._lock:
            now = time.monotonic()
            for token in [t for t, s in self._sessions.items() if now - s.touched > self._idle_s]:
                del self._sessions[token]
            self._sessions[session.token] = session
            while len(self._sessions) > self._capacity:
                self._sessions.popitem(last=False)
        return session

    def get(self, token: str | None) -> Session | None:
        with self._lock:
            session = self._sessions.get(token or "")
            if session is not None:
                self._sessions.move_to_end(session.token)
                session.touched = time.monotonic()
            return session

    def __len__(self) -> int:
        return len(self._sessions)
