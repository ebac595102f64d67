"""Failed sign-ins and the delay they earn. Kept in the database, so that every API process counts together."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from hatua.registry.tables import sign_in_failures
from hatua.registry.tokens import digest

FREE_FAILURES = {"email": 5, "address": 20}
"""So many failures cost nothing: people mistype, and an office shares one address."""

FIRST_DELAY_S = 2
MAX_DELAY_S = 300
"""2, 4, 8 ... 300 s. At the cap a guesser gets 288 tries a day, and an owner locked out by one waits five minutes."""

FORGET_AFTER_MS = 3_600_000
"""An hour without a failure starts the count anew."""


def delay_s(connection: Connection, now: int, subjects: Sequence[str]) -> int:
    """Whole seconds until the next attempt is looked at; 0 when it may be now."""
    query = select(sign_in_failures.c.delayed_until).where(
        sign_in_failures.c.subject_hash.in_([digest(subject) for subject in subjects])
    )
    until = max(connection.execute(query).scalars(), default=0)
    return max(0, -(-(until - now) // 1000))


def note_failure(connection: Connection, now: int, subjects: Sequence[str]) -> None:
    """Counts one failure of each subject (`email:...`, `address:...`) and sets the delay it earns."""
    connection.execute(sign_in_failures.delete().where(sign_in_failures.c.last_failed_at <= now - FORGET_AFTER_MS))
    for subject in subjects:
        key = digest(subject)
        query = select(sign_in_failures.c.failures).where(sign_in_failures.c.subject_hash == key).with_for_update()
        before = connection.execute(query).scalar()
        failures = (before or 0) + 1
        over = failures - FREE_FAILURES[subject.partition(":")[0]]
        delay = 0 if over < 0 else min(FIRST_DELAY_S << min(over, 16), MAX_DELAY_S)
        values = {"failures": failures, "last_failed_at": now, "delayed_until": now + delay * 1000 if delay else 0}
        if before is None:
            connection.execute(sign_in_failures.insert().values(subject_hash=key, **values))
        else:
            connection.execute(sign_in_failures.update().where(sign_in_failures.c.subject_hash == key).values(values))


def forget_failures(connection: Connection, now: int, subjects: Sequence[str]) -> None:
    """A success clears the e-mail's count. The address keeps its own: one good guess does not excuse the others."""
    keys = [digest(subject) for subject in subjects if subject.startswith("email:")]
    connection.execute(sign_in_failures.delete().where(sign_in_failures.c.subject_hash.in_(keys)))
