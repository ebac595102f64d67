"""Which project a write key belongs to, without asking the metadata store for every request.

A key that is known goes on working while the store is down; a flood of made-up keys cannot hammer it.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol

import msgspec

from hatua.base.clock import Clock
from hatua.base.errors import Unavailable
from hatua.collector.seldom import Seldom
from hatua.contract.limits import MAX_WRITE_KEY_CHARS
from hatua.registry.model import ProjectAccess

log = logging.getLogger(__name__)

MAX_AGE_MS: Final = 60_000
"""A revoked or new key, or a changed list of origins, takes effect within a minute."""

MAX_KEYS: Final = 10_000
"""Known keys, and as many unknown ones, that are remembered; about 2 MB each."""

LOOKUP_TIMEOUT_S: Final = 2.0
"""A store that hangs counts as down after this long."""

RETRY_AFTER_MS: Final = 5_000
"""How long a key goes on being served from memory before a store that failed is asked for it again."""

STRANGERS_PER_SECOND: Final = 50
STRANGERS_BURST: Final = 200
"""Look-ups of keys never seen: enough for a cold start with hundreds of projects, too few to burden the store."""


class KeysUnavailable(Unavailable):
    """The key is not in memory and the store cannot be asked now."""

    retry_after_s = 2


class KeyDirectory(Protocol):
    """Write key to project."""

    async def find(self, key: str) -> ProjectAccess | None:
        """The project that the key writes to; None when there is no such key or it is revoked.
        Raises KeysUnavailable when that cannot be known now."""


class _Entry(msgspec.Struct, frozen=True, gc=False):
    access: ProjectAccess | None
    fresh_until: int


class CachedKeys:
    """A KeyDirectory over a blocking look-up, which runs in two threads of its own.

    Known keys are served for MAX_AGE_MS and then asked again, once for all who wait; if the store fails, the old answer
    stands. Unknown keys are remembered apart, so that they cannot push the known ones out. Use from one event loop.
    """

    def __init__(
        self,
        look_up: Callable[[str], ProjectAccess | None],
        clock: Clock,
        *,
        max_age_ms: int = MAX_AGE_MS,
        max_keys: int = MAX_KEYS,
        timeout_s: float = LOOKUP_TIMEOUT_S,
        strangers_burst: int = STRANGERS_BURST,
    ) -> None:
        self._look_up = look_up
        self._clock = clock
        self._max_age_ms = max_age_ms
        self._max_keys = max_keys
        self._timeout_s = timeout_s
        self._known: OrderedDict[str, _Entry] = OrderedDict()
        self._unknown: OrderedDict[str, _Entry] = OrderedDict()
        self._under_way: dict[str, asyncio.Task[ProjectAccess | None]] = {}
        self._trouble = Seldom(log, "the metadata store does not answer for write keys", clock)
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="hatua-keys")
        self._strangers_burst = float(strangers_burst)
        self._strangers = self._strangers_burst
        self._strangers_at = clock()

    async def find(self, key: str) -> ProjectAccess | None:
        """See KeyDirectory."""
        entry = self._known.get(key) or self._unknown.get(key)
        if entry is not None and self._clock() < entry.fresh_until:
            return entry.access
        if not _could_be_a_key(key):
            return None
        task = self._under_way.get(key)
        if task is None:
            if key not in self._known and not self._may_ask_for_a_stranger():
                raise KeysUnavailable("too many unknown write keys at once; the key could not be looked up")
            task = asyncio.create_task(self._refresh(key))
            self._under_way[key] = task
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Waits for no look-up; threads end by themselves."""
        for task in list(self._under_way.values()):
            task.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _refresh(self, key: str) -> ProjectAccess | None:
        loop = asyncio.get_running_loop()
        try:
            access = await asyncio.wait_for(loop.run_in_executor(self._threads, self._look_up, key), self._timeout_s)
        except Exception as problem:
            self._trouble.error(problem)
            entry = self._known.get(key)
            if entry is None:
                raise KeysUnavailable("the metadata store cannot be asked for the write key") from problem
            self._known[key] = _Entry(entry.access, self._clock() + RETRY_AFTER_MS)
            return entry.access
        self._remember(key, access)
        return access

    def _remember(self, key: str, access: ProjectAccess | None) -> None:
        self._known.pop(key, None)
        self._unknown.pop(key, None)
        entries = self._unknown if access is None else self._known
        if len(entries) >= self._max_keys:
            entries.popitem(last=False)
        entries[key] = _Entry(access, self._clock() + self._max_age_ms)

    def _may_ask_for_a_stranger(self) -> bool:
        """A token bucket over all keys that are not known."""
        now = self._clock()
        gained = max(0, now - self._strangers_at) * STRANGERS_PER_SECOND / 1000
        self._strangers = min(self._strangers_burst, self._strangers + gained)
        self._strangers_at = now
        if self._strangers < 1:
            return False
        self._strangers -= 1
        return True


def _could_be_a_key(key: str) -> bool:
    return 0 < len(key) <= MAX_WRITE_KEY_CHARS and key.isascii() and key.isprintable()
