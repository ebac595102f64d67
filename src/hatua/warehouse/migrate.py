"""Forward-only schema: numbered .sql files, applied in order, each recorded with its checksum."""

import hashlib
import re
from importlib.resources import files

import msgspec

from hatua.base.errors import HatuaError
from hatua.warehouse.client import Warehouse
from hatua.warehouse.engines import render
from hatua.warehouse.sql import statements

_NAME = re.compile(r"^(?P<number>\d{4})_[a-z0-9_]+\.sql$")
_RECORD = """
-- shard by version
CREATE TABLE IF NOT EXISTS schema_migrations
(
    version    UInt32,
    name       String,
    checksum   String,
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(applied_at)
ORDER BY version
"""


class MigrationChanged(HatuaError):
    """A migration that this database has applied is not the one on disk: edited after release, or of another
    build."""


class MigrationUnknown(HatuaError):
    """The database has a migration that this build does not know: it was migrated by a newer Hatua."""


class Migration(msgspec.Struct, frozen=True):
    """One file of `migrations/`. `checksum` is SHA-256 of its text, hex."""

    version: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def migrations() -> list[Migration]:
    """Every migration of this build, lowest number first."""
    found = [
        Migration(int(match["number"]), entry.name.removesuffix(".sql"), entry.read_text("utf-8"))
        for entry in files("hatua.warehouse").joinpath("migrations").iterdir()
        if (match := _NAME.match(entry.name))
    ]
    return sorted(found, key=lambda one: one.version)


def apply_migrations(warehouse: Warehouse) -> list[str]:
    """Brings the database up to this build and returns the names it applied; none when it is up to date. Safe
    to run from several processes at once and to repeat after a crash in the middle: every statement says IF
    NOT EXISTS (or the like), and a file is recorded when all of its statements have run.

    Raises MigrationChanged, MigrationUnknown, and the facts of `hatua.warehouse.errors`."""
    cluster = warehouse.settings.cluster
    for statement in render(_RECORD.strip(), cluster=cluster):
        warehouse.execute(statement)
    applied = {
        row["version"]: row
        for row in warehouse.rows("SELECT version, name, checksum FROM schema_migrations FINAL ORDER BY version")
    }
    known = migrations()
    unknown = applied.keys() - {one.version for one in known}
    if unknown:
        names = ", ".join(applied[version]["name"] for version in sorted(unknown))
        raise MigrationUnknown(
            f"database {warehouse.database} has {names}; this build does not know it, use a newer one"
        )
    done = []
    for one in known:
        if one.version not in applied:
            _apply(warehouse, one, cluster)
            done.append(one.name)
        elif applied[one.version]["checksum"] != one.checksum:
            raise MigrationChanged(
                f"migrations/{one.name}.sql was changed after database {warehouse.database} applied it; "
                f"checksum {one.checksum[:12]}, applied {applied[one.version]['checksum'][:12]}"
            )
    return done


def _apply(warehouse: Warehouse, one: Migration, cluster: str) -> None:
    for statement in statements(one.text):
        for rendered in render(statement, cluster=cluster):
            warehouse.execute(rendered)
    warehouse.execute(
        "INSERT INTO schema_migrations (version, name, checksum) "
        "SELECT {version:UInt32}, {name:String}, {checksum:String}",
        {"version": one.version, "name": one.name, "checksum": one.checksum},
    )
