"""Brings a database to this version's schema: forward only, in one transaction, one process at a time."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from hatua.registry.database import Database
from hatua.registry.errors import SchemaOutOfDate

_SCRIPTS = Path(__file__).parent / "migrations"


def apply_migrations(database: Database, to: str = "head") -> list[str]:
    """Applies what is missing up to a revision; returns the names of the applied ones, oldest first.

    Raises SchemaOutOfDate when the database was migrated by a newer version of the program, InvalidSetting when there
    are second factors to seal and no secret."""
    with database.alone() as connection:
        missing = _missing(connection)
        if missing:
            config = _config()
            config.attributes["connection"] = connection
            config.attributes["sealer"] = database.sealer
            command.upgrade(config, to)
        left = _missing(connection)
        return missing[: len(missing) - len(left)]


def check_migrated(database: Database) -> None:
    """Raises SchemaOutOfDate unless the schema is exactly this version's."""
    with database.reading() as connection:
        missing = _missing(connection)
    if missing:
        raise SchemaOutOfDate(f"the registry database lacks {', '.join(missing)}; run `hatua migrate`")


def _missing(connection: Connection) -> list[str]:
    scripts = ScriptDirectory.from_config(_config())
    known = [revision.revision for revision in scripts.walk_revisions()]  # newest first
    current = MigrationContext.configure(connection).get_current_revision()
    if current is None:
        return known[::-1]
    if current not in known:
        raise SchemaOutOfDate(
            f"the registry database is at revision {current}, which this version of the program does not know; "
            "it was migrated by a newer one"
        )
    return known[: known.index(current)][::-1]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config
