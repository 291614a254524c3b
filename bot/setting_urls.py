"""Checks the URLs that settings hold."""

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
