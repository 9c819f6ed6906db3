"""What the panel remembers of a visitor: the photo and its stages; bounded in memory, number and time."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field

import cv2
import numpy as np

from core.media.images import Photo, read_image
from core.portrait.compose import cover
from core.portrait.effect import Effect
from core.portrait.people import Person
from core.portrait.photo import PortraitPhoto
from core.segmenter import load_segmenter

PREVIEW_SIDE = 1280  # px: what a page shows; downloads are made from the whole photo
MAX_SESSIONS = 12
MAX_BYTES = 1 << 30
IDLE_S = 6 * 3600
_STAGE_BYTES = 16  # a pixel: matte, refined matte, edge colours and their halves


@dataclass(frozen=True)
class Seconds:
    """Time spent on one picture; None: that stage was kept from before."""

    network: float | None
    edges: float | None
    picture: float


@dataclass
class Session:
    """One visitor's photo. Stages are computed once for a network, at preview size and, for a download, in full."""

    photo: Photo
    token: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    effect: Effect = field(default_factory=Effect)
    weights: str = "portrait-fine"
    touched: float = field(default_factory=time.monotonic)
    _asked: bool = False  # a choice of its people has come
    _background: tuple[str, np.ndarray] | None = None  # its path and pixels
    _stages: dict[tuple[str, bool], PortraitPhoto] = field(default_factory=dict)
    _network_s: float | None = None  # spent and not yet told
    _turn: threading.Lock = field(default_factory=threading.Lock)

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
        with self._turn:
            if key not in self._stages:
                pixels = self.photo.pixels if whole else self.preview
                self._stages[key] = PortraitPhoto(pixels, load_segmenter(self.weights))
            return self._stages[key]

    @property
    def people(self) -> list[Person]:
        """Who stands apart, from left to right."""
        self._ask_network()
        return sorted(self.stages().people, key=lambda person: person.centre[0])

    def _ask_network(self) -> None:
        stages = self.stages()
        if not stages.counts["matte"]:
            began = time.perf_counter()
            _ = stages.matte
            self._network_s = time.perf_counter() - began

    def show(self, effect: Effect) -> tuple[np.ndarray, Seconds]:
        """The picture at preview size, uint8, and what it cost."""
        self.effect, self.touched = effect, time.monotonic()
        stages = self.stages()
        self._ask_network()
        network, self._network_s = self._network_s, None
        edges = None
        began = time.perf_counter()
        if not stages.counts["refined"]:
            _ = stages.refined
            edges = time.perf_counter() - began
        began = time.perf_counter()
        picture = stages.render(effect)
        return picture, Seconds(network, edges, time.perf_counter() - began)

    def names(self, count: int) -> list[str]:
        """What the page calls this many people: of this photo, so that a choice made before it opened is none of its own."""
        return [f"{self.token} {i}" for i in range(count)]

    def choice(self, names: list[str]) -> list[int] | None:
        """Who is chosen, from `names` that the page sent; None: they are another photo's, or nobody was asked yet."""
        own = [name.split(" ")[-1] for name in names if name.startswith(f"{self.token} ")]
        if len(own) < len(names) or not (own or self._asked):
            return None
        self._asked = True
        return [int(number) for number in own]

    def background(self, path: str) -> np.ndarray:
        """The picture at ``path``, uint8 RGB, read once; what is larger than the photo as large as the photo.

        Raises:
            InputError: it cannot be read.
        """
        if self._background is None or self._background[0] != path:
            pixels = read_image(path).pixels
            if pixels.nbytes > self.photo.pixels.nbytes:
                pixels = cover(pixels, *self.photo.pixels.shape[:2])
            self._background = path, pixels
        return self._background[1]

    def render_full(self) -> np.ndarray:
        """The picture with the latest settings at the photo's own size, uint8."""
        self.touched = time.monotonic()
        return self.stages(full=True).render(self.effect)

    def forget_full(self) -> None:
        """Give the memory of full-size stages back; the next download computes them again."""
        with self._turn:
            for key in [key for key in self._stages if key[1]]:
                del self._stages[key]

    @property
    def held_bytes(self) -> int:
        """About how much memory this takes."""
        stages = sum(s.frame.shape[0] * s.frame.shape[1] for s in list(self._stages.values()))
        behind = self._background[1].nbytes if self._background else 0
        return self.photo.pixels.nbytes + self.preview.nbytes + behind + _STAGE_BYTES * stages


class Sessions:
    """Sessions by their token; the least recently used go first, and all after a while. Thread-safe."""

    def __init__(
        self, capacity: int = MAX_SESSIONS, idle_s: float = IDLE_S, max_bytes: int = MAX_BYTES
    ) -> None:
        self._capacity, self._idle_s, self._max_bytes = capacity, idle_s, max_bytes
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, photo: Photo) -> Session:
        """A new session, the most recent; older ones may have to go for it."""
        session = Session(photo)
        with self._lock:
            self._sessions[session.token] = session
            self._make_room()
        return session

    def get(self, token: str | None) -> Session | None:
        """The session, now the most recent; None where it is unknown or gone."""
        with self._lock:
            session = self._sessions.get(token or "")
            if session is not None:
                self._sessions.move_to_end(session.token)
                session.touched = time.monotonic()
                self._make_room()
            return session

    def _make_room(self) -> None:
        now = time.monotonic()
        *older, _ = self._sessions.values()
        for session in older:
            if now - session.touched > self._idle_s:
                del self._sessions[session.token]
        while len(self._sessions) > self._capacity:
            self._sessions.popitem(last=False)
        *older, _ = self._sessions.values()
        held = sum(session.held_bytes for session in self._sessions.values())
        for forget in (True, False):
            for session in older:
                if held <= self._max_bytes:
                    return
                held -= session.held_bytes
                if forget:  # what can be computed again goes before a photo does
                    session.forget_full()
                    held += session.held_bytes
                else:
                    del self._sessions[session.token]

    def __len__(self) -> int:
        return len(self._sessions)
