"""What the panel remembers of its visitors: pictures by their token, bounded in number, memory and time."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

from demos.driving.examples import draw_example, example_of
from demos.driving.scene import Scene

MAX_SCENES = 16
MAX_BYTES = 1 << 30
IDLE_S = 6 * 3600


class Scenes:
    """Scenes by their token; the least recently used go first, and all after a while. Thread-safe.

    Examples are made when they are asked for, and made again if they had to go.
    """

    def __init__(
        self, capacity: int = MAX_SCENES, idle_s: float = IDLE_S, max_bytes: int = MAX_BYTES
    ) -> None:
        self._capacity, self._idle_s, self._max_bytes = capacity, idle_s, max_bytes
        self._scenes: OrderedDict[str, Scene] = OrderedDict()
        self._lock = threading.Lock()
        self._drawing = threading.Lock()

    def keep(self, scene: Scene) -> Scene:
        """Remember a scene, the most recent now; older ones may have to go for it."""
        with self._lock:
            self._scenes[scene.token] = scene
            self._make_room()
        return scene

    def get(self, token: str | None) -> Scene | None:
        """The scene, now the most recent; None where it is unknown or gone."""
        found = self._find(token or "")
        seed = example_of(token or "")
        if found is not None or seed is None:
            return found
        with self._drawing:  # two visitors who come at once see one street
            return self._find(token or "") or self.keep(draw_example(seed))

    def _find(self, token: str) -> Scene | None:
        with self._lock:
            scene = self._scenes.get(token)
            if scene is not None:
                self._scenes.move_to_end(token)
                scene.touched = time.monotonic()
                self._make_room()
            return scene

    def _make_room(self) -> None:
        now = time.monotonic()
        *older, newest = self._scenes.values()
        held = newest.held_bytes
        for age, scene in enumerate(reversed(older), 2):
            held += scene.held_bytes
            if age > self._capacity or held > self._max_bytes or now - scene.touched > self._idle_s:
                held -= scene.held_bytes
                del self._scenes[scene.token]

    def __len__(self) -> int:
        return len(self._scenes)
