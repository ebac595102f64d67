"""How often one account, or one address that is nobody yet, may ask."""

from ipaddress import IPv6Address, ip_address

from hatua.base.clock import Clock
from hatua.base.rates import SharedLimiter
from hatua.dashboard_api.errors import RateLimited
from hatua.dashboard_api.settings import DashboardApiSettings


class Rates:
    """Counts in the memory of this process; who shares `limiters` with others makes them one limit for all. Failed
    sign-ins are counted in the registry besides, for all processes."""

    def __init__(self, settings: DashboardApiSettings, clock: Clock) -> None:
        self._clock = clock
        self._accounts = SharedLimiter(settings.rate_limit_requests, settings.rate_limit_window_ms)
        self._strangers = SharedLimiter(settings.sign_in_requests, settings.rate_limit_window_ms)
        self.limiters = {"api-account": self._accounts, "api-address": self._strangers}
        """By the name under which processes share them."""

    def take(self, account: str, requests: int = 1) -> None:
        """Requests of a user or an API key. Raises RateLimited."""
        for _ in range(requests):
            self._count(self._accounts, account)

    def take_stranger(self, address: str) -> None:
        """One attempt to sign in, accept, or reset. Raises RateLimited."""
        self._count(self._strangers, network_of(address))

    def _count(self, limiter: SharedLimiter, key: str) -> None:
        wait_s = limiter.take(key, self._clock())
        if wait_s:
            raise RateLimited(wait_s)


def network_of(address: str) -> str:
    """An IPv4 address, or the /64 of an IPv6 one: a household has all of it."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped) if parsed.ipv4_mapped else parsed.exploded[:19]
    return address
