"""All gates in their order."""

from __future__ import annotations

from fastapi import FastAPI

from demos.access.headers import SecurityHeaders
from demos.access.hosts import HostGate
from demos.access.malformed import MalformedGate
from demos.access.options import Access
from demos.access.pages import Languages
from demos.access.routes import RouteGate
from demos.access.sign_in import SignInGate
from demos.access.visitors import VisitorGate


def add_gates(app: FastAPI, access: Access, languages: Languages, folder: str) -> None:
    """Put the gates before ``app``; what is added to it later stands before them.

    Args:
        app: with all its routes.
        access: who may come.
        languages: the pages.
        folder: Gradio's own, for uploads and results.
    """
    # From the innermost to the outermost: who is not let in learns nothing of what there is.
    app.add_middleware(MalformedGate, languages=languages, folder=folder)
    app.add_middleware(VisitorGate, folder=folder, languages=languages)
    app.add_middleware(RouteGate, pages=list(languages.pages))
    if access.user:
        app.add_middleware(SignInGate, access=access, languages=languages)
    app.add_middleware(HostGate, access=access, languages=languages)
    app.add_middleware(SecurityHeaders)
