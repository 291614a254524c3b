"""Which addresses Daypass's own requests may go to (server-side request forgery, OWASP's cheat sheet).

Public ones, and of private ones those that an operator has named. A host that was named by its name may be at any
private address but link-local ones, where clouds serve their metadata; those only go by their address.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from workflows.policy.hosts import host_name

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NAT64 = IPv6Network("64:ff9b::/96")
"""IPv4 addresses within IPv6 (RFC 6052)."""
_NOT_PUBLIC = tuple(
    map(
        ip_network,
        ("192.0.0.0/24", "192.88.99.0/24", "::/96", "64:ff9b:1::/48", "2001::/23", "fec0::/10", "5f00::/16"),
    )
)
"""By IANA's registries of special addresses (RFC 6890), where some versions of Python know less."""
_AZURE_METADATA = IPv4Address("168.63.129.16")
"""Public by its number, and inside every virtual machine of Azure."""


@dataclass(frozen=True)
class Reach:
    """What of the private addresses may be reached: `hosts` by their names, `networks` by addresses."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    def naming(self, url: str) -> "Reach":
        """The same, and the host of this address, which the operator has configured."""
        return self if (host := urlsplit(url).hostname) is None else _with(self, host)

    def admits(self, host: str, address: str) -> bool:
        """Whether a connection to `host`, which is at `address`, may be made."""
        found = _plain(ip_address(address.partition("%")[0]))
        if any(found in network for network in self.networks if network.version == found.version):
            return True
        if found.is_link_local or found.is_unspecified or found.is_multicast or found == _AZURE_METADATA:
            return False
        return _is_public(found) or host_name(host) in self.hosts


def read_reach(names: Iterable[str]) -> Reach:
    """From host names, addresses and networks (`10.2.0.0/16`). Raises ValueError for what is none of them."""
    found = Reach()
    for name in names:
        found = _with(found, name)
    return found


def _with(reach: Reach, name: str) -> Reach:
    try:
        network = ip_network(name.strip("[]"), strict=False)
    except ValueError:
        if not name or any(char in name for char in "/:@ \t"):
            raise ValueError(f"“{name[:60]}” is neither a host name nor an address or network") from None
        return replace(reach, hosts=reach.hosts | {host_name(name)})
    return replace(reach, networks=(*reach.networks, network))


def _is_public(address: Address) -> bool:
    special = (network for network in _NOT_PUBLIC if network.version == address.version)
    return address.is_global and not any(address in network for network in special)


def _plain(address: Address) -> Address:
    """The IPv4 address that an IPv6 address leads to, if it does."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address
