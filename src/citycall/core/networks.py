"""Which network addresses the city's server may call: public ones, and those a city allows.

Addresses of webhooks, partners and pictures are typed by people outside; none of them may make
the server knock at doors that only its own network has.
"""

from collections.abc import Iterator
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# What Python's own registers, which differ between its versions, may leave out.
_NEVER: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "5f00::/16",
        "fec0::/10",
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_COMPATIBLE = IPv6Network("::/96")


def may_be_called(text: str) -> bool:
    """Whether an address, as the resolver gives it, is public or in an allowed network.

    An IPv6 address that carries an IPv4 one leads to that one, so that one is judged.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return False
    carried = list(_carried(address))
    allowed = _allowed(tuple(settings.CITYCALL_ALLOWED_NETWORKS))
    if any(each in network for each in (address, *carried) for network in allowed):
        return True
    return all(_public(each) for each in carried) if carried else _public(address)


def _public(address: Address) -> bool:
    return not (
        not address.is_global
        or address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or any(address in network for network in _NEVER)
    )


def _carried(address: Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses inside: mapped, 6to4, Teredo, NAT64 and the old compatible form."""
    if isinstance(address, IPv4Address):
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    elif address.sixtofour is not None:
        yield address.sixtofour
    elif address.teredo is not None:
        yield from address.teredo
    elif address in _NAT64 or (address in _COMPATIBLE and int(address) > 1):
        yield IPv4Address(int(address) & 0xFFFFFFFF)


@lru_cache(maxsize=8)
def _allowed(texts: tuple[str, ...]) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(text, strict=False) for text in texts)
    except ValueError as error:
        raise ImproperlyConfigured(f"CITYCALL_ALLOWED_NETWORKS: {error}") from error
