"""Where a request comes from, as far as it can be known. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address

Network = IPv4Network | IPv6Network


def client_address(
    peer: str | None, forwarded: Iterable[str], proxies: Sequence[Network]
) -> str:
    """Return the address nearest to us that is no proxy of ours.

    `forwarded` are the values of X-Forwarded-For; anybody may write them, so they are
    read from the right and only as long as a known proxy says them.

    >>> from ipaddress import ip_network
    >>> client_address("10.0.0.1", ["6.6.6.6, 200.1.2.3"], [ip_network("10.0.0.0/8")])
    '200.1.2.3'
    """
    hops = [hop.strip() for value in forwarded for hop in value.split(",")]
    here = peer or ""
    while hops and _is_one_of(here, proxies):
        here = hops.pop()
    try:
        return str(ip_address(here))
    except ValueError:
        return "unknown"


def neighbourhood(address: str) -> str:
    """Whose tries count together: one IPv4 address, or the /64 that one IPv6 line has.

    >>> neighbourhood("2001:db8::7"), neighbourhood("200.1.2.3")
    ('2001:db8::/64', '200.1.2.3')
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(IPv6Network((found, 64), strict=False)) if found.version == 6 else address


def _is_one_of(address: str, proxies: Sequence[Network]) -> bool:
    try:
        return any(ip_address(address) in network for network in proxies)
    except ValueError:
        return False
