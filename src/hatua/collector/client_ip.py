"""Whose request it is: the socket's address, or what trusted proxies say in X-Forwarded-For."""

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from hatua.base.errors import InvalidSetting

Network = IPv4Network | IPv6Network


def parse_networks(text: str, setting: str) -> tuple[Network, ...]:
    """`"10.0.0.0/8, ::1"` to networks. Raises InvalidSetting with the setting's name."""
    try:
        return tuple(ip_network(item.strip(), strict=False) for item in text.split(",") if item.strip())
    except ValueError as problem:
        raise InvalidSetting(f"{setting} is not a comma-separated list of networks: {problem}") from None


class Networks:
    """A set of networks; answers are remembered for the addresses asked last."""

    def __init__(self, networks: tuple[Network, ...]) -> None:
        self._networks = networks
        self._contains = lru_cache(maxsize=4096)(self._look_up)

    def __bool__(self) -> bool:
        return bool(self._networks)

    def __contains__(self, address: str) -> bool:
        return self._contains(address)

    def _look_up(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        mapped = getattr(parsed, "ipv4_mapped", None)
        return any((mapped or parsed) in network for network in self._networks)


def client_ip(peer: str, forwarded_for: str, trusted: Networks) -> str:
    """The rightmost address that is no trusted proxy. What stands left of it anyone may have written, and a hop that is
    no address ends the chain at the proxy that reported it."""
    if not trusted or peer not in trusted:
        return peer
    found = peer
    for hop in reversed(forwarded_for.split(",")):
        address = _address(hop)
        if not address:
            break
        found = address
        if address not in trusted:
            break
    return found


def _address(hop: str) -> str:
    """The address in one hop: some proxies add a port (`192.0.2.1:4711`, `[2001:db8::1]:4711`). Empty when none."""
    text = hop.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        parsed = ip_address(text)
    except ValueError:
        return ""
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


@lru_cache(maxsize=4096)
def rate_key(ip: str) -> str:
    """What is counted as one client: an IPv4 address, or the /64 of an IPv6 one (a household has 2^64 addresses)."""
    if ":" not in ip:
        return ip
    try:
        return str(ip_network(f"{ip}/64", strict=False).network_address)
    except ValueError:
        return ip
