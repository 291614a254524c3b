"""What it means that MLflow, or what stands in front of it, doesn't let Daypass in: each named for what it is."""

import re
from urllib.parse import urlsplit

from workflows.text import one_line

MAX_HOST_CHARS = 120
MAX_PAGE_BYTES = 50_000
"""Of a page that is looked through for a way to sign in."""
_SIGN_IN = re.compile(rb"type=[\"']?password|(sign|log)[ -]?in\b", re.IGNORECASE)
_SETTINGS = "Ask an operator to check the MLFLOW_TRACKING_… settings."


def not_let_in(status: int, location: str) -> str:
    """Why nothing was answered, by the status of the answer; empty if that says no such thing."""
    if status == 401:
        return f"MLflow doesn't accept Daypass's login (401). {_SETTINGS}"
    if status == 403:
        return (
            "MLflow knows Daypass's login, but doesn't permit this (403). Ask an operator to let Daypass's account read it, "
            "and set aliases."
        )
    if not 300 <= status < 400:
        return ""
    host = _host(location)
    if _SIGN_IN.search(location.encode()):
        return f"MLflow sends Daypass to a page to sign in{host} ({status}). {_SETTINGS}"
    return f"The server at MLFLOW_TRACKING_URI isn't MLflow: it redirects elsewhere{host} ({status})."


def not_mlflow(status: int, body: bytes) -> str:
    """What answered in MLflow's place."""
    if body.lstrip()[:1] == b"<" and _SIGN_IN.search(body[:MAX_PAGE_BYTES]):
        return (
            f"A page to sign in answered instead of MLflow ({status}): a proxy in front of it doesn't accept Daypass's "
            f"login. {_SETTINGS} Daypass keeps trying."
        )
    return (
        f"The server at MLFLOW_TRACKING_URI isn't MLflow ({status}): the address is wrong, or a proxy answered. "
        "Daypass keeps trying."
    )


def _host(location: str) -> str:
    try:
        host = urlsplit(location).hostname
    except ValueError:
        host = None
    return f" at {one_line(host, MAX_HOST_CHARS)}" if host else ""
