"""Where the site may send something by itself: to the public internet, never to the own network, unless the settings allow it.

The name is resolved once and the connection made to the very address that was looked at: a name that answers otherwise
the second time (DNS rebinding) leads nowhere else.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass

from web.config import AnalyzerError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address


@dataclass(frozen=True, slots=True)
class Place:
    """A host's address, as it was resolved and found allowed."""

    host: str
    address: str
    port: int


class RefusedError(AnalyzerError):
    """The address is not one that messages are sent to."""


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet; one that carries another inside must carry a public one."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        carried = [one for one in inner if one is not None]
        if carried:
            return all(is_public(one) for one in carried)
    kept_apart = (
        address.is_private,
        address.is_loopback,
        address.is_link_local,
        address.is_multicast,
        address.is_reserved,
        address.is_unspecified,
        isinstance(address, ipaddress.IPv6Address) and address.is_site_local,
    )
    return address.is_global and not any(kept_apart)


def resolved(host: str, port: int, *, private: bool, public: bool = True) -> Place:
    """The first address of a host, all of them being of an allowed kind. Raises RefusedError, OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not private and not all(is_public(ipaddress.ip_address(address)) for address in addresses):
        raise RefusedError(
            "internal-address",
            "地址在内部网络里，没有发送",
            "如果就是要发到内部网络，请设 TINGJIAN_WEB_PRIVATE_WEBHOOKS=true",
        )
    if not public and any(is_public(ipaddress.ip_address(address)) for address in addresses):
        raise RefusedError("public-address", "地址在公网上，没有发送", "请换成本机或内部网络里的地址")
    return Place(host, addresses[0], port)
