"""MaxMind's city data, fetched with a licence key and kept fresh while the processor works.

What is asked for, as MaxMind documents it (https://dev.maxmind.com/geoip/updating-databases): a HEAD request tells when
the database last changed and does not count against the account's daily downloads; the archive and its SHA-256 are
fetched only when that is newer than the file we have. Whatever fails, the processor goes on with the data it has.
"""

import hashlib
import io
import logging
import os
import secrets
import tarfile
import threading
from base64 import b64encode
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlencode

import maxminddb
import msgspec

from hatua.base.errors import HatuaError
from hatua.base.log import fields
from hatua.base.outgoing import Outgoing, OutgoingAnswer
from hatua.base.settings import Secret, env

log = logging.getLogger("hatua.geoip")

MAX_ARCHIVE_BYTES: Final = 500_000_000
"""GeoLite2 City is 35 MB packed, GeoIP2 City 60 MB; unpacked twice that."""
CHECK_EVERY_S: Final = 24 * 3_600.0
"""MaxMind publishes twice a week."""
RETRY_AFTER_S: Final = 3_600.0
_REDIRECTS: Final = 3


class MaxMindSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Which database is fetched, and as whom."""

    license_key: Annotated[Secret, env("MAXMIND_LICENSE_KEY")] = Secret("")
    """Fetches MaxMind's city data and looks for a newer one each day. Empty: nothing is fetched."""
    account_id: Annotated[str, env("MAXMIND_ACCOUNT_ID"), msgspec.Meta(pattern=r"^\d*$")] = ""
    """The account that the licence key belongs to. Empty: the key alone is sent, which MaxMind still accepts."""
    edition: Annotated[str, env("HATUA_MAXMIND_EDITION"), msgspec.Meta(pattern=r"^[A-Za-z0-9-]+$")] = "GeoLite2-City"
    """The database: GeoLite2-City (free) or GeoIP2-City (paid)."""
    host: Annotated[str, env("HATUA_MAXMIND_URL")] = "https://download.maxmind.com"
    """Where it is fetched from: MaxMind, or a mirror that speaks as MaxMind does."""


class MaxMindFailed(HatuaError):
    """The database could not be fetched. The text holds no key."""


class MaxMindData:
    """One database file, fetched when it is missing or old."""

    def __init__(self, settings: MaxMindSettings, file: Path, outgoing: Outgoing) -> None:
        """`file`: where the .mmdb is kept; its folder is made. `outgoing` must allow MAX_ARCHIVE_BYTES. What the caller
        opens after this call is the file as it is now, or a newer one."""
        self._settings = settings
        self._file = file
        self._outgoing = outgoing
        self._seen = self._kept_of()

    def keep_fresh(self, reload: Callable[[Path], None], stop: threading.Event) -> None:
        """Blocks until `stop`: looks at once and then every day, an hour after a failure, and calls `reload` whenever
        the file is another one than before, whichever process fetched it. Logs; raises nothing."""
        wait = 0.0
        while not stop.wait(wait):
            try:
                self.fetch()
                if (kept := self._kept_of()) != self._seen:
                    reload(self._file)
                    self._seen = kept
                    log.info("new GeoIP data", extra=fields(edition=self._settings.edition))
                wait = CHECK_EVERY_S
            except (HatuaError, OSError) as problem:
                log.warning("GeoIP data could not be renewed; the present one stays", extra=fields(error=str(problem)))
                wait = RETRY_AFTER_S

    def fetch(self) -> bool:
        """Replaces the file when MaxMind has a newer one; whether it did. The new file is in place whole or not at all.
        Raises MaxMindFailed, OutgoingFailed and OutgoingRefused, and OSError for the disk."""
        changed = self._changed_at()
        if self._kept_of() >= changed:
            return False
        archive = self._get("tar.gz").body
        expected = self._get("tar.gz.sha256").body[:64].decode("ascii", "replace").lower()
        found = hashlib.sha256(archive).hexdigest()
        if found != expected:
            raise MaxMindFailed(f"the archive's SHA-256 is {found}; MaxMind says {expected!r}")
        self._put(_database(archive), changed)
        return True

    def _kept_of(self) -> float:
        """When MaxMind last changed the database that we have, in Unix seconds; -1 without one."""
        return self._file.stat().st_mtime if self._file.is_file() else -1.0

    def _put(self, database: bytes, changed: float) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        partial = self._file.with_name(f".{self._file.name}.{secrets.token_hex(4)}")
        try:
            with partial.open("wb") as out:
                out.write(database)
                out.flush()
                os.fsync(out.fileno())
            try:
                maxminddb.open_database(str(partial)).close()
            except maxminddb.InvalidDatabaseError as problem:
                raise MaxMindFailed(f"what MaxMind sent is no database: {problem}") from None
            os.utime(partial, (changed, changed))
            partial.replace(self._file)
        finally:
            partial.unlink(missing_ok=True)

    def _changed_at(self) -> float:
        said = self._ask("HEAD", "tar.gz").headers.get("last-modified", "")
        try:
            return parsedate_to_datetime(said).timestamp()
        except ValueError:
            raise MaxMindFailed(f"MaxMind's Last-Modified is {said[:40]!r}, not a date") from None

    def _get(self, suffix: str) -> OutgoingAnswer:
        return self._ask("GET", suffix)

    def _ask(self, method: str, suffix: str) -> OutgoingAnswer:
        edition, key = self._settings.edition, self._settings.license_key
        headers: dict[str, str] = {}
        if self._settings.account_id:
            path = f"/geoip/databases/{edition}/download?{urlencode({'suffix': suffix})}"
            pair = f"{self._settings.account_id}:{key!s}".encode()
            headers["authorization"] = f"Basic {b64encode(pair).decode()}"
        else:
            asked = {"edition_id": edition, "license_key": str(key), "suffix": suffix}
            path = f"/app/geoip_download?{urlencode(asked)}"
        answer = self._outgoing.request(method, self._settings.host + path, headers=headers, redirects=_REDIRECTS)
        if answer.status == 401:
            raise MaxMindFailed("MaxMind does not know this MAXMIND_LICENSE_KEY (and MAXMIND_ACCOUNT_ID, where set)")
        if answer.status != 200:
            raise MaxMindFailed(f"MaxMind answered {answer.status} to {method} {edition}.{suffix}")
        return answer


def _database(archive: bytes) -> bytes:
    """The one .mmdb file of the archive. Its names are not used as paths."""
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as packed:
            for member in packed:
                if member.isfile() and member.name.endswith(".mmdb"):
                    if member.size > MAX_ARCHIVE_BYTES:
                        raise MaxMindFailed(
                            f"the database has {member.size:,} bytes; the limit is {MAX_ARCHIVE_BYTES:,}"
                        )
                    content = packed.extractfile(member)
                    return content.read() if content else b""
    except (tarfile.TarError, EOFError, OSError) as problem:
        raise MaxMindFailed(f"the archive cannot be read: {problem}") from None
    raise MaxMindFailed("the archive holds no .mmdb file")
