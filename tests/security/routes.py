"""All routes of a server, its own and those of the Gradio pages mounted in it."""

from __future__ import annotations

import re
from typing import Any

from fastapi import routing


def all_routes(app: Any) -> list[tuple[str, str]]:
    """``(method, path)`` of each; "any" stands for what a path leaves open."""
    return sorted({(method, re.sub(r"{[^}]*}", "any", path)) for method, path in _walk(app.routes, "")})


def _walk(routes: Any, prefix: str) -> list[tuple[str, str]]:
    found = []
    for route in routes:
        if hasattr(
            route, "original_router"
        ):  # how newer versions of FastAPI keep what include_router was given
            found += [
                (method, prefix + context.path)
                for context in routing.iter_route_contexts([route])
                for method in getattr(context, "methods", None) or ()
            ]
        elif hasattr(route, "routes") and hasattr(route, "app"):  # a mount
            found += _walk(route.app.routes, prefix + route.path)
        else:
            found += [(method, prefix + route.path) for method in getattr(route, "methods", None) or ()]
    return found
