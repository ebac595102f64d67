"""The random salt of each day, from which collectors make visitors' names in cookieless counting. Once a salt is gone,
nobody can tell whose name was whose, nor join two days."""

import secrets

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from hatua.base.settings import Secret
from hatua.registry.database import Database
from hatua.registry.tables import daily_salts

DAY_MS = 86_400_000


class DailySalts(Database):
    """Shared by every collector of the installation."""

    def daily_salt(self, day: int) -> Secret:
        """64 hex digits for a day (Unix time // 86,400 s), the same for whoever asks first or later. Days that ended
        more than a day ago have none any more: asked for, they raise LookupError."""
        if day < self._now() // DAY_MS - 1:
            raise LookupError(f"the salt of day {day} has been deleted")
        query = select(daily_salts.c.salt).where(daily_salts.c.day == day)
        with self.reading() as connection:
            found = connection.execute(query).scalar()
        if found is None:
            try:
                with self.writing() as connection:
                    self._drop(connection)
                    connection.execute(daily_salts.insert().values(day=day, salt=secrets.token_hex(32)))
            except IntegrityError:
                pass  # another collector was first
            with self.reading() as connection:
                found = connection.execute(query).scalar_one()
        return Secret(found)

    def drop_old_salts(self) -> int:
        """Deletes the salts of days that ended a day ago or earlier, so that none lives longer than 48 hours. Returns
        how many."""
        with self.writing() as connection:
            return self._drop(connection)

    def _drop(self, connection: Connection) -> int:
        today = self._now() // DAY_MS
        return connection.execute(daily_salts.delete().where(daily_salts.c.day < today - 1)).rowcount
