"""The server rung under torture: two collectors, two processors, Redis that syncs every write, ClickHouse over HTTP;
and between the roles and their stores, proxies that can take a store away or lose its answers."""

import contextlib
import itertools
import os
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import msgspec

from hatua.base.settings import Secret
from hatua.streams.redis_admin import RedisAdmin
from hatua.streams.redis_streams import RedisLog
from hatua.streams.settings import StreamsSettings
from hatua.warehouse.client import Warehouse
from hatua.warehouse.migrate import apply_migrations
from tests.fixtures.ports import free_port
from tests.fixtures.redis import RedisServer
from tests.fixtures.warehouse import ClickHouseProcess
from tests.torture import disk
from tests.torture.client import Project
from tests.torture.evidence import gather
from tests.torture.judge import Evidence
from tests.torture.process import Process
from tests.torture.proxy import Mode, Proxy
from tests.torture.rung import BATCH_SIZES, QUIET, last_words, made_projects
from tests.torture.schedule import Kind

LEASE_MS = 3_000
SLEEP_S = (1.6 * LEASE_MS / 1_000, 2.2 * LEASE_MS / 1_000)
SHARDS = 4
LAST_ROOM_BYTES = 20_000
"""What is left of a disk that is about to be full."""
OUTAGES: tuple[tuple[Mode, float, float], ...] = (("cut", 0.3, 3.0), ("stall", 0.5, 3.0), ("lose", 0.2, 1.5))
"""What a proxy does, and between how many and how many seconds long."""


