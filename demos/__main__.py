"""``python -m demos``: serve the page and open the browser on it."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import errno
import logging
import os
import signal
import socket
import sys
import tempfile
import threading
import webbrowser

from core.errors import InputError
from core.heap import settle_heap
from core.offline import go_offline
from demos.access.options import VARIABLE, choose_access
from demos.memory import give_back_memory
from demos.work_folder import work_folder

PORTS_TRIED = 20


def pick_port(host: str, wanted: int) -> int:
    """``wanted``, or the next port that is free; says so when it is another.

    Raises:
        SystemExit: none of the next twenty is free, or this machine has no such address.
    """
    for port in range(wanted, min(wanted + PORTS_TRIED, 65536)):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            if os.name != "nt":  # on Windows this option would allow a port that is in use
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                # Windows answers "access denied" where another program holds a port exclusively.
                if error.errno == errno.EADDRINUSE or (os.name == "nt" and error.errno == errno.EACCES):
                    continue
                raise SystemExit(f"error: cannot serve on {host}:{port} ({error.strerror})") from None
        if port != wanted:
            print(f"Port {wanted} is taken; using {port} instead.", flush=True)
        return port
    raise SystemExit(
        f"error: ports {wanted} to {wanted + PORTS_TRIED - 1} are all taken; name another with --port"
    )


def can_open_browser() -> bool:
    """Whether there is a screen to open a browser on."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m demos", description="Serve Triptych's page on this machine."
    )
    parser.add_argument(
        "--port", type=int, default=7860, help="default 7860; the next free one if it is taken"
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to serve on; default 127.0.0.1: this machine only"
    )
    parser.add_argument(
        "--name",
        action="append",
        default=[],
        help="a name that others reach the page by, e.g. through a proxy; may be given again",
    )
    parser.add_argument(
        "--auth",
        metavar="USER:PASSWORD",
        help=f"ask for them; {VARIABLE} in the environment does the same, and is seen in no list of processes",
    )
    parser.add_argument("--no-auth", action="store_true", help="let everybody in who can reach --host")
    parser.add_argument(
        "--lang", choices=("en", "ko"), help="language of the front page; default: as the browser asks"
    )
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    options = parser.parse_args(argv)
    try:
        access = choose_access(options.host, options.name, options.auth, options.no_auth, os.environ)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    go_offline()
    settle_heap()
    heed_signals()
    port = pick_port(options.host, options.port)
    with work_folder() as folder:
        # Uploads and results live here and go when the server does. Gradio sweeps only what lies in its own
        # folder, and copies there what it is to serve from beside it.
        tempfile.tempdir = str(folder)
        os.environ["GRADIO_TEMP_DIR"] = str(folder / "pages")
        print("Starting …", flush=True)
        try:
            from demos.app import build_app

            app = build_app(options.lang, access)
        except InputError as error:
            print(f"error: {error}", file=sys.stderr)
            return 2
        except KeyboardInterrupt:
            print("Stopped.", flush=True)
            return 130
        serve(app, options.host, port, open_browser=not options.no_browser and can_open_browser())
    return 0


def heed_signals() -> None:
    """What a service manager or a closing terminal sends ends the server as Ctrl-C does: with its visitors' files deleted."""

    def end(number: int, _frame: object) -> None:
        # A closing terminal sends several; what is being tidied up must not stop half-way.
        for heeded in numbers:
            signal.signal(heeded, signal.SIG_IGN)
        raise Ended(number)

    # Windows lacks one.
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    for number in numbers:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(number, end)


class Ended(SystemExit):
    """By a signal, which ends the process in the end: who sent it looks for that."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)
        self.number = number


def serve(app, host: str, port: int, *, open_browser: bool) -> None:
    """Run until Ctrl-C, or a signal that is heeded."""
    import uvicorn

    from demos.live.protocol import MAX_MESSAGE

    # JPEGs do not shrink by deflating them once more.
    config = uvicorn.Config(
        app, host, port, log_level="warning", timeout_graceful_shutdown=2, ws_max_size=MAX_MESSAGE + 64,
        ws_per_message_deflate=False, server_header=False,
    )  # fmt: skip
    logging.getLogger("uvicorn.error").addFilter(_is_no_farewell)
    server = uvicorn.Server(config)
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)
    address = f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"

    def announce() -> None:
        while not server.started and not server.should_exit:
            threading.Event().wait(0.05)
        if server.started:
            print(f"Triptych is ready at {address} — stop it with Ctrl-C.", flush=True)
            if open_browser:
                webbrowser.open(address)

    threading.Thread(target=announce, daemon=True).start()
    stopped = threading.Event()
    give_back_memory(stopped)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            server.run()
    finally:
        stopped.set()
        print("Stopped.", flush=True)


def _is_no_farewell(record: logging.LogRecord) -> bool:
    """Not of an open page's connections, which Ctrl-C cuts: that is meant, and no error."""
    error = record.exc_info and record.exc_info[1]
    return (
        not isinstance(error, asyncio.CancelledError)
        and "timeout graceful shutdown" not in record.getMessage()
    )


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Ended as ended:
        sys.stdout.flush()
        signal.signal(ended.number, signal.SIG_DFL)
        signal.raise_signal(ended.number)
