"""Checks the URLs that settings hold."""

from urllib.parse import urlsplit

from pydantic import AnyHttpUrl

from workflows.policy.hosts import is_loopback


def whole_host(url: AnyHttpUrl) -> AnyHttpUrl:
    """Return the URL. Raises ValueError unless Daypass has the host to itself.

    What else is served there would share its cookies, and a script of it could act as whoever is signed in.
    """
    if url.username or url.password:
        raise ValueError("remove the user name and password from this address")
    if url.path not in (None, "/") or url.query is not None or url.fragment is not None:
        raise ValueError(
            "Daypass needs its own host name, so the address must end after the host, such as https://daypass.example; "
            "have your proxy pass all requests for that host to Daypass"
        )
    return url


def sent_in_clear(url: AnyHttpUrl) -> bool:
    """Tell whether requests to it leave this machine unencrypted."""
    return url.scheme == "http" and not is_loopback(url.host or "")


def bare_address(url: AnyHttpUrl) -> AnyHttpUrl:
    """Return the URL. Raises ValueError unless it is encrypted, and an address alone."""
    if sent_in_clear(url):
        raise ValueError("tokens would be readable on the network over http://; use an https:// address")
    if url.username or url.password:
        raise ValueError("remove the user name and password from this address; they have their own settings")
    if url.query is not None or url.fragment is not None:
        raise ValueError("remove everything from “?” or “#” onwards")
    return url


def attestation_fault(key: str | None, url: AnyHttpUrl | None) -> str | None:
    """Say what is missing for attestations; None if nothing is."""
    if key and not url:
        return "set DAYPASS_URL too: attestations, which DAYPASS_ATTESTATION_KEY signs, name it as their verifier"
    return None


def calendar_fault(url: str) -> str:
    """Why Daypass can't read a calendar there, as the end of a sentence without the address; empty if it can."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return "isn't valid"
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))):
        return "doesn't begin with https://"
    return "contains a user or password; remove it" if parts.username is not None else ""
