"""Where the visitor is, from the IP address; before `put_privacy` drops it."""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

import maxminddb

from hatua.base.errors import InvalidSetting
from hatua.processor.draft import NOWHERE, Draft, Place, Step

_CACHED_PLACES = 16_384


class GeoReader:
    """Reads .mmdb files of cities, in the flat layout of DB-IP Lite and the nested one of MaxMind. The files are
    mapped into memory, not loaded. A file for IPv6 also answers for IPv4 when no other one does. Remembers 16,384
    addresses.
    """

    def __init__(self, readers: Iterable[maxminddb.Reader]) -> None:
        self._readers = tuple(readers)
        self.locate = lru_cache(maxsize=_CACHED_PLACES)(_Places(self._readers))
        """IP address, as text -> its place; NOWHERE for an address that is private, or that no file knows."""

    @classmethod
    def open(cls, path: str) -> Self:
        """`path`: a .mmdb file or a folder of them; "" for none, and then no place is known. Raises
        InvalidSetting."""
        return cls(_opened(path))

    def reload(self, path: str) -> None:
        """Answers from these files from now on; for another thread than the one that locates. The old ones stay mapped
        until the last lookup in them has ended. Raises InvalidSetting, and then nothing has changed."""
        readers = _opened(path)
        self.locate = lru_cache(maxsize=_CACHED_PLACES)(_Places(readers))
        self._readers = readers

    def close(self) -> None:
        """Unmaps the files."""
        for reader in self._readers:
            reader.close()


class _Places:
    """Looks one address up, without a memory."""

    def __init__(self, readers: tuple[maxminddb.Reader, ...]) -> None:
        by_version = {reader.metadata().ip_version: reader for reader in readers}
        self._v6 = by_version.get(6)
        self._v4 = by_version.get(4, self._v6)

    def __call__(self, ip: str) -> Place:
        try:
            address = ipaddress.ip_address(ip)
        except ValueError:
            return NOWHERE
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        if not address.is_global:
            return NOWHERE
        reader = self._v4 if address.version == 4 else self._v6
        found = reader.get(address) if reader else None
        return _place(found) if isinstance(found, dict) else NOWHERE


def _opened(path: str) -> tuple[maxminddb.Reader, ...]:
    if not path:
        return ()
    found = sorted(Path(path).glob("*.mmdb")) if Path(path).is_dir() else [Path(path)]
    if not found:
        raise InvalidSetting(f"MAXMIND_DB_PATH: no .mmdb file in {path}")
    try:
        return tuple(maxminddb.open_database(str(file)) for file in found)
    except (OSError, maxminddb.InvalidDatabaseError) as problem:
        raise InvalidSetting(f"MAXMIND_DB_PATH: {problem}") from None


def put_geo(geo: GeoReader) -> Step:
    """The step. A private or loopback address, or one that no file knows, is nowhere."""

    def step(draft: Draft) -> None:
        ip = draft.raw.ip
        draft.place = geo.locate(ip) if ip else NOWHERE

    return step


def _place(found: dict[str, Any]) -> Place:
    if "country_code" in found:  # DB-IP: flat; the district in brackets would split a city in as many rows
        city = str(found.get("city") or "").partition(" (")[0]
        return Place(str(found["country_code"] or ""), str(found.get("state1") or ""), city)
    region: dict[str, Any] = next(iter(found.get("subdivisions") or ()), {})
    return Place(
        country_code=str((found.get("country") or {}).get("iso_code") or ""),
        region=_english(region),
        city=_english(found.get("city") or {}),
    )


def _english(named: dict[str, Any]) -> str:
    return str((named.get("names") or {}).get("en") or "")
