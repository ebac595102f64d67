"""Which IP addresses belong to the public internet. Stricter than the standard library, whose lists differ by
version."""

import ipaddress
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NOT_PUBLIC: Final = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT; cloud metadata services live here too
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, cloud metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/96",  # unspecified, loopback, IPv4-compatible
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",  # Teredo and other protocol assignments
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",  # unique local; fd00:ec2::254 is a metadata service
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet, also looked at as the IPv4 address that it carries inside."""
    seen = as_routed(address)
    return (
        seen.is_global
        and not seen.is_multicast
        and not any(seen in network for network in _NOT_PUBLIC if same_kind(seen, network))
    )


def as_routed(address: Address) -> Address:
    """Where packets to it end up: IPv4-mapped, 6to4 and NAT64 addresses lead to an IPv4 address."""
    if not isinstance(address, ipaddress.IPv6Address):
        return address
    if address in ipaddress.IPv6Network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def same_kind(address: Address, network: Network) -> bool:
    """Whether both are of one version of IP, and so can be compared."""
    return address.version == network.version
