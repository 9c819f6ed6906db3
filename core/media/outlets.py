"""Where live pictures go: a window, a virtual camera that other programs see, or a file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np

from core.errors import InputError
from core.media.video_writer import Clocked, VideoWriter

_PROBE = "import cv2; cv2.namedWindow('t'); cv2.waitKey(1)"


class Outlet(Protocol):
    """Takes one picture after another; a context manager, whose end finishes what was begun."""

    def show(self, picture: np.ndarray, pts: int) -> None:
        """uint8 RGB (H, W, 3) or grey (H, W) of any size; ``pts`` in ticks of the source."""

    def wanted(self) -> bool:
        """False once the user has closed it."""

    def __enter__(self) -> Outlet: ...

    def __exit__(self, *error: Any) -> None: ...


def open_outlet(text: str, source: Clocked, size: tuple[int, int]) -> Outlet:
    """``"window"``, ``"virtual"``, or a file's name.

    Args:
        source: whose time base and rate the pictures have.
        size: (width, height) of the first picture; others are fitted into it.

    Raises:
        InputError: it cannot be opened; the text says what is missing.
    """
    if text == "window":
        return Window(size)
    if text == "virtual":
        return VirtualCamera(size, float(source.rate))
    return Recording(text, source, size)


def fit_frame(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """RGB ``picture`` of exactly ``size`` (width, height): scaled to fit, centred on black; grey becomes RGB."""
    if picture.ndim == 2:
        picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB)
    (height, width), (wide, high) = picture.shape[:2], size
    if (width, height) == size:
        return picture
    scale = min(wide / width, high / height)
    part = cv2.resize(picture, (max(1, round(width * scale)), max(1, round(height * scale))))
    fitted = np.zeros((high, wide, 3), np.uint8)
    top, left = (high - part.shape[0]) // 2, (wide - part.shape[1]) // 2
    fitted[top : top + part.shape[0], left : left + part.shape[1]] = part
    return fitted


class Window:
    """A window of this desktop. Esc, Q or closing it ends the stream.

    Raises:
        InputError: this OpenCV has no windows, or there is no desktop to open one on.
    """

    _TITLE = "Triptych"
    _KEYS = (27, ord("q"), ord("Q"))

    def __init__(self, size: tuple[int, int]) -> None:
        if not can_show_windows():
            raise InputError(
                "this OpenCV was built without windows",
                "the package opencv-python in place of opencv-python-headless",
                "pip uninstall opencv-python-headless, then pip install --force-reinstall opencv-python; "
                "or take --output FILE",
            )
        os.environ.setdefault("QT_LOGGING_RULES", "*.warning=false")  # the wheels' Qt misses its fonts, aloud
        if sys.platform.startswith("linux"):
            # Without a screen OpenCV's toolkit ends the whole process, so another one tries first.
            tried = subprocess.run([sys.executable, "-c", _PROBE], capture_output=True, text=True)
            if tried.returncode:
                raise InputError(
                    "there is no screen to open a window on",
                    "a desktop session (DISPLAY names it)",
                    "take --output FILE or --output virtual",
                )
        cv2.namedWindow(self._TITLE, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO)
        cv2.resizeWindow(self._TITLE, *size)
        self._shown = False

    def show(self, picture: np.ndarray, pts: int) -> None:
        cv2.imshow(self._TITLE, picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        self._shown = True

    def wanted(self) -> bool:
        key = cv2.waitKey(1) & 0xFF  # also what keeps the window alive
        return key not in self._KEYS and (
            not self._shown or cv2.getWindowProperty(self._TITLE, cv2.WND_PROP_VISIBLE) >= 1
        )

    def __enter__(self) -> Window:
        return self

    def __exit__(self, *_: Any) -> None:
        cv2.destroyAllWindows()


def can_show_windows() -> bool:
    """Whether this OpenCV was built with a window toolkit (``opencv-python-headless`` is not)."""
    for line in cv2.getBuildInformation().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "GUI":
            return value.strip() not in ("", "NONE", "NO")
    return True


class VirtualCamera:
    """A camera that Zoom, a browser, … can choose. Needs the package ``pyvirtualcam`` and a driver.

    Raises:
        InputError: either is missing; the text says how to get it.
    """

    def __init__(self, size: tuple[int, int], rate: float) -> None:
        try:
            import pyvirtualcam
        except ImportError:
            raise InputError(
                "--output virtual without the package pyvirtualcam",
                "it installed",
                "pip install pyvirtualcam",
            ) from None
        self._size = size
        try:
            self._camera = pyvirtualcam.Camera(*size, max(1.0, rate))
        except (RuntimeError, OSError, ValueError) as error:
            raise InputError(
                f"there is no virtual camera to write to ({' '.join(str(error).split())[:200]})",
                "a driver: v4l2loopback on Linux, OBS Studio on Windows and macOS",
                "Linux: apt install v4l2loopback-dkms, then modprobe v4l2loopback exclusive_caps=1",
            ) from None
        self.device = self._camera.device

    def show(self, picture: np.ndarray, pts: int) -> None:
        self._camera.send(fit_frame(picture, self._size))

    def wanted(self) -> bool:
        return True

    def __enter__(self) -> VirtualCamera:
        return self

    def __exit__(self, *_: Any) -> None:
        self._camera.close()


class Recording:
    """A video file; stopped half-way, by whatever, it plays up to there. See `VideoWriter`."""

    def __init__(self, path: str | Path, source: Clocked, size: tuple[int, int]) -> None:
        self._size = size
        self._writer = VideoWriter(path, source, size, audio=False)
        self._last: int | None = None

    def show(self, picture: np.ndarray, pts: int) -> None:
        if self._last is not None:
            pts = max(pts, self._last + 1)  # two frames in one millisecond
        self._writer.write(fit_frame(picture, self._size), pts)
        self._last = pts

    def wanted(self) -> bool:
        return True

    def __enter__(self) -> Recording:
        return self

    def __exit__(self, *error: Any) -> None:
        if self._last is None:  # an empty file plays nowhere
            error = (InputError, InputError("no frame came"), None)
        elif error[0] is not None:  # whatever it is: what was live cannot be done again
            self._writer.stop()
        self._writer.__exit__(*error)
