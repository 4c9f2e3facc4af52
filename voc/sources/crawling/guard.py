"""Which addresses may be connected to: none inside a private network, however it is spelt."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

_TRANSLATED: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_LAST_32_BITS: Final = 0xFFFF_FFFF


def is_public(address: str) -> bool:
    """Whether a numeric address, as a resolver gives it, lies in the public internet.

    Private, loopback, link-local, shared (100.64/10), reserved and multicast addresses do not, nor
    do IPv6 addresses that carry such an IPv4 address (mapped, compatible, 6to4, NAT64).
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _carried(found) if isinstance(found, IPv6Address) else None
    if inner is not None and not is_public(str(inner)):
        return False
    return (found.is_global or inner is not None) and not found.is_multicast


def _carried(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    is_compatible = int(address) >> 32 == 0
    if is_compatible or any(address in network for network in _TRANSLATED):
        return IPv4Address(int(address) & _LAST_32_BITS)
    return None


class Guard:
    """Decides, for a name and the address that it resolved to, whether to connect.

    The address that was judged is the one that is connected to, so that a name which resolves
    publicly at one time and privately at another gains nothing.

    Args:
        allowed: Hosts, as they stand in addresses, that may lie in a private network.
    """

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed: set[str] = set()
        self._permitted: set[str] = set()
        self.refused: set[str] = set()
        self.allow(allowed)

    def allow(self, hosts: Iterable[str]) -> None:
        """Lets hosts lie in a private network."""
        self._allowed |= {host.lower().strip("[]") for host in hosts}

    def admits(self, host: str, address: str) -> bool:
        """Whether `host` may be connected to at `address`; remembers the answer."""
        if host.lower().strip("[]") in self._allowed:
            self._permitted.add(address)
            return True
        if is_public(address):
            return True
        self.refused.add(host.lower())
        return False

    def may_connect(self, address: str) -> bool:
        """Whether a socket may be opened to a numeric address."""
        return address in self._permitted or is_public(address)
