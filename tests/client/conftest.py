"""A Daypass to call, and a person's home to call it from."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from daypass.api import Daypass, open_client
from daypass.sessions import Session, Sessions
from tests.client.double import Double, doubled

TOKEN = "dp_the-secret-of-adas-session"


@pytest.fixture
def double() -> Iterator[Double]:
    with doubled() as double:
        double.tokens.add(TOKEN)
        yield double


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def api(double: Double) -> Iterator[Daypass]:
    """The API, called by Ada."""
    with open_client(double.url) as client:
        yield Daypass(client, double.url, lambda: TOKEN, patience=0.2, is_machine=False)


@pytest.fixture
def home(double: Double, tmp_path: Path) -> dict[str, str]:
    """The environment of Ada, who has signed in."""
    environment = home_of(tmp_path, double.url)
    Sessions(tmp_path / "config" / "daypass").keep(session_at(double.url))
    return environment


def home_of(folder: Path, url: str) -> dict[str, str]:
    """The environment of somebody who has not signed in, with nothing of the tester's own in it."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_RUNTIME_DIR": str(folder),
        "DAYPASS_URL": url,
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }


def session_at(url: str, hours: float = 8) -> Session:
    return Session(url, TOKEN, datetime.now(UTC) + timedelta(hours=hours), "Ada Lovelace")
