"""One limit for all API processes: two `hatua api` over one Redis refuse what one of them would."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fixtures.cluster import Cluster, running_cluster

LIMIT = 40
BETWEEN_S = 0.3
"""Longer than the time between two exchanges, so that a process has heard of the others after a request or two."""
SETTINGS = {
    "HATUA_API_RATE_LIMIT_WINDOW_MS": "3600000",
    "HATUA_API_RATE_LIMIT_REQUESTS": str(LIMIT),
    "HATUA_SIGN_IN_REQUESTS": str(LIMIT),
}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Cluster]:
    """The stores; the registry is a SQLite file that both processes open."""
    with running_cluster(tmp_path, f"sqlite:///{tmp_path / 'registry.db'}") as cluster:
        yield cluster


def taken(ask: Callable[[], int], most: int, pause_s: float = 0.0) -> int:
    """How many requests go through before the first 429; `most` when none is refused."""
    for count in range(most):
        if ask() == 429:
            return count
        time.sleep(pause_s)
    return most


def test_what_one_api_process_counted_another_refuses(site: Cluster) -> None:
    project = site.project()
    first, second = (site.role("api", **SETTINGS) for _ in range(2))
    for role in (first, second):
        role.launch()
    for role in (first, second):
        role.wait_ready()

    def by_key(role: int) -> int:
        return (first, second)[role].get("/api/dashboard/definitions", project.headers)[0]

    def by_stranger(role: int) -> int:
        return (first, second)[role].request("POST", "/api/auth/reset-request", {"email": "a@example.com"})[0]

    assert taken(lambda: by_key(0), LIMIT) == LIMIT
    assert taken(lambda: by_key(1), LIMIT, BETWEEN_S) < LIMIT // 2
    assert taken(lambda: by_stranger(1), LIMIT) == LIMIT
    assert taken(lambda: by_stranger(0), LIMIT, BETWEEN_S) < LIMIT // 2
    [*names] = {key.split(b":rates:")[1].split(b":")[0] for key in site.redis.client.keys("*:rates:*")}
    assert sorted(names) == [b"api-account", b"api-address"]
