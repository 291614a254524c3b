"""Hosts as URLs name them."""

from ipaddress import ip_address


def host_name(host: str) -> str:
    """As hosts are compared: small letters, without the root's dot."""
    return host.casefold().rstrip(".")


def is_loopback(host: str) -> bool:
    """Whether a URL's host is this machine, by being written so; nothing is looked up."""
    if host_name(host) == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
