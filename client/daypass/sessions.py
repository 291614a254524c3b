"""Keeps who you are signed in as: in the system's keyring, else in a file that only you can read."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from daypass.private_files import read_private, write_private
from daypass.text import parsed

_SERVICE = "daypass"
_TRUSTED = 1
"""A keyring's own priority; those below keep secrets readable, or not at all."""


class Keyring(Protocol):
    """What is used of a backend of the package `keyring`."""

    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


@dataclass(frozen=True)
class Session:
    """Who you are at `url`, until `expires_at`."""

    url: str
    token: str = field(repr=False)
    expires_at: datetime
    person: str

    @property
    def is_over(self) -> bool:
        return self.expires_at <= datetime.now(UTC)


class Sessions:
    """Sessions by Daypass's address: a token goes nowhere else than where it came from."""

    def __init__(self, folder: Path, keyring: Keyring | None = None) -> None:
        self._file = folder / "sessions.json"
        self._config = folder / "config.json"
        self._keyring = keyring

    @property
    def last_url(self) -> str | None:
        """The address that was signed in to last."""
        found = read_private(self._config).get("url")
        return found if isinstance(found, str) else None

    def remember(self, url: str) -> None:
        """Keep the address for the next command."""
        write_private(self._config, {"url": url})

    def find(self, url: str) -> Session | None:
        """Return the session there, ended or not. Raises DaypassError if the file isn't private."""
        kept = self._from_keyring(url) or read_private(self._file).get(url)
        try:
            assert isinstance(kept, Mapping)
            return Session(url, str(kept["token"]), parsed(str(kept["expires_at"])), str(kept["person"]))
        except (AssertionError, KeyError, ValueError):
            return None

    def keep(self, session: Session) -> str:
        """Keep the session instead of an older one; say where, in words."""
        kept = {
            "token": session.token,
            "expires_at": session.expires_at.isoformat(),
            "person": session.person,
        }
        if self._keyring is not None and self._to_keyring(session.url, json.dumps(kept)):
            self._forget_in_file(session.url)
            return "the system's keyring"
        write_private(self._file, {**read_private(self._file), session.url: kept})
        return str(self._file)

    def forget(self, url: str) -> None:
        """Forget the session there, wherever it is kept."""
        if self._keyring is not None:
            with suppress(Exception):  # each backend raises its own, and what isn't there can't be deleted
                self._keyring.delete_password(_SERVICE, url)
        self._forget_in_file(url)

    def _forget_in_file(self, url: str) -> None:
        kept = read_private(self._file)
        if kept.pop(url, None) is not None:
            write_private(self._file, kept)

    def _from_keyring(self, url: str) -> Any:
        try:
            found = self._keyring.get_password(_SERVICE, url) if self._keyring is not None else None
            return json.loads(found) if found else None
        except Exception:  # locked, or its service isn't running; each backend raises its own
            return None

    def _to_keyring(self, url: str, text: str) -> bool:
        try:
            assert self._keyring is not None
            self._keyring.set_password(_SERVICE, url, text)
            return self._keyring.get_password(_SERVICE, url) == text
        except Exception:  # as above
            return False


def system_keyring() -> Keyring | None:
    """Open the system's keyring, if the package `keyring` is installed and has one that keeps secrets secret."""
    try:
        from keyring import get_keyring

        chosen: Any = get_keyring()
        backends = getattr(chosen, "backends", None) or [chosen]
        found: Keyring | None = next((one for one in backends if one.priority >= _TRUSTED), None)
    except Exception:  # not installed, or broken in a way of its own
        return None
    return found
