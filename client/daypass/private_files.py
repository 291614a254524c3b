"""Files that only their owner can read, for what has to be kept between two commands."""

import json
import os
import secrets
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from daypass.errors import DaypassError

_OTHERS = 0o077
_OTHERS_WRITE = 0o022
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


def config_folder(environment: Mapping[str, str]) -> Path:
    """Name the folder of this user's Daypass: ~/.config/daypass, or %APPDATA%\\daypass."""
    if sys.platform == "win32":
        return Path(environment.get("APPDATA") or Path.home()) / "daypass"
    given = environment.get("XDG_CONFIG_HOME", "")
    return (Path(given) if given.startswith("/") else Path.home() / ".config") / "daypass"


def read_private(file: Path) -> dict[str, Any]:
    """Read a file that nobody else could read or have written; nothing if there is none. Raises DaypassError."""
    try:
        handle = os.open(file, os.O_RDONLY | _NO_LINK)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise DaypassError(f"{file} can't be read: {error.strerror}. Remove it and sign in again.") from error
    with os.fdopen(handle, "rb") as opened:
        _refuse_shared(file, os.fstat(opened.fileno()))
        try:
            found = json.loads(opened.read())
        except ValueError as error:
            raise DaypassError(f"{file} is damaged. Remove it and sign in again.") from error
    return found if isinstance(found, dict) else {}


def write_private(file: Path, content: Mapping[str, Any]) -> None:
    """Replace the file as a whole, in a folder that is this user's alone. Raises DaypassError."""
    try:
        make_folder(file.parent)
        beside = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
        create(beside, json.dumps(content, indent=1))
        try:
            beside.replace(file)
        except OSError:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise DaypassError(f"{file} can't be written: {error.strerror}.") from error


def create(file: Path, text: str) -> None:
    """Create a file that only its owner can read. Raises OSError, also if there is one already."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as opened:
        opened.write(text)


def make_folder(folder: Path) -> None:
    """Make the folder, or see that nobody else can write in it. Raises DaypassError or OSError."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.stat()
        if _is_posix() and (found.st_uid != os.getuid() or found.st_mode & _OTHERS_WRITE):
            raise DaypassError(
                f"Others can write in {folder}. Make it yours alone: chmod 700 {folder}"
            ) from None


def _refuse_shared(file: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise DaypassError(f"{file} isn't a file. Remove it and sign in again.")
    if _is_posix() and (found.st_uid != os.getuid() or found.st_mode & _OTHERS):
        raise DaypassError(
            f"Others could read {file}, so it isn't used. Remove it, sign in again, and sign out the old session "
            "in the console."
        )


def _is_posix() -> bool:
    """Tell whether modes and owners mean anything here."""
    return hasattr(os, "getuid")
