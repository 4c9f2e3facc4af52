"""Which addresses may be connected to: public ones, and what the settings allow.

The check is made where the connection is, on the very address that is then connected to, so that
no spelling of an address (127.1, 0x7f.1, 2130706433) and no name that resolves to something else a
moment later comes around it.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable, Sequence
from typing import Any, Final

import httpcore2
from httpcore2 import AsyncNetworkBackend, AsyncNetworkStream

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_ASSIGNED: Final = ipaddress.ip_network("192.0.0.0/24")
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_NAT64_LOCAL: Final = ipaddress.ip_network("64:ff9b:1::/48")


class ForbiddenAddressError(httpcore2.ConnectError):
    """A host leads to addresses that may not be connected to."""


class AddressRules:
    """Says which addresses may be connected to.

    Args:
        allow: Hosts by their name, and addresses and networks, that may be private ones.
    """

    def __init__(self, allow: Iterable[str] = ()) -> None:
        self._names: set[str] = set()
        self._networks: list[Network] = []
        for entry in allow:
            try:
                self._networks.append(ipaddress.ip_network(entry.strip("[]"), strict=False))
            except ValueError:
                self._names.add(entry.lower())

    def permits(self, host: str, address: str) -> bool:
        """Says whether `address`, which `host` resolved to, may be connected to."""
        if host.lower().strip("[]") in self._names:
            return True
        found = _innermost(ipaddress.ip_address(address.partition("%")[0]))
        if any(found in network for network in self._networks):
            return True
        return found.is_global and not found.is_multicast and found not in _ASSIGNED


def _innermost(address: Address) -> Address:
    """Returns the IPv4 address that an IPv6 address stands for, where it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    packed = int(address)
    if address in _NAT64 or address in _NAT64_LOCAL or packed >> 32 == 0:
        return ipaddress.IPv4Address(packed & 0xFFFFFFFF)
    return address


async def resolve(host: str, port: int) -> Sequence[str]:
    """Returns the addresses of a host, in the order the system prefers.

    Raises:
        OSError: The name is not known.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


class GuardedBackend(AsyncNetworkBackend):
    """Connects to permitted addresses only."""

    def __init__(self, rules: AddressRules) -> None:
        self._rules = rules
        self._inner = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> AsyncNetworkStream:
        try:
            addresses = await resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(f"the name {host} is not known ({error})") from error
        permitted = [item for item in addresses if self._rules.permits(host, item)]
        if not permitted:
            raise ForbiddenAddressError(
                f"{host} leads to {', '.join(addresses)}, which is no public address; name the host"
                " under allow_hosts if it is meant"
            )
        for index, address in enumerate(permitted):
            try:
                return await self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except httpcore2.ConnectError:
                if index + 1 == len(permitted):
                    raise
        raise AssertionError("unreachable")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
