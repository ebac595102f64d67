"""The name of the day: what stands for a visitor in cookieless counting."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from typing import Final

from hatua.base.clock import Clock
from hatua.base.settings import Secret
from hatua.collector.answers import Refusal
from hatua.collector.seldom import Seldom
from hatua.contract.reasons import RequestError

log = logging.getLogger(__name__)

DAY_MS: Final = 86_400_000
LOOKUP_TIMEOUT_S: Final = 2.0
RETRY_AFTER_S: Final = 5

FindSalt = Callable[[int], Secret]
"""Unix day -> the salt of that day, the same for every collector; blocking. `Registry.daily_salt`."""


class Visitors:
    """A visitor is a hash of project, address and user agent under the salt of the day (UTC): the same for a day, on
    one project, whichever collector is asked; another the next day. When the salt is deleted, nobody can tell whose it
    was. Nothing is stored in the browser. Used from one event loop."""

    def __init__(self, find_salt: FindSalt | None, clock: Clock) -> None:
        self._find_salt = find_salt
        self._salts: dict[int, bytes] = {}
        self._under_way: dict[int, asyncio.Task[bytes]] = {}
        self._trouble = Seldom(log, "the salt of the day cannot be had", clock)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hatua-salt")

    async def name(self, project_id: str, ip: str, user_agent: str, now_ms: int) -> str:
        """`d_` and 32 hex digits. Raises Refusal (503) when the day's salt is neither known nor to be had."""
        day = now_ms // DAY_MS
        salt = self._salts.get(day) or await self._salt(day)
        text = f"{project_id}\0{ip}\0{user_agent}".encode("utf-8", "surrogatepass")
        return "d_" + blake2b(text, digest_size=16, key=salt, person=b"hatua visitor").hexdigest()

    async def _salt(self, day: int) -> bytes:
        task = self._under_way.get(day)
        if task is None:
            task = self._under_way[day] = asyncio.create_task(self._look_up(day))
            task.add_done_callback(lambda _: self._under_way.pop(day, None))
        try:
            return await asyncio.shield(task)
        except Refusal:
            raise
        except Exception as problem:
            self._trouble.error(problem)
            raise Refusal(
                RequestError.KEYS_UNAVAILABLE,
                "this project counts without cookies, and the salt of the day cannot be had now",
                retry_after_s=RETRY_AFTER_S,
            ) from problem

    async def _look_up(self, day: int) -> bytes:
        if self._find_salt is None:
            raise LookupError("this collector was given no salts")
        loop = asyncio.get_running_loop()
        found = await asyncio.wait_for(loop.run_in_executor(self._thread, self._find_salt, day), LOOKUP_TIMEOUT_S)
        salt = bytes.fromhex(found)
        # Only today's: a salt must not outlive its row in the memory of a collector.
        self._salts = {day: salt}
        return salt
