"""By which names the server is reached, and with which password; read before anything heavy is loaded."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.errors import InputError

VARIABLE = "TRIPTYCH_AUTH"
"""Of the environment: ``USER:PASSWORD``, where it stands in no list of processes."""


@dataclass(frozen=True)
class Access:
    """Who may come.

    Attributes:
        host: the address that is served on.
        names: by which others reach it, e.g. through a proxy; lower case.
        user, password: empty where everybody may come in.
    """

    host: str = "127.0.0.1"
    names: tuple[str, ...] = ()
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def for_others(self) -> bool:
        """Whether more than this machine can come."""
        return not all(is_loopback(name) for name in (self.host, *self.names))


def is_loopback(name: str) -> bool:
    """Whether a host's name or address means this machine alone. Names are not looked up: who answers may lie.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("localhost"), is_loopback("0.0.0.0"), is_loopback("")
    (True, True, True, False, False)
    """
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name.lower() == "localhost"


def choose_access(
    host: str, names: list[str], auth: str | None, no_auth: bool, environment: Mapping[str, str]
) -> Access:
    """What the command line asks for.

    Raises:
        InputError: others could come, and neither a password nor its absence was asked for; or no such password.
    """
    if no_auth and auth is not None:
        raise InputError("--auth and --no-auth at once", "one of them")
    if auth is None and not no_auth:
        auth = environment.get(VARIABLE) or None
    user, colon, password = (auth or "").partition(":")
    if auth is not None and not (user and colon and password):
        raise InputError(
            "the password cannot be used", "USER:PASSWORD", f"give it with --auth or in {VARIABLE}"
        )
    access = Access(host, tuple(name.lower() for name in names), user, password)
    if access.for_others and not user and not no_auth:
        asked = next(
            text
            for text, name in [(f"--host {host}", host), *((f"--name {name}", name) for name in names)]
            if not is_loopback(name)
        )
        raise InputError(
            f"{asked} lets others in",
            f"--auth USER:PASSWORD (or {VARIABLE}=USER:PASSWORD in the environment), or --no-auth to let everybody in",
        )
    return access
