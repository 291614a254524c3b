"""Checks addresses before a secret goes there."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from daypass.errors import DaypassError


def site(address: str, name: str) -> str:
    """Return Daypass's address without a slash at its end. `name` says where it was given. Raises DaypassError."""
    parts = urlsplit(address.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise DaypassError(f"{name}: “{address}” isn't an address. Write it like https://daypass.example.")
    if parts.username or parts.password:
        raise DaypassError(f"{name}: remove the user name and password from this address.")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise DaypassError(f"{name}: the address must end after the host, such as https://daypass.example.")
    refuse_clear(address, name)
    return f"{parts.scheme}://{parts.netloc}"


def refuse_clear(address: str, name: str) -> None:
    """Raise DaypassError if what goes there could be read on the network."""
    parts = urlsplit(address.strip())
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        return
    raise DaypassError(
        f"{name}: secrets would be readable on the network over {parts.scheme or 'no'}://; use an https:// address."
    )


def is_loopback(host: str) -> bool:
    """Tell whether the host is this computer."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
