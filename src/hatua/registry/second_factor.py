"""The second factor: switched on with a first code, asked for at every sign-in with a password, switched off again."""

from sqlalchemy import Connection, func, or_, select

from hatua.registry import audit
from hatua.registry.database import Database
from hatua.registry.errors import SecondFactorOn, UnknownRecord, WrongCode
from hatua.registry.model import Actor
from hatua.registry.sealing import Sealer
from hatua.registry.tables import recovery_codes, users
from hatua.registry.tokens import digest
from hatua.registry.totp import new_recovery_codes, new_secret, plain_recovery_code, step_of


class SecondFactors(Database):
    """Of one user at a time. That it is the user who asks, with their password, is proven by `prove` before."""

    def begin_second_factor(self, user_id: str) -> str:
        """A secret for the authenticator app, base32. Counts once `confirm_second_factor` has seen a code of it.

        Raises SecondFactorOn, UnknownRecord."""
        secret = new_secret()
        with self.writing() as connection:
            if _sealed_of(connection, user_id)[1]:
                raise SecondFactorOn("the second factor is on; switch it off first")
            sealed = self.sealer.seal(secret, user_id)
            connection.execute(users.update().where(users.c.id == user_id).values(totp_secret=sealed, totp_step=None))
        return secret

    def confirm_second_factor(self, user_id: str, code: str, *, by: Actor) -> list[str]:
        """Switches it on; the answer is the recovery codes, which cannot be had again.

        Raises WrongCode, SecondFactorOn (on already, or not begun)."""
        with self.writing() as connection:
            sealed, on = _sealed_of(connection, user_id)
            if on or sealed is None:
                raise SecondFactorOn("the second factor is on already" if on else "begin with a new secret")
            now = self._now()
            step = step_of(self.sealer.unseal(sealed, user_id), code, now)
            if step is None:
                raise WrongCode("the code is wrong; check that the phone's clock is right")
            connection.execute(users.update().where(users.c.id == user_id).values(totp_since=now, totp_step=step))
            audit.record_of_user(connection, now, by, "second_factor.on", user_id=user_id)
            return _renew_codes(connection, now, user_id)

    def renew_recovery_codes(self, user_id: str, *, by: Actor) -> list[str]:
        """Ten new ones; the old ones stop working. Raises SecondFactorOn when it is off."""
        with self.writing() as connection:
            if not _sealed_of(connection, user_id)[1]:
                raise SecondFactorOn("the second factor is off")
            now = self._now()
            audit.record_of_user(connection, now, by, "second_factor.codes_renewed", user_id=user_id)
            return _renew_codes(connection, now, user_id)

    def remove_second_factor(self, user_id: str, *, by: Actor) -> None:
        """A password is enough again. Off already is fine. Raises UnknownRecord."""
        with self.writing() as connection:
            if _sealed_of(connection, user_id)[1]:
                audit.record_of_user(connection, self._now(), by, "second_factor.off", user_id=user_id)
            connection.execute(
                users.update().where(users.c.id == user_id).values(totp_secret=None, totp_since=None, totp_step=None)
            )
            connection.execute(recovery_codes.delete().where(recovery_codes.c.user_id == user_id))


def spend_code(connection: Connection, sealer: Sealer, now: int, user_id: str, code: str) -> bool:
    """Takes a recovery code or a code of the app, once. Of two requests with the same code, one wins.

    Raises SealedOtherwise for what is no recovery code, when the seed was sealed under another secret."""
    hashed = digest(plain_recovery_code(code))
    mine = (recovery_codes.c.user_id == user_id) & (recovery_codes.c.code_hash == hashed)
    if connection.execute(recovery_codes.delete().where(mine)).rowcount == 1:
        return True
    sealed, _ = _sealed_of(connection, user_id)
    step = step_of(sealer.unseal(sealed, user_id), code, now) if sealed else None
    if step is None:
        return False
    newer = or_(users.c.totp_step.is_(None), users.c.totp_step < step)
    spent = users.update().where(users.c.id == user_id, newer).values(totp_step=step)
    return connection.execute(spent).rowcount == 1


def codes_left(connection: Connection, user_id: str) -> int:
    """Recovery codes not yet spent."""
    query = select(func.count()).select_from(recovery_codes).where(recovery_codes.c.user_id == user_id)
    return connection.execute(query).scalar_one()


def _sealed_of(connection: Connection, user_id: str) -> tuple[str | None, bool]:
    row = connection.execute(select(users.c.totp_secret, users.c.totp_since).where(users.c.id == user_id)).first()
    if row is None:
        raise UnknownRecord("no such user")
    return row.totp_secret, row.totp_since is not None


def _renew_codes(connection: Connection, now: int, user_id: str) -> list[str]:
    codes = new_recovery_codes()
    connection.execute(recovery_codes.delete().where(recovery_codes.c.user_id == user_id))
    connection.execute(
        recovery_codes.insert(),
        [{"code_hash": digest(code), "user_id": user_id, "created_at": now} for code in codes],
    )
    return codes
