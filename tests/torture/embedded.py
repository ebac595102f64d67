"""The embedded rung under torture: one `hatua serve`."""

import contextlib
import itertools
import json
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from hatua.streams.sqlite_admin import SqliteAdmin
from hatua.warehouse.client import Warehouse
from tests.fixtures.ports import free_port
from tests.fixtures.warehouse import ClickHouseProcess
from tests.torture import disk
from tests.torture.client import Project
from tests.torture.evidence import gather
from tests.torture.judge import Evidence
from tests.torture.process import Process
from tests.torture.rung import BATCH_SIZES, QUIET, last_words, made_projects
from tests.torture.schedule import Kind

SMALL_DISK_BYTES = 150_000
"""Room for a second of load, about."""

LAST_ROOM_BYTES = 20_000
"""What is left of a disk that is about to be full."""


class EmbeddedRung:
    """See `rung.Rung`. `without`: safeties to take out."""

    def __init__(self, folder: Path, without: Sequence[str] = (), *, batch_sizes: Sequence[int] = BATCH_SIZES) -> None:
        self._data = folder / "serve"
        self._data.mkdir()
        self.projects: Sequence[Project] = made_projects(f"sqlite:///{self._data / 'registry.db'}")
        environ = {**QUIET, "FLUSH_INTERVAL_MS": "200"}
        self.server = Process(folder, "serve", ["serve"], free_port(), environ)
        self._without = [word for name in without for word in ("--without", name)]
        self._batch_sizes = itertools.cycle(batch_sizes)
        self._wrong: list[str] = []
        self._waited = 0

    @property
    def ports(self) -> Sequence[int]:
        return [self.server.port]

    @property
    def faults(self) -> Mapping[str, Kind]:
        server = self.server
        return {
            "kill": Kind("serve", server.kill, self._start, 0.0, 1.0, weight=4),
            "restart": Kind("serve", self._stop, self._start, 0.0, 0.5, weight=2),
            "pause": Kind("serve", server.pause, server.resume, 0.3, 3.0, weight=2),
            "small disk": Kind("serve", self._shrink, self._widen, 2.0, 4.0),
            "full disk": Kind("serve", self._fill, self._free, 0.5, 3.0),
        }

    def start(self) -> None:
        self.server.flags = ["--poison", *self._without]
        self._start()

    def _start(self) -> None:
        self.server.environ["BATCH_SIZE"] = str(next(self._batch_sizes))
        self.server.start()
        self.server.wait("/health")

    def _stop(self) -> None:
        if wrong := self.server.stop():
            self._wrong.append(wrong)

    def _shrink(self) -> None:
        """From now on the log's file may hardly grow, and is drained slowly."""
        self._stop()
        self.server.environ |= {"HATUA_LOG_MAX_BYTES": str(SMALL_DISK_BYTES), "FLUSH_INTERVAL_MS": "2000"}
        self._start()

    def _widen(self) -> None:
        self._stop()
        self.server.environ |= {"HATUA_LOG_MAX_BYTES": "0", "FLUSH_INTERVAL_MS": "200"}
        self._start()

    def _fill(self) -> None:
        """The log's files cannot grow any more, whatever is being written: acknowledgements fail too."""
        disk.fill(self.server.pid, self._data.glob("log.db*"), LAST_ROOM_BYTES)

    def _free(self) -> None:
        disk.free(self.server.pid)

    def mend(self) -> list[str]:
        self._stop()
        self.server.flags = list(self._without)
        self._start()
        return self._wrong

    def waiting(self) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.server.port}/ready", timeout=5) as answer:
            self._waited = int(json.load(answer)["waiting"])
        return self._waited

    def admin(self) -> SqliteAdmin:
        return SqliteAdmin(self._data / "log.db")

    def finish(self) -> list[str]:
        self._wrong.clear()
        self._stop()
        return self._wrong

    def evidence(self) -> Evidence:
        """The data folder's ClickHouse, served by a process of its own: this one may have another engine open."""
        engine = ClickHouseProcess(self._data / "warehouse")
        engine.start()
        try:
            settings = msgspec.structs.replace(engine.settings, database="hatua")
            with Warehouse.open(settings) as warehouse, contextlib.closing(self.admin()) as admin:
                return gather(warehouse, admin, self._waited)
        finally:
            engine.kill()

    def close(self) -> None:
        self.server.kill()

    def said(self) -> str:
        return last_words([self.server.output])