class ServerRung:
    """See `rung.Rung`. `without`: safeties to take out. `database_url`: the registry's; default an SQLite file."""

    def __init__(
        self,
        folder: Path,
        without: Sequence[str] = (),
        database_url: str = "",
        *,
        batch_sizes: Sequence[int] = BATCH_SIZES,
    ) -> None:
        registry = database_url or f"sqlite:///{folder / 'registry.db'}"
        self.projects: Sequence[Project] = made_projects(registry)
        (folder / "redis").mkdir()
        self.redis = RedisServer(folder / "redis")
        self.redis.start()
        self.clickhouse = ClickHouseProcess(folder / "clickhouse")
        self.clickhouse.start()
        self._to_redis, self._to_clickhouse = Proxy(self.redis.port), Proxy(self.clickhouse.port)
        with self._warehouse() as warehouse:
            apply_migrations(warehouse)
        environ = {
            **QUIET,
            "DATABASE_URL": registry,
            "REDIS_URL": f"redis://127.0.0.1:{self._to_redis.port}/0",
            "CLICKHOUSE_HOST": "127.0.0.1",
            "CLICKHOUSE_PORT": str(self._to_clickhouse.port),
            "CLICKHOUSE_DATABASE": "hatua",
            "HATUA_REDIS_LEASE_MS": str(LEASE_MS),
            "HATUA_REDIS_SHARDS": str(SHARDS),
            "HATUA_REDIS_TIMEOUT_MS": "1500",
            "HATUA_CLAIM_IDLE_MS": "3000",
            "FLUSH_INTERVAL_MS": "150",
        }
        self._without = [word for name in without for word in ("--without", name)]
        self.collectors = [Process(folder, f"collector-{n}", ["collector"], free_port(), environ) for n in (1, 2)]
        self.processors = [
            Process(folder, f"processor-{n}", ["processor"], free_port(), {**environ, "HATUA_CONSUMER": f"p{n}"})
            for n in (1, 2)
        ]
        self._batch_sizes = itertools.cycle(batch_sizes)
        self._over = threading.Event()
        self._supervisor = threading.Thread(target=self._keep_alive, daemon=True)
        self._wrong: list[str] = []
        self._waited = 0

    def _warehouse(self) -> Warehouse:
        return Warehouse.open(msgspec.structs.replace(self.clickhouse.settings, database="hatua"))

    @property
    def roles(self) -> list[Process]:
        return [*self.collectors, *self.processors]

    @property
    def ports(self) -> Sequence[int]:
        return [collector.port for collector in self.collectors]

    @property
    def faults(self) -> Mapping[str, Kind]:
        kinds: dict[str, Kind] = {}
        for role in self.roles:
            start = partial(self._start, role)
            longest = 2.5 * LEASE_MS / 1_000
            kinds[f"kill {role.name}"] = Kind(role.name, role.kill, start, 0.0, longest, weight=2)
            kinds[f"restart {role.name}"] = Kind(role.name, partial(self._stop, role), start, 0.0, longest)
            kinds[f"pause {role.name}"] = Kind(role.name, role.pause, role.resume, 0.3, LEASE_MS / 1_500)
        for role in self.processors:
            # So long that the other one has taken over and stored what this one wakes up with.
            kinds[f"sleep {role.name}"] = Kind(role.name, role.pause, role.resume, *SLEEP_S, weight=3)
        for name, proxy, kill, begin, signalled in (
            ("redis", self._to_redis, self.redis.kill, self.redis.start, self._signal_redis),
            ("clickhouse", self._to_clickhouse, self.clickhouse.kill, self.clickhouse.start, self._signal_clickhouse),
        ):
            kinds[f"kill {name}"] = Kind(name, kill, begin, 0.0, 2.0, weight=2)
            pause, resume = partial(signalled, signal.SIGSTOP), partial(signalled, signal.SIGCONT)
            kinds[f"pause {name}"] = Kind(name, pause, resume, 0.5, 3.0)
            for mode, shortest, longest in OUTAGES:
                kinds[f"{mode} {name}"] = Kind(name, _setting(proxy, mode), _setting(proxy, "pass"), shortest, longest)
        kinds["full disk redis"] = Kind("redis", self._fill_redis, self._free_redis, 0.5, 3.0)
        kinds["kill everything"] = Kind("*", self._kill_everything, self._start_everything, 0.0, 1.0, weight=6)
        return kinds

    def _start(self, role: Process) -> None:
        if role in self.processors:
            role.environ["BATCH_SIZE"] = str(next(self._batch_sizes))
        role.start()

    def _fill_redis(self) -> None:
        """Redis cannot append to its file any more. With `appendfsync always` it then ends, without an answer."""
        disk.fill(self.redis.pid, self.redis.folder.glob("appendonlydir/*.aof"), LAST_ROOM_BYTES)

    def _free_redis(self) -> None:
        self.redis.kill()
        self.redis.start()

    def _signal_redis(self, number: signal.Signals) -> None:
        os.kill(self.redis.pid, number)

    def _signal_clickhouse(self, number: signal.Signals) -> None:
        assert self.clickhouse.process is not None
        self.clickhouse.process.send_signal(number)

    def start(self) -> None:
        for role in self.roles:
            role.flags = [*self._without, *(["--poison"] if role in self.processors else [])]
            self._start(role)
        self._supervisor.start()
        for role in self.roles:
            role.wait("/health")

    def _keep_alive(self) -> None:
        """The supervisor that every installation has."""
        while not self._over.wait(0.3):
            for role in self.roles:
                role.revive()

    def _stop(self, role: Process) -> None:
        if wrong := role.stop():
            self._wrong.append(wrong)

    def _kill_everything(self) -> None:
        for role in self.roles:
            role.kill()
        self.redis.kill()
        self.clickhouse.kill()

    def _start_everything(self) -> None:
        self.redis.start()
        self.clickhouse.start()
        for role in self.roles:
            self._start(role)

    def mend(self) -> list[str]:
        for processor in self.processors:
            self._stop(processor)
            processor.flags = list(self._without)
            self._start(processor)
        for role in self.roles:
            role.wait("/health")
        return self._wrong

    def waiting(self) -> int:
        streams = [f"{{hatua:events:{shard}}}" for shard in range(SHARDS)]
        client = self.redis.client
        self._waited = sum(client.xlen(stream) for stream in streams)
        return self._waited

    def admin(self) -> RedisAdmin:
        return RedisLog(StreamsSettings(redis_url=Secret(self.redis.url), shards=SHARDS)).admin()

    def finish(self) -> list[str]:
        self._wrong.clear()
        self._over.set()
        for role in self.roles:
            self._stop(role)
        return self._wrong

    def evidence(self) -> Evidence:
        with self._warehouse() as warehouse, contextlib.closing(self.admin()) as admin:
            return gather(warehouse, admin, self._waited)

    def close(self) -> None:
        self._over.set()
        for role in self.roles:
            role.kill()
        self._to_redis.close()
        self._to_clickhouse.close()
        self.redis.end()
        self.clickhouse.kill()

    def said(self) -> str:
        return last_words([role.output for role in self.roles])


def _setting(proxy: Proxy, mode: Mode) -> Callable[[], None]:
    return partial(proxy.set, mode)
