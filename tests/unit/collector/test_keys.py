"""The write-key cache: fresh, stale, unknown, flooded, one look-up at a time."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from hatua.base.errors import InvalidSetting
from hatua.base.settings import load
from hatua.collector.keys import MAX_AGE_MS, RETRY_AFTER_MS, STRANGERS_BURST, CachedKeys, KeysUnavailable
from hatua.collector.settings import CollectorSettings
from hatua.registry.model import ProjectAccess
from tests.fixtures.capture import Clock, project_access


class Store:
    """A metadata store that counts what it is asked, and can be away or slow."""

    def __init__(self) -> None:
        self.keys = {"wk_a": project_access("a"), "wk_b": project_access("b")}
        self.asked: Counter[str] = Counter()
        self.away = False
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, key: str) -> ProjectAccess | None:
        self.asked[key] += 1
        self.gate.wait(10)
        if self.away:
            raise ConnectionError("no route to host")
        return self.keys.get(key)


def run(test: Callable[[Store, Clock, CachedKeys], Coroutine[Any, Any, None]], **options: Any) -> None:
    async def body() -> None:
        store, clock = Store(), Clock()
        keys = CachedKeys(store, clock, **options)
        try:
            await test(store, clock, keys)
        finally:
            store.gate.set()
            await keys.close()

    asyncio.run(body())


def test_a_known_key_is_asked_for_once_a_minute() -> None:
    async def body(store: Store, clock: Clock, keys: CachedKeys) -> None:
        for _ in range(10):
            assert (await keys.find("wk_a")) == store.keys["wk_a"]
        clock.now_ms += MAX_AGE_MS - 1
        await keys.find("wk_a")
        assert store.asked["wk_a"] == 1
        clock.now_ms += 1
        await keys.find("wk_a")
        assert store.asked["wk_a"] == 2

    run(body)


def test_a_revoked_key_stops_after_sixty_seconds_at_the_latest() -> None:
    async def body(store: Store, clock: Clock, keys: CachedKeys) -> None:
        await keys.find("wk_a")
        del store.keys["wk_a"]
        clock.now_ms += 60_000
        assert await keys.find("wk_a") is None

    run(body, max_age_ms=CollectorSettings().write_key_max_age_ms)


@pytest.mark.parametrize("too_long", ["60001", "0"])
def test_nobody_can_make_revoked_keys_live_longer_than_a_minute(too_long: str) -> None:
    with pytest.raises(InvalidSetting, match="HATUA_WRITE_KEY_MAX_AGE_MS"):
        load(CollectorSettings, {"HATUA_WRITE_KEY_MAX_AGE_MS": too_long})


def test_an_unknown_key_is_remembered_too_and_found_when_it_is_made() -> None:
    async def body(store: Store, clock: Clock, keys: CachedKeys) -> None:
        for _ in range(10):
            assert await keys.find("wk_new") is None
        assert store.asked["wk_new"] == 1
        store.keys["wk_new"] = project_access("new")
        clock.now_ms += MAX_AGE_MS
        assert await keys.find("wk_new") == store.keys["wk_new"]

    run(body)


def test_many_who_wait_for_one_key_cause_one_look_up() -> None:
    async def body(store: Store, clock: Clock, keys: CachedKeys) -> None:
        store.gate.clear()
        waiting = [asyncio.create_task(keys.find("wk_a")) for _ in range(100)]
        await asyncio.sleep(0)
        store.gate.set()
        assert set(await asyncio.gather(*waiting)) == {store.keys["wk_a"]}
        assert store.asked["wk_a"] == 1

    run(body)


def test_one_who_goes_away_does_not_take_the_look_up_from_the_others() -> None:
    async def body(store: Store, clock: Clock, keys: CachedKeys) -> None:
        store.gate.clear()
        first, second = (asyncio.create_task(keys.find("wk_a")) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        store.gate.set()
        assert await second == store.keys["wk_a"]

    run(body)


def test_while_the_store_is_away_known_keys_go_on_and_it_is_not_asked_all_the_time() -> None:
    async def body(store: Store, clock: Clock, keys: CachedKeys) -> None:
        known = await keys.find("wk_a")
        store.away = True
        clock.now_ms += 100 * MAX_AGE_MS
        for _ in range(10):
            assert await keys.find("wk_a") == known
        assert store.asked["wk_a"] == 2
        with pytest.raises(KeysUnavailable):
            await keys.find("wk_b")
        store.away = False
        clock.now_ms += RETRY_AFTER_MS
        del store.keys["wk_a"]
        assert await keys.find("wk_a") is None
        assert await keys.find("wk_b") == store.keys["wk_b"]

    run(body)


def test_a_store_that_hangs_counts_as_away() -> None:
    async def body(store: Store, clock: Clock, keys: CachedKeys) -> None:
        known = await keys.find("wk_a")
        clock.now_ms += MAX_AGE_MS
        store.gate.clear()
        assert await keys.find("wk_a") == known
        with pytest.raises(KeysUnavailable):
            await keys.find("wk_b")

    run(body, timeout_s=0.05)


@pytest.mark.parametrize("key", ["x" * 201, "caf\u00e9", "a\x00b", "a\nb", "\ud800"])
def test_what_cannot_be_a_key_is_never_asked_for(key: str) -> None:
    async def body(store: Store, clock: Clock, keys: CachedKeys) -> None:
        assert await keys.find(key) is None
        assert not store.asked

    run(body)


def test_a_flood_of_made_up_keys_does_not_reach_the_store_nor_push_out_the_known() -> None:
    async def body(store: Store, clock: Clock, keys: CachedKeys) -> None:
        await keys.find("wk_a")
        refused = 0
        for number in range(2_000):
            try:
                assert await keys.find(f"wk_made_up_{number}") is None
            except KeysUnavailable:
                refused += 1
        assert store.asked.total() == STRANGERS_BURST
        assert refused == 2_000 - STRANGERS_BURST + 1
        assert await keys.find("wk_a") == store.keys["wk_a"]
        clock.now_ms += 1_000
        assert await keys.find("wk_b") == store.keys["wk_b"]

    run(body)


def test_memory_is_bounded_and_the_oldest_goes_first() -> None:
    async def body(store: Store, clock: Clock, keys: CachedKeys) -> None:
        store.keys |= {f"wk_{n}": project_access(str(n)) for n in range(20)}
        for number in range(20):
            await keys.find(f"wk_{number}")
            await keys.find(f"wk_unknown_{number}")
        assert (len(keys._known), len(keys._unknown)) == (10, 10)
        await keys.find("wk_19")
        await keys.find("wk_0")
        assert (store.asked["wk_19"], store.asked["wk_0"]) == (1, 2)

    run(body, max_keys=10)
