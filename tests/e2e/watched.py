"""``python -m tests.e2e.watched LOG OPTIONS …``: ``python -m demos``, and whatever it tries to reach beyond this machine, a line each.

Sees what Python's own sockets do, look-ups of names too; a library that opened sockets in machine code would escape it.
"""

from __future__ import annotations

import contextlib
import ipaddress
import sys
from pathlib import Path
from typing import Any

_TARGET = {
    "socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1, "socket.getaddrinfo": 0, "socket.gethostbyname": 0,
}  # fmt: skip


def is_outside(target: Any) -> bool:
    """Whether an address, as ``socket`` takes them, means another machine. Names are outside unless they are localhost."""
    host = target[0] if isinstance(target, tuple) and target else target
    if isinstance(host, bytes):
        host = host.decode("latin-1")
    if not isinstance(host, str) or not host or (not isinstance(target, tuple) and host.startswith("/")):
        return False  # none, this machine itself, or a socket in the file system
    with contextlib.suppress(ValueError):
        return not ipaddress.ip_address(host.partition("%")[0]).is_loopback
    return host != "localhost"


def watch(log: Path) -> None:
    """Write down what this process tries from now on."""

    def hear(event: str, arguments: tuple) -> None:
        if event in _TARGET and is_outside(target := arguments[_TARGET[event]]):
            with open(log, "a", encoding="utf-8") as file:
                file.write(f"{event} {target}\n")

    sys.addaudithook(hear)


if __name__ == "__main__":
    from demos.__main__ import main

    watch(Path(sys.argv[1]))
    sys.exit(main(sys.argv[2:]))
