"""Where places come from: the files a processor reads, and MaxMind's data kept fresh beside it."""

import contextlib
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from hatua.base.errors import InvalidSetting
from hatua.base.log import fields
from hatua.base.outgoing import Outgoing
from hatua.cli.settings import Settings
from hatua.processor.maxmind import MAX_ARCHIVE_BYTES, MaxMindData
from hatua.processor.steps.put_geo import GeoReader

log = logging.getLogger("hatua.geoip")

DOWNLOAD_TIMEOUT_MS: Final = 600_000


def maxmind_file(settings: Settings, data: Path) -> Path | None:
    """Where MaxMind's data is kept when there is a licence key: MAXMIND_DB_PATH (a file, or a folder to put it in), or
    the data folder."""
    if not settings.maxmind.license_key:
        return None
    name = f"{settings.maxmind.edition}.mmdb"
    if not (chosen := settings.processor.maxmind_db_path):
        return data / "geoip" / name
    return Path(chosen) if chosen.endswith(".mmdb") else Path(chosen) / name


def geoip_path(settings: Settings, data: Path) -> str:
    """What to read now: MaxMind's file once it is there, else MAXMIND_DB_PATH, else the DB-IP files that `make setup`
    put among the assets; "" when there is nothing."""
    file = maxmind_file(settings, data)
    if file and file.is_file():
        return str(file)
    if settings.processor.maxmind_db_path and not file:
        return settings.processor.maxmind_db_path
    assets = settings.assets / "geoip"
    return str(assets) if assets.is_dir() else ""


@contextlib.contextmanager
def locating(settings: Settings, data: Path) -> Iterator[GeoReader]:
    """A reader of places. While the context is open a thread looks for newer data, if there is a licence key. Raises
    InvalidSetting when the data cannot be opened."""
    file = maxmind_file(settings, data)
    if file is None:
        yield GeoReader.open(geoip_path(settings, data))
        return
    allowed = msgspec.structs.replace(
        settings.outgoing, max_answer_bytes=MAX_ARCHIVE_BYTES, timeout_ms=DOWNLOAD_TIMEOUT_MS
    )
    source = MaxMindData(settings.maxmind, file, Outgoing(allowed))
    geo = GeoReader.open(geoip_path(settings, data))

    def reload(path: Path) -> None:
        try:
            geo.reload(str(path))
        except InvalidSetting as problem:
            log.warning("new GeoIP data cannot be opened; the present one stays", extra=fields(error=str(problem)))

    stop = threading.Event()
    thread = threading.Thread(target=source.keep_fresh, args=(reload, stop), name="hatua-geoip", daemon=True)
    thread.start()
    try:
        yield geo
    finally:
        stop.set()  # a download under way is not waited for: it replaces the file whole or not at all
