"""`hatua doctor`: is everything that the settings name there, and as durable and as new as it should be?"""

import argparse
import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from hatua.base.errors import HatuaError, InvalidSetting
from hatua.cli.geoip import geoip_path, maxmind_file
from hatua.cli.settings import Settings
from hatua.cli.stores import log_admin, opened_registry, opened_warehouse
from hatua.streams.redis_streams import STRENGTH, RedisLog

OK, WARNING, FAILED = "ok", "warning", "FAILED"
Finding = tuple[str, str, str]


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declares the command of this file."""
    commands.add_parser("doctor", help="check the stores, their durability and the built assets").set_defaults(
        command=_doctor
    )


def _doctor(_arguments: argparse.Namespace, settings: Settings) -> int:
    found = list(findings(settings, settings.data()))
    for state, subject, text in found:
        print(f"{state:8} {subject:10} {text}")
    return 1 if any(state == FAILED for state, _, _ in found) else 0


def findings(settings: Settings, data: Path) -> Iterator[Finding]:
    """(state, subject, text) of each check; a check that raises one of our facts is a FAILED with its text."""
    for subject, check in (
        ("registry", lambda: _registry(settings, data)),
        ("log", lambda: _log(settings, data)),
        ("warehouse", lambda: _warehouse(settings, data)),
        ("assets", lambda: _assets(settings, data)),
    ):
        yield from _guarded(subject, check)


def _guarded(subject: str, check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from check()
    except HatuaError as fact:
        yield FAILED, subject, str(fact)


def _registry(settings: Settings, data: Path) -> Iterator[Finding]:
    with opened_registry(settings, data, migrate=False) as registry:
        kind = "PostgreSQL" if settings.process.database_url else f"SQLite in {data}"
        yield OK, "registry", f"{kind}, {len(registry.projects())} projects, schema up to date"
    if not settings.process.secret:
        yield OK, "registry", f"secret kept in {data / 'secret'}; set JWT_SECRET when several machines run processors"


def _log(settings: Settings, data: Path) -> Iterator[Finding]:
    if not settings.streams.redis_url:
        path = data / "log.db"
        if not path.exists():
            yield WARNING, "log", f"{path} does not exist yet; `hatua serve` makes it"
            return
        dead = _dead_letters(settings, data)
        yield OK, "log", f"SQLite {path} (WAL, synchronous=FULL: an acknowledged event survives a power cut)"
        if dead:
            yield WARNING, "log", "there are dead letters; see `hatua deadletters list`"
        return
    log = RedisLog(settings.streams)
    log.check()
    durability, wanted = log.durability(), settings.streams.required_durability
    if durability == "unknown":
        yield WARNING, "log", f"Redis does not let us read its durability; asked for is {wanted}"
    elif STRENGTH[durability] < STRENGTH[wanted]:
        yield (
            WARNING,
            "log",
            f"Redis durability is {durability}, weaker than HATUA_REDIS_DURABILITY={wanted}: acknowledged events can "
            "be lost in a crash (set appendonly yes and appendfsync always, or ask for less)",
        )
    else:
        yield OK, "log", f"Redis, {settings.streams.shards} shards, durability {durability}"
    if policy := log.evicts():
        yield (
            WARNING,
            "log",
            f"Redis maxmemory-policy is {policy}: when its memory is used up it throws away acknowledged events or "
            "remembered ids (set noeviction: the collector then answers 503, and clients keep their events)",
        )
    if _dead_letters(settings, data):
        yield WARNING, "log", "there are dead letters; see `hatua deadletters list`"


def _dead_letters(settings: Settings, data: Path) -> bool:
    with contextlib.closing(log_admin(settings, data)) as admin:
        return bool(admin.dead_letters(None, 1))


def _warehouse(settings: Settings, data: Path) -> Iterator[Finding]:
    if not settings.warehouse.host and not (data / "warehouse").exists():
        yield WARNING, "warehouse", f"{data / 'warehouse'} does not exist yet; `hatua serve` makes it"
        return
    with contextlib.ExitStack() as stack:
        try:
            warehouse = stack.enter_context(opened_warehouse(settings, data))
        except InvalidSetting:
            if settings.warehouse.host:
                raise
            yield OK, "warehouse", f"not opened, since another process (the running server?) has {data / 'warehouse'}"
            return
        (row,) = warehouse.rows("SELECT version() AS version, timezone() AS timezone")
        kind = "in-process" if warehouse.embedded else settings.warehouse.host
        yield OK, "warehouse", f"ClickHouse {row['version']}, {kind}"


def _assets(settings: Settings, data: Path) -> Iterator[Finding]:
    for name, path in (
        ("dashboard", settings.assets / "dashboard" / "index.html"),
        ("browser SDK", settings.assets / "sdk" / "hatua.js"),
    ):
        yield (OK, "assets", f"{name} is built") if path.is_file() else (FAILED, "assets", f"{name}: {path} is missing")
    path, wanted = Path(geoip_path(settings, data)), maxmind_file(settings, data)
    if path == Path() or not path.exists():
        nowhere = wanted or settings.processor.maxmind_db_path or settings.assets / "geoip"
        yield WARNING, "assets", f"no GeoIP data in {nowhere}: events will have no country or city"
    elif wanted and path != wanted:
        yield WARNING, "assets", f"GeoIP data in {path}; MaxMind's has not been fetched into {wanted} yet"
    else:
        yield OK, "assets", f"GeoIP data in {path}"
